"""What several processes hold against each other: leases with their numbers, and one person's updates in order."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from actions.inbox import (
    SHOW_AGAIN_AFTER,
    NotItsTurnError,
    answers_shown,
    begin,
    finish,
    keep_updates,
    put_off,
    set_aside,
    take_unshown,
    waiting_updates,
)
from actions.leases import LENGTH, Held, LeaseLostError, Single, give_back, is_held, renew, take
from models.alert import Alert
from models.audit import GENESIS
from models.inbox import InboxUpdate, Note
from models.ledger import AuditEntry
from models.session import FROZEN_SECONDS, Change, Store
from models.vault import Keys, Vault
from tests.postgres import Kind, fresh_store_url

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BY_ROWS = pytest.mark.parametrize("store", ["postgresql"], indirect=True)
"""Two that write at the same time: on SQLite the second one waits for the lock of the only writer."""


@pytest.fixture(params=get_args(Kind))
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    made = opened(await fresh_store_url(request.param, tmp_path))
    yield made
    await made.close()


def opened(url: str) -> Store:
    vault = Vault(Keys({"k1": b"1" * 32}, b"2" * 32), secrets.token_bytes)
    return Store(url, vault=vault, new_id=lambda: secrets.token_hex(8), random_bytes=secrets.token_bytes)


async def polls(store: Store, who: str, at: datetime) -> Held | None:
    return await take(store, Single.POLLING, holder=who, at=at)


def said(update_id: int, user: int = 1001) -> Mapping[str, Any]:
    return {"update_id": update_id, "message": {"from": {"id": user}, "text": "x"}}


async def rows(store: Store, table: Any) -> list[Any]:
    async with store.read() as reading:
        return list(await reading.scalars(select(table)))


async def test_a_lease_has_one_holder_and_each_taking_over_a_higher_number(store: Store) -> None:
    first = await polls(store, "first", NOON)
    assert first is not None
    assert await polls(store, "second", NOON + LENGTH - SECOND) is None
    second = await polls(store, "second", NOON + LENGTH)
    assert second is not None
    assert second.number == first.number + 1
    assert await is_held(store, second)
    assert not await is_held(store, first)


async def test_of_many_that_take_it_at_one_moment_one_gets_it(store: Store) -> None:
    for number in range(3):
        at = NOON + number * LENGTH
        found = await asyncio.gather(*(polls(store, f"process {each}", at) for each in range(6)))
        assert [held.number for held in found if held is not None] == [number + 1]


async def test_what_is_renewed_is_not_taken_over_and_what_is_given_back_is(store: Store) -> None:
    first = await polls(store, "first", NOON)
    assert first is not None
    async with store.change(at=NOON + LENGTH - SECOND) as change:
        await renew(change, first)
    assert await polls(store, "second", NOON + LENGTH) is None
    await give_back(store, first, NOON + LENGTH)
    assert await polls(store, "second", NOON + LENGTH) is not None
    await give_back(store, first, NOON + LENGTH)
    assert await polls(store, "third", NOON + LENGTH) is None, "an old number ends nobody else's lease"


async def test_a_clock_that_was_set_back_keeps_nobody_from_taking_over(store: Store) -> None:
    assert await polls(store, "from tomorrow", NOON + timedelta(days=1)) is not None
    assert await polls(store, "today", NOON) is not None


async def test_nothing_is_kept_or_noted_under_an_old_number(store: Store) -> None:
    """A poller that stood still comes back with updates, and with the time since when it listened."""
    old = await polls(store, "frozen", NOON)
    assert old is not None
    await keep_updates(store, [said(1)], at=NOON, since=NOON, held=old)
    later = NOON + timedelta(minutes=10)
    new = await polls(store, "awake", later)
    with pytest.raises(LeaseLostError):
        await keep_updates(store, [said(2)], at=later + SECOND, since=NOON, held=old)
    assert [row.update_id for row in await rows(store, InboxUpdate)] == [1]
    assert [note.at for note in await rows(store, Note) if note.name == "listening"] == [NOON]
    await keep_updates(store, [said(2)], at=later + SECOND, since=later, held=new)
    assert len(await rows(store, InboxUpdate)) == 2


@BY_ROWS
async def test_nobody_takes_over_between_the_look_at_the_number_and_the_commit(store: Store) -> None:
    old = await polls(store, "slow", NOON)
    assert old is not None
    async with store.change(at=NOON + LENGTH) as change:
        await renew(change, old)
        taking = asyncio.ensure_future(polls(store, "quick", NOON + LENGTH))
        assert await asyncio.wait([taking], timeout=0.3) == (set(), {taking})
    assert await taking is None, "it was renewed"


@BY_ROWS
async def test_who_stands_still_inside_a_transaction_holds_up_nobody_for_long(store: Store) -> None:
    """PostgreSQL ends what stood still; what it had locked is free, and its commit fails. Here after one second."""
    old = await polls(store, "frozen", NOON)
    assert old is not None
    async with store.read() as reading:
        assert await reading.scalar(text("SHOW idle_in_transaction_session_timeout")) == f"{FROZEN_SECONDS}s"
    with pytest.raises(DBAPIError):
        async with asyncio.timeout(20), store.change(at=NOON) as change:
            await change.session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '1s'"))
            await renew(change, old)
            new = await polls(store, "awake", NOON + LENGTH)  # waits until the other's transaction has been ended
    assert new is not None
    assert new.number == old.number + 1


# --- one person's updates


async def take_turn(change: Change, update_id: int, worker: str) -> bool:
    try:
        await begin(change, update_id, worker=worker)
    except NotItsTurnError:
        return False
    return True


async def may(store: Store, update_id: int, worker: str, at: datetime = NOON) -> bool:
    async with store.change(at=at) as change:
        return await take_turn(change, update_id, worker)


async def test_an_update_waits_for_the_earlier_one_of_its_person_and_for_nobody_elses(store: Store) -> None:
    await keep_updates(store, [said(1), said(2), said(3, user=1002)], at=NOON, since=NOON)
    assert not await may(store, 2, "a")
    assert await may(store, 3, "a")
    async with store.change(at=NOON) as change:
        await begin(change, 1, worker="a")
        await finish(change, 1, worker="a")
    assert await may(store, 2, "b")
    assert not await may(store, 1, "b"), "it is done"


@BY_ROWS
async def test_while_one_process_handles_a_person_no_other_does(store: Store) -> None:
    await keep_updates(store, [said(1), said(2)], at=NOON, since=NOON)
    async with store.change(at=NOON) as change:
        await begin(change, 1, worker="a")
        assert not await may(store, 1, "b")
        assert not await may(store, 2, "b")
        await finish(change, 1, worker="a")
        assert not await may(store, 2, "b"), "not before the commit"
    assert await may(store, 2, "b")


async def test_what_follows_waits_until_the_answer_before_it_has_been_shown(store: Store) -> None:
    """Else the second answer could stand above the first. It waits for a process that is alive, and not for long."""
    await keep_updates(store, [said(1), said(2)], at=NOON, since=NOON)
    async with store.change(at=NOON) as change:
        await begin(change, 1, worker="a")
        await finish(change, 1, worker="a", answers="{}")
    assert not await may(store, 2, "b")
    assert await may(store, 2, "a")
    assert await may(store, 2, "b", NOON + SHOW_AGAIN_AFTER)
    await answers_shown(store, [1], at=NOON)
    assert await may(store, 2, "b")


async def test_answers_of_a_process_that_died_are_taken_over_by_one_other(store: Store) -> None:
    await keep_updates(store, [said(1)], at=NOON, since=NOON)
    async with store.change(at=NOON) as change:
        await finish(change, 1, worker="dead", answers="{}")
    assert await take_unshown(store, NOON + SHOW_AGAIN_AFTER - SECOND, worker="a", limit=10) == []
    at = NOON + SHOW_AGAIN_AFTER
    found = await asyncio.gather(*(take_unshown(store, at, worker=who, limit=10) for who in "abcd"))
    assert sorted(map(len, found)) == [0, 0, 0, 1]
    assert [len(await take_unshown(store, at + SHOW_AGAIN_AFTER, worker="e", limit=10))] == [1]


async def test_a_failure_that_comes_too_late_changes_nothing_of_what_is_done(store: Store) -> None:
    """Another process has handled it meanwhile: it is neither put off nor set aside, and no alert is opened."""
    await keep_updates(store, [said(1)], at=NOON, since=NOON)
    async with store.change(at=NOON) as change:
        await finish(change, 1, worker="a")
    async with store.change(at=NOON) as change:
        for _ in range(6):
            await put_off(change, 1, "late")
        await set_aside(change, 1, "late")
    [row] = await rows(store, InboxUpdate)
    assert (row.state, row.attempts) == ("done", 0)
    assert await rows(store, Alert) == []
    assert await waiting_updates(store, NOON, 10) == []


async def test_the_chain_may_be_begun_by_several_at_once(store: Store) -> None:
    """The first entry finds no head to wait at: each of them still follows another."""

    async def begins(number: int) -> None:
        async with store.change(at=NOON) as change:
            change.audit("begin", "nothing", str(number))

    async with asyncio.TaskGroup() as tasks:
        for number in range(4):
            tasks.create_task(begins(number))
    chain = sorted(await rows(store, AuditEntry), key=lambda entry: entry.seq)
    assert [entry.seq for entry in chain] == [1, 2, 3, 4]
    assert [entry.previous_hash for entry in chain] == [GENESIS, *(entry.hash for entry in chain[:-1])]
