"""The real thing: receives, and lets APScheduler wake each loop at its interval until a signal ends it.

APScheduler holds one interval job per loop and nothing else; what is due is a query on rows.
"""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, nullcontext
from datetime import timedelta
from functools import partial
from typing import Any

import uvicorn
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from telegram.error import TelegramError

from actions.alerts import open_alert
from app.clock import ClockWatch
from app.hook import listen_until
from app.introduction import introduce_until
from app.pausing import pause
from app.polling import renew_until
from app.wiring import System, receive_once
from bot.receiving import GLANCE_SECONDS, PollFailure, PollResult
from protocol.terms import AlertKind
from scheduler.ticks import Loop

log = logging.getLogger("anshi.app")

INTERVALS = {
    "handle": timedelta(seconds=1),
    "answers": timedelta(seconds=15),
    "photos": timedelta(seconds=15),
    "menus": timedelta(seconds=15),
    "plan": timedelta(seconds=30),
    "checks": timedelta(seconds=60),
    "send": timedelta(seconds=1),
    "settle": timedelta(seconds=60),
    "alarms": timedelta(seconds=1),
    "cover": timedelta(minutes=10),
    "sync": timedelta(seconds=5),
    "housekeeping": timedelta(minutes=10),
}
PARTS = {
    "bot": ("handle", "answers", "photos", "menus"),
    "scheduler": ("plan", "checks", "send", "settle", "alarms", "cover", "housekeeping"),
    "sync": ("sync",),
    "web": (),
}
PART_OF = {loop: part for part, loops in PARTS.items() for loop in loops}
NEED_THE_TIME = ("send", "settle")
LONG_POLL_SECONDS = 25
FINISH_SECONDS = 3.0
BACKOFF_FIRST, BACKOFF_MAX = 1.0, 30.0
STANDBY_SECONDS = 2.0  # between two looks at whether somebody has to take over polling


async def run_until_stopped(system: System, parts: Sequence[str], web: Any = None) -> None:
    """Runs the named parts until SIGINT or SIGTERM; what is under way is finished before it returns."""
    stop = asyncio.Event()
    running = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        running.add_signal_handler(name, stop.set)
    async with AsyncExitStack() as stack:
        await system.open()
        stack.push_async_callback(system.close)
        watch = ClockWatch()
        metronome = start_metronome(system, parts, watch)
        stack.push_async_callback(_stop, metronome)
        async with asyncio.TaskGroup() as tasks:
            if "bot" in parts:
                hooked = system.settings.telegram_webhook_url is not None
                tasks.create_task(listen_until(system, stop) if hooked else receive_until(system, stop, watch))
                tasks.create_task(renew_until(system.polling, system.clock.now, stop))
                tasks.create_task(glance_until(system, stop))
                tasks.create_task(introduce_until(system, stop))
            if web is not None:
                tasks.create_task(serve_until(web, system.settings.web_host, system.settings.web_port, stop))
            await stop.wait()
            metronome.pause()
            system.courier.begin_nothing()


class FinishingExecutor(AsyncIOExecutor):  # type: ignore[misc]  # APScheduler has no types
    """Lets loops that are under way come to their end, so that what was sent is also written down as sent."""

    async def finish(self, seconds: float) -> None:
        """Waits for them so long at most."""
        if self._pending_futures:
            await asyncio.wait(set(self._pending_futures), timeout=seconds)


async def _stop(metronome: AsyncIOScheduler) -> None:
    await metronome._executors["default"].finish(FINISH_SECONDS)
    metronome.shutdown(wait=False)


def start_metronome(system: System, parts: Sequence[str], watch: ClockWatch | None = None) -> AsyncIOScheduler:
    """One interval job per loop of the named parts; a late one runs once, never twice at the same time."""
    metronome = AsyncIOScheduler(
        timezone="UTC",
        executors={"default": FinishingExecutor()},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    for loop in system.loops:  # a loop that no part names is an error at every start, not one that never runs
        if PART_OF[loop.name] in parts:
            every = INTERVALS[loop.name].total_seconds()
            metronome.add_job(guarded(system, loop, watch), "interval", seconds=every, id=loop.name, name=loop.name)
    metronome.start()
    return metronome


def guarded(system: System, loop: Loop, watch: ClockWatch | None = None) -> Callable[[], Awaitable[bool]]:
    """What the metronome calls; gives whether the loop could do its work."""

    async def wake() -> bool:
        """One call of a loop; whatever happens the next one comes, and a full batch is followed at once."""
        try:
            for _ in range(100):
                if loop.name in NEED_THE_TIME and watch is not None and not await _trusted(system, watch):
                    return False
                at = system.clock.now()  # after the look, which may have waited while somebody set the clock right
                if await loop.tick(at) > at:
                    return True
        except Exception:
            log.exception("loop failed", extra={"action": "tick", "loop": loop.name})
            return False
        return True

    return wake


async def _trusted(system: System, watch: ClockWatch) -> bool:
    """False while the wall clock is in doubt: nothing is sent, expired or settled by a wrong clock, and staff know."""
    at = system.clock.now()
    if watch.trusts(at, system.clock.ticking()) or await _confirmed(system, watch):
        return True
    if watch.is_news():
        log.error("the clock is in doubt; sending and settling wait", extra={"action": "clock"})
        async with system.store.change(at=at) as change:
            await open_alert(change, AlertKind.CLOCK, None)
    return False


async def _confirmed(system: System, watch: ClockWatch) -> bool:
    """Asks Telegram for its time: a process that does not poll has heard of none since the jump."""
    try:
        await system.bot.get_me()
    except TelegramError:
        return False
    watch.compared(system.clock.now(), system.clock.ticking(), system.transport.send.server_at)
    return watch.trusts(system.clock.now(), system.clock.ticking())


async def receive_until(
    system: System,
    stop: asyncio.Event,
    watch: ClockWatch | None = None,
    look: Callable[[], Awaitable[PollResult]] | None = None,
) -> None:
    """Polls until stopped. No failure ends it: it waits longer each time, and says so once.

    `look` is one look for updates, a long poll where it is not given.
    """
    look = look or partial(receive_once, system, wait_seconds=LONG_POLL_SECONDS)
    wait, was_down = BACKOFF_FIRST, False
    while not stop.is_set():
        system.listening.resumes(system.clock.now())
        try:
            result = await _until_stopped(look(), stop)
        except Exception:
            log.exception("receiving failed", extra={"action": "receive"})
            system.listening.broke()
            result = None
            await pause(wait, stop)
            continue
        if result is None:
            return
        if result.failure is None:
            if watch is not None:
                watch.compared(system.clock.now(), system.clock.ticking(), system.transport.receive.server_at)
            if was_down:
                log.info("receiving again", extra={"action": "receive"})
            wait, was_down = BACKOFF_FIRST, False
            if result.kept:
                await guarded(system, system.loop("handle"))()
            continue
        if result.failure is PollFailure.STANDBY:
            await pause(STANDBY_SECONDS, stop)
            continue
        if not was_down:
            log.warning("receiving stopped: %s", result.reason, extra={"action": "receive", "why": result.failure})
        was_down = True
        asked = result.retry_after.total_seconds() if result.retry_after else wait
        await pause(BACKOFF_MAX if result.failure is PollFailure.TOKEN else asked, stop)
        wait = min(wait * 2, BACKOFF_MAX)


async def glance_until(system: System, stop: asyncio.Event) -> None:
    """Looks for red reports where polling waits for the store; another process's updates are not looked at."""
    while not stop.is_set():
        await pause(GLANCE_SECONDS, stop)
        try:
            if system.polling.is_ours:
                await system.poller.glance(system.alarm.look)
        except Exception:
            log.exception("a glance failed", extra={"action": "glance"})


async def _until_stopped(work: Any, stop: asyncio.Event) -> Any:
    """The result of `work`, or None when the stop came first; a poll that is cut off has confirmed nothing."""
    task, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        return task.result()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return None


class OwnedServer(uvicorn.Server):
    """A web server that leaves the signals to the process; its own handling would kill the other parts."""

    def install_signal_handlers(self) -> None:
        """Nothing: the signals are ours."""

    def capture_signals(self) -> Any:
        """Nothing is captured."""
        return nullcontext()


async def serve_until(application: Any, host: str, port: int, stop: asyncio.Event) -> None:
    """Serves pages until stopped; open event streams get two seconds to end."""
    config = uvicorn.Config(
        application, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=2
    )
    server = OwnedServer(config)

    async def end() -> None:
        await stop.wait()
        server.should_exit = True

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(end())
        await server.serve()
        stop.set()
