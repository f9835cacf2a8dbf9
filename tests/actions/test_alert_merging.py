"""The same cause again: counted, never lowered, and told anew where it is worse or red, until somebody has seen it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from actions.alerts import acknowledge, close, open_alert
from models.alert import Alert
from models.participant import Participant
from models.session import Change, Store
from models.vault import Keys, Vault
from protocol.terms import AlertKind, Level
from tests.postgres import fresh_store_url
from tests.study.cast import NOON, enrol

LATER = NOON + timedelta(hours=1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    source = Random(7)
    vault = Vault(Keys({"k1": b"k" * 32}, b"i" * 32), source.randbytes)
    url = await fresh_store_url("sqlite", tmp_path)
    opened = Store(url, vault=vault, new_id=lambda: source.randbytes(8).hex(), random_bytes=source.randbytes)
    async with opened.change(at=NOON) as change:
        await enrol(change)
    yield opened
    await opened.close()


async def comes(change: Change, level: Level, *, paged: bool = False) -> Alert:
    person = await change.session.get_one(Participant, "id-PUMCH-001")
    return await open_alert(change, AlertKind.WORDS, person, cause="words", level=level, paged=paged)


async def seen_then(store: Store, first: Level, again: Level, *, paged: bool = False) -> Alert:
    """It comes, was told once, is acknowledged, and comes again an hour later."""
    async with store.change(at=NOON) as change:
        alert = await comes(change, first)
        assert (alert.next_call_at, alert.calls) == (NOON, 0), "a new one is due at once"
        alert.calls, alert.last_called_at = 1, NOON
        await acknowledge(change, alert.id, "li")
        assert alert.next_call_at is None, "nobody is told again of what somebody has seen"
    async with store.change(at=LATER) as change:
        return await comes(change, again, paged=paged)


@pytest.mark.parametrize(
    ("first", "again", "paged"),
    [(Level.AMBER, Level.RED, False), (Level.RED, Level.RED, False), (Level.AMBER, Level.AMBER, True)],
    ids=["worse", "red again", "paged now"],
)
async def test_what_is_worse_or_red_again_is_told_anew_although_somebody_has_seen_it(
    store: Store, first: Level, again: Level, paged: bool
) -> None:
    found = await seen_then(store, first, again, paged=paged)
    assert (found.acknowledged_at, found.acknowledged_by) == (None, None)
    assert (found.clock_from, found.next_call_at, found.last_called_at) == (LATER, LATER, None)
    assert (found.calls, found.times) == (0, 2), "its clock and its calls begin anew"


async def test_the_same_amber_again_is_counted_and_no_news(store: Store) -> None:
    found = await seen_then(store, Level.AMBER, Level.AMBER)
    assert (found.acknowledged_by, found.next_call_at, found.clock_from, found.times) == ("li", None, NOON, 2)


async def test_a_milder_report_lowers_no_level_and_takes_no_paging_back(store: Store) -> None:
    async with store.change(at=NOON) as change:
        await comes(change, Level.RED, paged=True)
    async with store.change(at=LATER) as change:
        found = await comes(change, Level.AMBER)
        assert (found.level, found.paged, found.clock_from) == (Level.RED, True, NOON)


async def test_a_closed_one_is_silent_and_the_same_cause_opens_another(store: Store) -> None:
    async with store.change(at=NOON) as change:
        first = await comes(change, Level.RED)
        await close(change, first.id, "li", "is well")
        assert (first.next_call_at, first.acknowledged_by) == (None, "li")
    async with store.change(at=LATER) as change:
        second = await comes(change, Level.AMBER)
        assert (second.id != first.id, second.times, second.next_call_at) == (True, 1, LATER)
