"""Troubles: what goes wrong for minutes to days and then ends, each on its own timetable of chance."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bot.callback_data import decode
from protocol.taps import Verb
from simulation.evidence import Evidence
from simulation.faults import FaultName, Faults
from simulation.processes import Processes
from simulation.virtual import WallClock, WorldClock
from simulation.wire import Wire

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
LONG_POLL = 25.0
LONGEST_BESIDE = timedelta(minutes=26)
"""So long at most do two processes work beside each other."""
HOURS, A_DAY = (10 * MINUTE, 10 * HOUR), (21 * HOUR, 30 * HOUR)
A_DAY_OUT = 0.2  # of the times without Telegram: so long that no answer of a whole day is heard
MALFORMED: tuple[dict[str, Any], ...] = (
    {"message": {"message_id": "x", "date": "yesterday", "chat": {"id": 1}, "text": 3}},
    {"callback_query": {"id": None}},
    {"message": None},
    {"a_kind_of_the_future": {"from": {"id": 5}, "deep": [[[[]]]]}},
    {"message": {"message_id": 1, "date": 10**20, "chat": {"id": 7, "type": "private"}, "from": {"id": 7}}},
    {},
)


class Troubles:
    """`study_is_down` and the wall clock are read by the processes; the wire knows by itself whether it is cut."""

    def __init__(
        self,
        *,
        faults: Faults,
        wire: Wire,
        wall: WallClock,
        clock: WorldClock,
        evidence: Evidence,
        processes: Processes,
        random: Random,
        days: int,
    ) -> None:
        self._faults = faults
        self._wire = wire
        self._wall = wall
        self._clock = clock
        self._evidence = evidence
        self._processes = processes
        self._random = random
        self._mean = DAY * min(5.0, max(0.7, days / 3))
        self.study_is_down = False
        self._unreachable_since: datetime | None = None

    def all(self) -> list[Coroutine[Any, Any, None]]:
        """One coroutine for each that is on; each ends when everything is healed."""
        kinds: dict[FaultName, Callable[[], Coroutine[Any, Any, None]]] = {
            FaultName.STUDY_DOWN: self._study_down,
            FaultName.TELEGRAM_DOWN: self._telegram_down,
            FaultName.REVOKED: self._revoked,
            FaultName.CLOCK: self._clock_wrong,
            FaultName.SLEEP: self._sleep,
            FaultName.TWO_WORKERS: self._two_workers,
            FaultName.MALFORMED: self._malformed,
            FaultName.CRASH: self._operator_restarts,
        }
        return [self._again_and_again(name, trouble) for name, trouble in kinds.items() if self._faults.has(name)]

    def heal(self) -> None:
        """Everything is reachable and right again."""
        self.study_is_down = False
        self._can_be_reached()
        self._wall.skew = timedelta()

    async def _again_and_again(self, name: FaultName, trouble: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            await asyncio.sleep(self._random.expovariate(1 / self._mean))
            if self._faults.healed:
                return
            self._faults.injected[name] += 1
            await trouble()

    def _between(self, least: float, most: float) -> float:
        """Some seconds; the short ones are as likely as the long."""
        return float(least * (most / least) ** self._random.random())

    async def _study_down(self) -> None:
        self.study_is_down = True
        await asyncio.sleep(self._between(MINUTE, 2 * DAY))
        self.study_is_down = False

    async def _revoked(self) -> None:
        if not self._wire.is_down:
            self._wire.is_revoked = True
            await self._out_of_reach(*HOURS)

    async def _telegram_down(self) -> None:
        for_a_day = self._random.random() < A_DAY_OUT
        if for_a_day:
            await self._somebody_was_asked()
        await self._out_of_reach(*(A_DAY if for_a_day else HOURS))

    async def _out_of_reach(self, least: float, most: float) -> None:
        if self._wire.is_down:
            return
        self._unreachable_since = self._clock.now()
        for life in self._processes.lives:
            life.note_listening()
        self._wire.is_down = True
        for life in self._processes.lives:
            life.arrived()  # its poll breaks off
        await asyncio.sleep(self._between(least, most))
        self._can_be_reached()

    async def _somebody_was_asked(self) -> None:
        """The worst moment: just after a dose was asked for, which nobody has answered yet. A day at most."""
        looked_at = len(self._evidence.delivered)
        for _ in range(int(DAY / MINUTE)):
            await asyncio.sleep(MINUTE)
            new, looked_at = self._evidence.delivered[looked_at:], len(self._evidence.delivered)
            if self._faults.healed or any(not one.is_edit and _asks_now(one.buttons) for one in new):
                return

    def _can_be_reached(self) -> None:
        if self._unreachable_since is not None:
            self._evidence.down.append((self._unreachable_since, self._clock.now()))
            for life in self._processes.lives:
                life.listens_again()
        self._unreachable_since = None
        self._wire.is_down = self._wire.is_revoked = False

    async def _clock_wrong(self) -> None:
        began = self._clock.now()
        self._wall.skew = timedelta(hours=self._random.choice((-2, 2)))
        await self._next_poll()
        await asyncio.sleep(self._between(3 * MINUTE, 40 * MINUTE))
        self._wall.skew = timedelta()
        await self._next_poll()
        self._evidence.clock_wrong.append((began, self._clock.now()))

    async def _next_poll(self) -> None:
        """Within half a minute a long poll ends, and with it comes Telegram's own time."""
        await asyncio.sleep(LONG_POLL * self._random.random())
        for life in self._processes.lives:
            life.arrived()

    async def _sleep(self) -> None:
        began, seconds = self._clock.now(), self._between(5 * MINUTE, 5 * HOUR)
        asleep, begun = list(self._processes.lives), self._processes.begun
        if any(life.is_frozen for life in asleep):
            return
        for life in asleep:
            life.freeze()
        await asyncio.sleep(seconds)
        self._wall.slept += seconds
        for life in asleep:
            life.thaw()
        self._processes.somebody_lives()
        if self._processes.begun == begun:  # else another one listened
            self._evidence.down.append((began, self._clock.now()))

    async def _two_workers(self) -> None:
        if [life.is_frozen for life in self._processes.lives] != [False]:
            return
        first, began = self._processes.lives[0], self._clock.now()
        first.is_over_for_good = True  # also if it dies meanwhile: the second one takes its place
        first.freeze()
        self._processes.start_one()
        self._evidence.several.append((began, began + LONGEST_BESIDE))
        await asyncio.sleep(self._between(5 * MINUTE, 20 * MINUTE))
        first.thaw()
        self._processes.somebody_lives()
        await asyncio.sleep(self._between(10.0, 5 * MINUTE))
        first.stop()

    async def _malformed(self) -> None:
        self._wire.emulator.phone.raw_update(dict(self._random.choice(MALFORMED)))
        self._wire.took()

    async def _operator_restarts(self) -> None:
        for life in self._processes.lives:
            if not life.is_frozen:
                life.stop()


def _asks_now(buttons: Sequence[str]) -> bool:
    verbs = {tap.verb for data in buttons if (tap := decode(data)) is not None}
    return {Verb.TAKEN, Verb.LATER} <= verbs
