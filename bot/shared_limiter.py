"""The gate of several processes: turns come from what they all share, and pass the gate of their own process last.

A turn that comes too late is given up, so that lateness never puts more into a second than was promised. Alerts and
replies do not wait for a database that is away: they pass by the gate of their own process alone.
"""

import asyncio
import heapq
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import override

from actions.turns import Asked, Pace, Taken
from bot.limiter import ORDER, Limiter
from bot.readings import Reading, Readings
from protocol.terms import Lane

AT_ONCE: Final = 5  # so many turns are taken together
MARGIN: Final = 1.03  # turns lie so much further apart than the limit asks for: room for LATE_SECONDS in each second
LATE_SECONDS: Final = 0.03
LOST_MAX: Final = 5  # a process that is always late sends all the same
LOOK_SECONDS: Final = 0.25  # who waits for a turn looks so often: a pause that another process met is known by then
PATIENCE: Final = {Lane.ALERT: 0.05, Lane.REPLY: 0.5}  # seconds that these wait for the database
ASKING_SECONDS: Final = 2.0
AWAY_SECONDS: Final = 5.0  # after a failure they do not ask it at all for so long
AGAIN_SECONDS: Final = 1.0  # and prompts ask again

DOWN: Final = (SQLAlchemyError, OSError)  # a TimeoutError is one of the second

_RANK: Final = {lane: rank for rank, lane in enumerate(ORDER)}

log = logging.getLogger("anshi.bot")


class Share(Protocol):
    """What all processes share. Raises one of DOWN when it cannot be reached."""

    async def take(self, asking: Sequence[Asked], pace: Pace, lead: float) -> Taken: ...

    async def pause(self, seconds: float) -> None: ...


@dataclass(slots=True, eq=False)
class _Waiter:
    asked: Asked
    arrival: int
    since: float  # when it came
    at: float | None = None  # the loop's moment of its turn
    again_at: float = 0.0
    alone: bool = False  # passes by its own process's gate
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def __lt__(self, other: "_Waiter") -> bool:
        return (_RANK[self.asked.lane], self.arrival) < (_RANK[other.asked.lane], other.arrival)

    @property
    def has_turn(self) -> bool:
        return self.alone or self.at is not None


class SharedLimiter(Limiter):
    """`turn` returns when a message to this chat may leave, whichever process sends what.

    `lost` counts the turns that came too late or lay in a pause.
    """

    def __init__(self, share: Share, *, per_second: float, per_chat_seconds: float = 1.0) -> None:
        super().__init__(per_second=per_second, per_chat_seconds=per_chat_seconds)
        self._share = share
        self._pace = Pace(MARGIN / per_second, per_chat_seconds)
        self.lost = 0
        self._waiting: set[_Waiter] = set()
        self._arrivals = 0
        self._leader: _Waiter | None = None  # one asks at a time, for everyone who waits
        self._came = asyncio.Event()
        self._lane_again_at = dict.fromkeys(Lane, 0.0)
        self._readings = Readings()
        self._away_until = float("-inf")
        self._answered_at = float("-inf")
        self._untold_until = float("-inf")  # a pause that the others do not know of yet

    @override
    async def turn(self, chat: str, lane: Lane) -> None:
        loop = asyncio.get_running_loop()
        self._arrivals += 1
        waiter = _Waiter(Asked(chat, lane), self._arrivals, loop.time())
        for _ in range(LOST_MAX):
            await self._wait(waiter, loop)
            if waiter.at is None or await self._in_time(waiter.at, loop) or lane is Lane.ALERT:
                break
            waiter.at = None
            self.lost += 1
        await super().turn(chat, lane)

    @override
    async def slow_down(self, seconds: float) -> None:
        self.pause(seconds)
        self._untold_until = max(self._untold_until, asyncio.get_running_loop().time() + seconds)
        await self._ask(asyncio.get_running_loop(), [])

    async def _in_time(self, at: float, loop: asyncio.AbstractEventLoop) -> bool:
        """Waits for a turn. False when it has come too late, or lies in a pause that began since it was taken."""
        await asyncio.sleep(at - loop.time())
        return loop.time() <= at + LATE_SECONDS and not self.paused_for()

    async def _wait(self, waiter: _Waiter, loop: asyncio.AbstractEventLoop) -> None:
        """Until it has a turn, taken by itself or by whoever asks for all."""
        self._enter(waiter)
        seconds = PATIENCE.get(waiter.asked.lane)
        patience = None if seconds is None else loop.call_later(seconds, self._lose_patience, waiter)
        try:
            while not waiter.has_turn:
                if self._leader in (None, waiter):
                    self._leader = waiter
                    await self._ask_for_all(waiter, loop)
                else:
                    waiter.news.clear()
                    await waiter.news.wait()
        finally:
            if patience is not None:
                patience.cancel()
            self._leave(waiter)

    def _enter(self, waiter: _Waiter) -> None:
        waiter.again_at = self._lane_again_at[waiter.asked.lane]
        waiter.alone = _is_urgent(waiter) and waiter.since < self._away_until
        self._waiting.add(waiter)
        self._came.set()

    def _leave(self, waiter: _Waiter) -> None:
        self._waiting.discard(waiter)
        if self._leader is waiter:
            self._leader = min((other for other in self._waiting if not other.has_turn), default=None)
            if self._leader is not None:
                self._leader.news.set()

    async def _ask_for_all(self, waiter: _Waiter, loop: asyncio.AbstractEventLoop) -> None:
        while not waiter.has_turn:
            self._came.clear()
            asking = heapq.nsmallest(AT_ONCE, (each for each in self._waiting if self._may_ask(each, loop.time())))
            await self._ask(loop, asking)
            if not waiter.has_turn:
                await self._rest(loop)

    def _may_ask(self, waiter: _Waiter, now: float) -> bool:
        return not waiter.has_turn and waiter.again_at <= now

    async def _rest(self, loop: asyncio.AbstractEventLoop) -> None:
        """Until somebody may ask, or comes, or it is time for a look; a database that is away is given its time."""
        now = loop.time()
        away = now < self._away_until
        first = min((each.again_at for each in self._waiting if not each.has_turn), default=now)
        wait = AGAIN_SECONDS if away else min(LOOK_SECONDS, first - now)
        try:
            async with asyncio.timeout(max(0.0, wait)):
                await self._came.wait()
        except TimeoutError:
            return

    async def _ask(self, loop: asyncio.AbstractEventLoop, asking: Sequence[_Waiter]) -> None:
        asked_at = loop.time()
        try:
            async with asyncio.timeout(ASKING_SECONDS):
                if self._untold_until > loop.time():
                    await self._share.pause(self._untold_until - loop.time())
                    self._untold_until = float("-inf")
                taken = await self._share.take([each.asked for each in asking], self._pace, self._readings.lead())
        except DOWN as error:
            self._went_away(error, loop.time())
            return
        self._readings.note(Reading(asked_at, taken.now, taken.heard_at, loop.time()))
        self._away_until, self._answered_at = float("-inf"), loop.time()
        if taken.pause_seconds:
            self.pause(taken.pause_seconds)
        self._give(asking, taken, loop.time())

    def _give(self, asking: Sequence[_Waiter], taken: Taken, now: float) -> None:
        read_at = self._readings.moment(taken.now)
        for waiter, turn in zip(asking, taken.turns, strict=True):
            if turn.given:
                waiter.at = read_at + turn.in_seconds
                waiter.news.set()
                continue
            waiter.again_at = max(now, read_at + turn.in_seconds)
            if not turn.of_chat:
                self._lane_again_at[waiter.asked.lane] = waiter.again_at

    def _went_away(self, error: Exception, now: float) -> None:
        if self._away_until == float("-inf"):
            extra = {"action": "rate", "why": type(error).__name__}
            log.warning("turns are not shared: the database is away", extra=extra)
        self._away_until = now + AWAY_SECONDS
        for waiter in self._waiting:
            if _is_urgent(waiter):
                self._let_pass(waiter)

    def _lose_patience(self, waiter: _Waiter) -> None:
        """No answer since it came: it passes alone. A database that answers and gives no turn yet is waited for."""
        if self._answered_at < waiter.since:
            self._let_pass(waiter)

    def _let_pass(self, waiter: _Waiter) -> None:
        waiter.alone = not waiter.has_turn or waiter.alone
        waiter.news.set()


def _is_urgent(waiter: _Waiter) -> bool:
    return waiter.asked.lane in PATIENCE
