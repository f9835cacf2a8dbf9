"""Several processes at one messenger, on a virtual loop: one rate, one pause, lanes across all of them."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.turns import Asked, Pace, Taken, Turns, pause, take
from bot.shared_limiter import AWAY_SECONDS, LOOK_SECONDS, PATIENCE, SharedLimiter
from protocol.terms import Lane
from tests.bot.conftest import run_virtually

T = TypeVar("T")
LIMIT = 25
EPOCH = 1_700_000_000.0  # the database's clock is not the loop's


@dataclass
class Row:
    """What the database holds. Each process reads it, and writes what nobody else has written in between."""

    chance: random.Random
    slowest: float = 0.004
    turns: Turns = field(default_factory=Turns)
    version: int = 0
    away: bool = False
    frozen: bool = False
    skew: float = 0.0

    def now(self) -> float:
        return EPOCH + self.skew + asyncio.get_running_loop().time()

    async def _passes(self) -> None:
        if self.away:
            raise ConnectionRefusedError
        if self.frozen:
            await asyncio.sleep(3600)
        await asyncio.sleep(self.chance.uniform(0.001, self.slowest))

    async def changed(self, work: Callable[[Turns, float, float], Turns]) -> float:
        while True:
            await self._passes()
            seen, turns, now = self.version, self.turns, self.now()
            await self._passes()
            after = work(turns, now, asyncio.get_running_loop().time())
            await self._passes()
            if seen == self.version:
                self.turns, self.version = after, seen + 1
                return now

    async def take(self, asking: Sequence[Asked], pace: Pace, lead: float) -> Taken:
        answers: list[Taken] = []

        def taken(turns: Turns, now: float, heard_at: float) -> Turns:
            after, given_turns = take(turns, asking, pace, now=now, lead=lead)
            answers[:] = [Taken(given_turns, max(0.0, turns.pause_ends(now) - now), now, heard_at)]
            return after

        await self.changed(taken)
        return answers[0]

    async def pause(self, seconds: float) -> None:
        await self.changed(lambda turns, now, _: pause(turns, seconds, now=now))


@dataclass(frozen=True)
class Left:
    at: float
    chat: str
    lane: Lane
    process: int


class Crowd:
    """Some processes that share one row."""

    def __init__(self, processes: int, row: Row | None = None) -> None:
        self.row = row or Row(random.Random(1))
        self.limiters = [SharedLimiter(self.row, per_second=LIMIT) for _ in range(processes)]
        self.left: list[Left] = []

    async def send(self, process: int, chat: str, lane: Lane = Lane.PROMPT, *, at: float = 0.0) -> None:
        await asyncio.sleep(at)
        await self.limiters[process].turn(chat, lane)
        self.left.append(Left(asyncio.get_running_loop().time(), chat, lane, process))

    async def send_many(self, process: int, chats: Sequence[str], *, at_once: int = 24) -> None:
        """As the sender does: so many are under way, the others wait in the store."""
        waiting = iter(chats)

        async def some() -> None:
            for chat in waiting:
                await self.send(process, chat)

        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(some())

    def times(self) -> list[float]:
        return sorted(left.at for left in self.left)

    def busiest_second(self) -> int:
        times, first, most = self.times(), 0, 0
        for last, at in enumerate(times):
            while times[first] <= at - 1 + 1e-6:
                first += 1
            most = max(most, last - first + 1)
        return most


def many(process: int, count: int) -> list[str]:
    return [f"{process}/{number}" for number in range(count)]


async def together(*stories: Awaitable[None]) -> None:
    async with asyncio.TaskGroup() as group:
        for story in stories:
            group.create_task(_one(story))


async def _one(story: Awaitable[None]) -> None:
    await story


@pytest.mark.parametrize("processes", [1, 2, 4])
def test_the_limit_is_used_within_five_hundredths_however_many_processes_share_it(processes: int) -> None:
    crowd = Crowd(processes)
    each = 1000 // processes
    run_virtually(together(*(crowd.send_many(number, many(number, each)) for number in range(processes))))
    assert len(crowd.left) == 1000
    assert crowd.times()[-1] <= 1.05 * 1000 / LIMIT
    assert crowd.busiest_second() <= LIMIT


@pytest.mark.parametrize("moment", [0.01, 3.3, 9.99])
@pytest.mark.parametrize("process", [0, 4])
def test_an_alert_of_any_process_waits_three_seconds_at_most(process: int, moment: float) -> None:
    crowd = Crowd(5)  # the last one sends nothing else
    stories = [crowd.send_many(number, many(number, 100)) for number in range(4)]
    run_virtually(together(*stories, crowd.send(process, "staff", Lane.ALERT, at=moment)))
    assert next(left.at for left in crowd.left if left.lane is Lane.ALERT) <= moment + 1.5
    assert crowd.busiest_second() <= LIMIT


def test_a_reply_passes_the_prompts_of_other_processes_and_a_rest_waits_for_them() -> None:
    crowd = Crowd(3)
    stories = [crowd.send_many(0, many(0, 250))]
    stories += [crowd.send(1, f"reply {number}", Lane.REPLY, at=5.0) for number in range(20)]
    stories += [crowd.send(2, "rest", Lane.REST, at=1.0)]
    run_virtually(together(*stories))
    replies = [left.at for left in crowd.left if left.lane is Lane.REPLY]
    assert max(replies) <= 5 + 20 / LIMIT + 1.2
    assert next(left.at for left in crowd.left if left.lane is Lane.REST) >= 10
    assert crowd.busiest_second() <= LIMIT


def test_one_chat_gets_no_two_within_a_second_though_two_processes_write_to_it() -> None:
    crowd = Crowd(4)
    run_virtually(together(*(crowd.send(number, "fang") for number in range(4))))
    assert all(later - earlier >= 1 - 0.01 for earlier, later in pairwise(crowd.times()))
    assert crowd.times()[-1] <= 3.2


def test_a_reply_comes_close_after_the_prompt_of_another_process() -> None:
    crowd = Crowd(2)
    run_virtually(together(crowd.send(0, "fang"), crowd.send(1, "fang", Lane.REPLY, at=0.2)))
    assert crowd.times()[-1] <= 0.4


@pytest.mark.parametrize("meets", range(3))
def test_a_pause_that_one_process_meets_stops_the_others(meets: int) -> None:
    crowd = Crowd(3)

    async def met() -> None:
        await asyncio.sleep(4.0)
        await crowd.limiters[meets].slow_down(30)

    run_virtually(together(*(crowd.send_many(number, many(number, 200)) for number in range(3)), met()))
    inside = [left for left in crowd.left if 4.0 + LOOK_SECONDS + 0.1 < left.at < 34.0 - 0.01]
    assert inside == []
    assert [left for left in crowd.left if left.process == meets and 4.0 < left.at < 34.0 - 0.01] == []
    assert len(crowd.left) == 600
    assert crowd.times()[-1] <= 30 + 1.05 * 600 / LIMIT + 1
    assert crowd.busiest_second() <= LIMIT


def test_a_pause_of_another_process_is_known_to_one_that_had_nothing_to_send() -> None:
    crowd = Crowd(2)

    async def story() -> None:
        await crowd.limiters[0].slow_down(20)
        await crowd.send(1, "fang", Lane.ALERT, at=2.0)

    run_virtually(story())
    assert crowd.times() == [pytest.approx(20, abs=0.05)]


@pytest.mark.parametrize("trouble", ["away", "frozen"])
def test_an_alert_does_not_wait_for_a_database_that_is_away(trouble: str) -> None:
    crowd = Crowd(2)
    setattr(crowd.row, trouble, True)

    async def story() -> None:
        prompt = asyncio.ensure_future(crowd.send(0, "fang"))
        await crowd.send(0, "staff", Lane.ALERT, at=0.1)
        first = asyncio.get_running_loop().time()
        assert first <= 0.1 + 2 * PATIENCE[Lane.ALERT]
        await crowd.send(0, "emma", Lane.REPLY)
        await asyncio.sleep(2.0 - asyncio.get_running_loop().time())
        await crowd.send(0, "staff", Lane.ALERT)
        assert [left.lane for left in crowd.left][-1] is Lane.ALERT
        await asyncio.sleep(20)
        assert not prompt.done()  # what came from the store waits for it
        crowd.row.away = crowd.row.frozen = False
        await prompt

    run_virtually(story())
    assert crowd.times()[-1] <= 22 + AWAY_SECONDS


def test_a_pause_met_while_the_database_is_away_is_told_when_it_is_back() -> None:
    crowd = Crowd(2)

    async def story() -> None:
        crowd.row.away = True
        await crowd.limiters[0].slow_down(30)
        waiting = asyncio.ensure_future(crowd.send(0, "fang"))
        await asyncio.sleep(3)
        crowd.row.away = False
        await asyncio.sleep(2)
        await crowd.send(1, "emma")
        await waiting

    run_virtually(story())
    assert min(crowd.times()) >= 29.9


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_database_whose_clock_is_set_holds_nobody_for_long(hours: int) -> None:
    crowd = Crowd(2)

    async def story() -> None:
        await crowd.send_many(0, many(0, 50))
        crowd.row.skew += hours * 3600
        began = asyncio.get_running_loop().time()
        await crowd.send_many(1, many(1, 50))
        assert asyncio.get_running_loop().time() - began <= 2.0 * 1.05 + 1

    run_virtually(story())


def test_a_row_that_was_lost_begins_anew() -> None:
    crowd = Crowd(2)

    async def story() -> None:
        await crowd.send_many(0, many(0, 50))
        crowd.row.turns = Turns()
        await crowd.send_many(1, many(1, 50))

    run_virtually(story())
    assert crowd.times()[-1] <= 1.05 * 100 / LIMIT + 0.2


@pytest.mark.parametrize("slowest", [0.02, 0.2])
def test_a_slow_database_costs_speed_and_never_the_limit(slowest: float) -> None:
    crowd = Crowd(3, Row(random.Random(3), slowest=slowest))
    run_virtually(together(*(crowd.send_many(number, many(number, 100)) for number in range(3))))
    assert len(crowd.left) == 300
    assert crowd.busiest_second() <= LIMIT


def test_a_process_that_wakes_late_gives_its_turn_up() -> None:
    """A loop that is held up for a while at each step: what it missed is not made up for in a burst."""
    crowd = Crowd(2)

    async def held_up() -> None:
        loop = asyncio.get_running_loop()
        for _ in range(60):
            await asyncio.sleep(0.2)
            loop.virtual += 0.1  # type: ignore[attr-defined]  # everything else stands still

    run_virtually(together(*(crowd.send_many(number, many(number, 100)) for number in range(2)), held_up()))
    assert len(crowd.left) == 200
    assert crowd.busiest_second() <= LIMIT


def test_whoever_gives_up_waiting_leaves_the_asking_to_the_next() -> None:
    crowd = Crowd(1)

    async def story() -> None:
        first = asyncio.ensure_future(crowd.send(0, "fang"))
        others = [asyncio.ensure_future(crowd.send(0, f"{number}")) for number in range(10)]
        await asyncio.sleep(0.001)
        first.cancel()
        await asyncio.gather(*others)

    run_virtually(story())
    assert len(crowd.left) == 10
    assert crowd.times()[-1] <= 1.5


sends = st.tuples(
    st.integers(0, 2), st.floats(0, 3), st.sampled_from("ABCDEF") | st.uuids().map(str), st.sampled_from(Lane)
)


@settings(max_examples=40)
@given(st.lists(sends, max_size=80), st.integers(0, 9))
def test_whatever_is_sent_no_second_carries_more_than_promised_and_all_of_it_leaves(
    asked: list[tuple[int, float, str, Lane]], seed: int
) -> None:
    crowd = Crowd(3, Row(random.Random(seed)))
    run_virtually(together(*(crowd.send(process, chat, lane, at=at) for process, at, chat, lane in asked)))
    assert len(crowd.left) == len(asked)
    assert crowd.busiest_second() <= LIMIT
