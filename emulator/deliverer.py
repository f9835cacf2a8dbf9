"""Delivers updates to the webhook, in order per queue, again and later when the bot does not answer 2xx."""

import asyncio
from datetime import UTC

import aiohttp

from emulator.updates import Update
from emulator.world import World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
ANSWER_WITHIN = aiohttp.ClientTimeout(total=30)


class Deliverer:
    """Runs only while a webhook is set. `first_wait` seconds doubles after each failure up to `longest_wait`."""

    def __init__(self, world: World) -> None:
        self.first_wait = 1.0
        self.longest_wait = 60.0
        self._world = world
        self._task: asyncio.Task[None] | None = None
        self._waits: dict[str, tuple[float, float]] = {}

    def wake(self) -> None:
        """Starts delivering when a webhook was set, and again when it changed."""
        if self._world.hook.url and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def aclose(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        async with aiohttp.ClientSession(timeout=ANSWER_WITHIN) as session:
            while self._world.hook.url:
                self._world.updates.arrived.clear()
                self._world.hook.changed.clear()
                await self._pass(session)
                await self._idle()

    async def _pass(self, session: aiohttp.ClientSession) -> None:
        at = asyncio.get_running_loop().time()
        stuck = {key for key, (until, _) in self._waits.items() if until > at}
        for update in self._world.updates.pending():
            if update.key in stuck or not self._world.hook.url:
                continue
            if await self._deliver(session, update):
                self._world.updates.drop(update.id)
                self._waits.pop(update.key, None)
            else:
                self._postpone(update.key)
                stuck.add(update.key)

    async def _deliver(self, session: aiohttp.ClientSession, update: Update) -> bool:
        hook = self._world.hook
        headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
        try:
            async with session.post(hook.url, json=update.body, headers=headers) as reply:
                if reply.ok:
                    return True
                problem = f"Wrong response from the webhook: {reply.status} {reply.reason}"
        except (aiohttp.ClientError, TimeoutError) as error:
            problem = f"Connection failed: {type(error).__name__}"
        hook.last_error = (int(self._world.now().astimezone(UTC).timestamp()), problem)
        return False

    def _postpone(self, key: str) -> None:
        _, waited = self._waits.get(key, (0.0, 0.0))
        wait = min(self.longest_wait, waited * 2 or self.first_wait)
        self._waits[key] = (asyncio.get_running_loop().time() + wait, wait)

    async def _idle(self) -> None:
        """Until an update arrives, the webhook changes or the next retry is due."""
        until = min((until for until, _ in self._waits.values()), default=None)
        seconds = None if until is None else max(0.0, until - asyncio.get_running_loop().time())
        waits = [
            asyncio.ensure_future(event.wait()) for event in (self._world.updates.arrived, self._world.hook.changed)
        ]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
