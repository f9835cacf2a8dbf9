"""Real processes race over due rows: whatever their number and whichever stands still, nobody is asked twice."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from benchmarks.rows import NOON
from scheduler.claims import LEASE
from tests.postgres import Kind
from tests.scheduler.race import Race

pytestmark = pytest.mark.slow

Over = Callable[[Kind, int], Awaitable[Race]]


@pytest.fixture
async def over(tmp_path: Path) -> AsyncIterator[Over]:
    """Makes a race; its processes end with the test."""
    races: list[Race] = []

    async def made(kind: Kind, people: int) -> Race:
        races.append(await Race.over(kind, people, tmp_path))
        return races[-1]

    yield made
    for race in races:
        await race.close()


@pytest.mark.parametrize(
    ("kind", "processes", "people"),
    [
        ("postgresql", 4, 800),
        ("sqlite", 2, 400),
        pytest.param("postgresql", 4, 10_000, marks=pytest.mark.long),
    ],
)
async def test_processes_that_race_over_due_rows_double_none(
    kind: Kind, processes: int, people: int, over: Over
) -> None:
    """Guards `scheduler.claims.claim`: without FOR UPDATE two of them claim the same rows."""
    race = await over(kind, people)
    racers = [await race.enter() for _ in range(processes)]
    for racer in racers:
        racer.go()
    for racer in racers:
        await racer.ended(30 + people / 20)
    sent = race.sent()
    assert [chat for chat, times in sent.items() if times > 1] == []
    assert len(sent) == people
    assert await race.states() == {"delivered": people}
    assert await race.claims_max() == 1
    if kind == "postgresql":
        assert all(len(racer.chats()) > people / processes / 10 for racer in racers)  # they ran side by side


@pytest.mark.parametrize("kind", get_args(Kind))
async def test_a_process_that_stood_still_before_the_mark_sends_nothing_of_what_another_took_over(
    kind: Kind, over: Over
) -> None:
    """Guards `scheduler.claims.still_ours`: claimed, frozen, its lease over, sent by another, and awake again."""
    race = await over(kind, 30)
    frozen, other = await race.enter("claimed"), await race.enter()
    frozen.go()
    await frozen.frozen()
    assert frozen.chats() == []
    race.is_now(NOON + LEASE + timedelta(seconds=1))
    other.go()
    await other.ended(60)
    assert len(other.chats()) == 30
    frozen.wakes()
    await frozen.ended(60)
    assert frozen.chats() == []
    assert await race.states() == {"delivered": 30}


@pytest.mark.parametrize("kind", get_args(Kind))
async def test_a_process_that_stood_still_after_the_mark_sends_nothing_any_more(kind: Kind, over: Over) -> None:
    """Guards `in_time`: the mark was its own, and is unknown by now; the next rung asks instead."""
    race = await over(kind, 6)
    frozen, other = await race.enter("marked"), await race.enter()
    frozen.go()
    await frozen.frozen()
    race.is_now(NOON + LEASE + timedelta(seconds=1))
    other.go()
    await other.ended(60)
    assert await race.states() == {"unknown": 6}
    frozen.wakes()
    await frozen.ended(60)
    assert race.sent() == {}
    assert await race.states() == {"unknown": 6}
