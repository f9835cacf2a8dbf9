"""Thousands are due at one moment: all are reached as fast as the limit lets them, and what is urgent passes them."""

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from app.settings import Settings
from bot.courier import WAITS
from protocol.terms import Lane, PromptState
from simulation.virtual import VirtualLoop
from tests.load.morning import LIMIT, Morning
from tests.postgres import fresh_store_url, fresh_study_url

FAR = 0.8  # seconds to Telegram and back, through a slow proxy


async def _fresh(tmp_path: Path) -> Settings:
    store, study = await fresh_store_url("sqlite", tmp_path), await fresh_study_url("sqlite", tmp_path)
    return Settings(database_url=store, study_database_url=study)


def lived(morning: Morning, tmp_path: Path, **keywords: object) -> Morning:
    settings = asyncio.run(_fresh(tmp_path))
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(morning.lives(settings, **keywords))  # type: ignore[arg-type]
    return morning


@pytest.mark.slow
@pytest.mark.parametrize("count", [1_000, pytest.param(10_000, marks=pytest.mark.long)])
def test_everyone_is_reached_within_five_hundredths_of_what_the_limit_allows(count: int, tmp_path: Path) -> None:
    morning = lived(Morning(count, far=FAR), tmp_path, alerts=count // 100)
    prompted = [call for call in morning.calls if int(call.chat) >= 10_000]
    assert len({call.chat for call in prompted}) == len(prompted) == count
    assert morning.sent()[-1] <= 1.05 * count / LIMIT
    assert morning.busiest_second() <= LIMIT
    assert len(morning.alerts) == count // 100
    assert max(left - put_in for put_in, left in morning.alerts) <= 3


@pytest.mark.slow
def test_nothing_leaves_in_a_pause_and_everyone_is_reached_after_it(tmp_path: Path) -> None:
    """Nobody is claimed in it either: all but the one who met it were tried once."""
    morning = lived(Morning(500, far=FAR), tmp_path, pauses={8.0: 30})
    [met] = morning.refused
    assert [at for at in morning.sent() if met.at + FAR < at < met.at + 30] == []
    assert len({call.chat for call in morning.calls}) == len(morning.calls) == 500
    assert morning.sent()[-1] <= 30 + 1.05 * 500 / LIMIT + 1
    assert morning.busiest_second() <= LIMIT
    assert morning.left_in_the_store == {(PromptState.DELIVERED, 1): 499, (PromptState.DELIVERED, 2): 1}


def test_what_waits_in_a_long_pause_goes_back_to_the_store_and_is_sent_after_it(tmp_path: Path) -> None:
    morning = lived(Morning(150, far=FAR), tmp_path, pauses={2.0: 400}, look_at=2 + FAR + WAITS[Lane.PROMPT] + 5)
    [met] = morning.refused
    assert [at for at in morning.sent() if met.at + FAR < at < met.at + 400] == []
    assert len({call.chat for call in morning.calls}) == len(morning.calls) == 150
    assert {state for state, _ in morning.left_in_the_store} == {PromptState.DELIVERED}
    assert {state for state, _ in morning.seen_in_the_store} == {PromptState.DELIVERED, PromptState.WAITING}


def test_one_who_is_asked_twice_gets_no_two_within_a_second(tmp_path: Path) -> None:
    morning = lived(Morning(200, far=FAR), tmp_path, pauses={1.0: 1, 4.0: 1})
    for times in morning.by_chat().values():
        assert all(later - earlier >= 1 - 1e-6 for earlier, later in pairwise(times))


def test_a_process_that_ends_finishes_what_it_began_and_gives_the_rest_back_untried(tmp_path: Path) -> None:
    morning = lived(Morning(200, far=FAR), tmp_path, ends_at=3.0)
    assert morning.ended_at is not None
    assert morning.ended_at <= 3 + 2
    sent = len(morning.calls)
    assert 50 <= sent <= 130
    assert morning.left_in_the_store == {(PromptState.DELIVERED, 1): sent, (PromptState.WAITING, 0): 200 - sent}
