"""One morning on a virtual loop: thousands of reminders due at one moment, sent by the real system."""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from app.running import guarded
from app.settings import Settings
from app.wiring import Chance, System, Transport, assemble
from benchmarks.rows import NOON, enrol_in_bulk, nth_user
from bot.transport import InProcessRequest
from emulator.server import Emulator
from messages.courier import DeliveryError, Wording
from models.prompt import Prompt
from models.tables import table_of
from models.vault import Keys, Vault
from protocol.terms import Lane, PromptState
from simulation.virtual import WallClock, WorldClock

LIMIT = 25
PROMPT = table_of(Prompt)
LEFT = select(PROMPT.c.state, PROMPT.c.attempts)


class StillEdges:
    """Nothing goes wrong, and every transaction lets the others go on."""

    async def begins(self, *, writes: bool) -> None:  # noqa: ARG002
        await asyncio.sleep(0)

    async def commits(self) -> None:
        await asyncio.sleep(0)

    async def committed(self) -> None:
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Call:
    """One message as it went on the wire: when, in seconds since the reminders were due, and to whom."""

    at: float
    chat: str


class Morning:
    """`count` people whose reminder is due at the same moment; `far` is the longest way to Telegram and back."""

    def __init__(self, count: int, *, far: float) -> None:
        self.count = count
        self.calls: list[Call] = []
        self.refused: list[Call] = []
        self.alerts: list[tuple[float, float]] = []  # put in, left
        self.left_in_the_store: Counter[tuple[PromptState, int]] = Counter()  # state and attempts
        self.seen_in_the_store: Counter[tuple[PromptState, int]] = Counter()  # the same, earlier
        self.ended_at: float | None = None
        self._far = far
        self._chance = random.Random(count)
        self._began = 0.0
        self._is_ending = False

    async def lives(
        self,
        settings: Settings,
        *,
        alerts: int = 0,
        pauses: Mapping[float, int] | None = None,
        ends_at: float | None = None,
        look_at: float | None = None,
    ) -> None:
        """From the moment on which all is due until all has settled."""
        self.clock = WallClock(WorldClock(NOON, asyncio.get_running_loop().time))
        self.emulator = Emulator(now=self.clock.now, keep_history=False)
        self.system = self._assembled(settings)
        await enrol_in_bulk(self.system.store, self.count)
        async with self.system.store.engine.begin() as connection:
            await connection.execute(update(PROMPT).values(visible_at=self.clock.now()))
        await self.system.open()
        self._began = asyncio.get_running_loop().time()
        span = self.count / LIMIT
        async with asyncio.TaskGroup() as tasks:
            for at, seconds in (pauses or {}).items():
                tasks.create_task(self._asks_to_slow_down(at, seconds))
            for number in range(alerts):
                tasks.create_task(self._alerts(number, self._chance.uniform(0, span)))
            if look_at is not None:
                tasks.create_task(self._looks(look_at))
            if ends_at is not None:
                tasks.create_task(self._ends(ends_at))
            await self._sends(2 * span + sum((pauses or {}).values()) + 60)
        self.left_in_the_store = await self._left()
        await self.system.close()
        await self.emulator.aclose()

    def _assembled(self, settings: Settings) -> System:
        for number in range(self.count):
            user = self.emulator.phone.create_user("zh-hans", f"P{number}", nth_user(number), tz="Asia/Shanghai")
            self.emulator.phone.start(user)
        self.emulator.world.updates.clear()
        vault = Vault(Keys({"k1": b"1" * 32}, b"2" * 32), self._chance.randbytes)
        chance = Chance(lambda: f"{self._chance.getrandbits(80):020x}", self._chance.randbytes)
        request = InProcessRequest(self._call)
        transport = Transport(request, request, LIMIT)
        return assemble(settings, self.clock, chance, transport, vault=vault, edges=(StillEdges(), StillEdges()))

    async def _sends(self, seconds: float) -> None:
        """The metronome: the loop is called each second, until nobody waits any more."""
        send = guarded(self.system, self.system.loop("send"))
        while self._now() < seconds:
            await send()
            if self._is_ending:
                self.ended_at = self._now()
                return
            if all(state is PromptState.DELIVERED for state, _ in await self._left()):
                return
            await asyncio.sleep(1)

    async def _left(self) -> Counter[tuple[PromptState, int]]:
        async with self.system.store.read() as session:
            return Counter((row.state, row.attempts) for row in await session.execute(LEFT))

    async def _looks(self, at: float) -> None:
        await asyncio.sleep(at)
        self.seen_in_the_store = await self._left()

    async def _ends(self, at: float) -> None:
        """The process is told to stop: the loop is under way, and not called again."""
        await asyncio.sleep(at)
        self._is_ending = True
        self.system.courier.begin_nothing()

    async def _alerts(self, number: int, at: float) -> None:
        await asyncio.sleep(at)
        self.emulator.phone.start(self.emulator.phone.create_user("en", "Li", 900 + number))
        put_in = self._now()
        try:
            await self.system.courier.send(str(900 + number), Wording("Alert: 017"), lane=Lane.ALERT)
        except DeliveryError:
            return  # it met the pause, which has its own test
        left = next(call.at for call in reversed(self.calls) if call.chat == str(900 + number))
        self.alerts.append((put_in, left))

    async def _asks_to_slow_down(self, at: float, seconds: int) -> None:
        await asyncio.sleep(at)
        self.emulator.faults.add(kind="status", method="sendMessage", retry_after=seconds)

    def _now(self) -> float:
        return asyncio.get_running_loop().time() - self._began

    async def _call(self, token: str, method: str, parameters: Mapping[str, object]) -> tuple[int, bytes, Any]:
        call = Call(self._now(), str(parameters.get("chat_id")))
        await asyncio.sleep(self._chance.uniform(0.02, self._far) / 2)
        answer = await self.emulator.call(token, method, parameters)
        await asyncio.sleep(self._chance.uniform(0.02, self._far) / 2)
        if method == "sendMessage":
            (self.refused if answer[0] == 429 else self.calls).append(call)
        return answer

    # --- what the wire has seen

    def sent(self) -> list[float]:
        return sorted(call.at for call in [*self.calls, *self.refused])

    def busiest_second(self) -> int:
        times, first, most = self.sent(), 0, 0
        for last, at in enumerate(times):
            while times[first] <= at - 1 + 1e-6:
                first += 1
            most = max(most, last - first + 1)
        return most

    def by_chat(self) -> dict[str, list[float]]:
        found: dict[str, list[float]] = {}
        for call in [*self.calls, *self.refused]:
            found.setdefault(call.chat, []).append(call.at)
        return {chat: sorted(times) for chat, times in found.items()}
