"""The row on a real PostgreSQL: turns of many processes never meet, a pause is seen by all, no chat stands in it."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from actions.sending_rate import StoreShare
from actions.turns import Asked, Pace, Taken
from models.sending_rate import SendingRate
from models.session import Store
from models.tables import table_of
from models.vault import Keys, Vault
from protocol.terms import Lane
from tests.postgres import fresh_store_url

pytestmark = pytest.mark.slow
PACE = Pace(0.04, 1.0)
RATE = table_of(SendingRate)
KEYS = Keys({"k1": b"1" * 32}, b"2" * 32)


@pytest.fixture
async def shares(tmp_path: Path) -> AsyncIterator[list[StoreShare]]:
    """Four processes, each with its own connections."""
    url = await fresh_store_url("postgresql", tmp_path)
    vault = Vault(KEYS, secrets.token_bytes)
    stores = [
        Store(url, vault=vault, new_id=secrets.token_hex, random_bytes=secrets.token_bytes, edges=None)
        for _ in range(4)
    ]
    yield [StoreShare(store) for store in stores]
    for store in stores:
        await store.close()


def moments(taken: Taken) -> list[float]:
    return [taken.now + turn.in_seconds for turn in taken.turns if turn.given]


async def test_turns_of_many_processes_never_meet(shares: list[StoreShare]) -> None:
    async def takes(number: int) -> list[float]:
        found: list[float] = []
        for each in range(25):
            asked = [Asked(f"{number}/{each}/{one}", Lane.ALERT) for one in range(3)]
            found += moments(await shares[number].take(asked, PACE, 0.0))
        return found

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(takes(number)) for number in range(4)]
    found = sorted(at for task in running for at in task.result())
    assert len(found) == 300
    assert min(later - earlier for earlier, later in pairwise(found)) >= PACE.spacing - 1e-4


async def test_a_pause_is_seen_by_all_and_the_later_end_counts(shares: list[StoreShare]) -> None:
    await shares[0].pause(30)
    await shares[1].pause(3)
    for share in shares:
        taken = await share.take([Asked("fang", Lane.PROMPT)], PACE, 0.0)
        assert 28 < taken.pause_seconds <= 30
        assert not taken.turns[0].given


async def test_a_chat_is_waited_for_across_processes_and_stands_nowhere_in_clear(shares: list[StoreShare]) -> None:
    assert moments(await shares[0].take([Asked("70017", Lane.PROMPT)], PACE, 0.0))
    again = await shares[1].take([Asked("70017", Lane.PROMPT), Asked("70018", Lane.PROMPT)], PACE, 0.0)
    assert [turn.given for turn in again.turns] == [False, True]
    assert again.turns[0].of_chat
    async with shares[2].store.read() as session:
        row = (await session.execute(select(RATE))).one()
    assert "7001" not in str(row)


async def test_a_row_that_is_lost_begins_anew(shares: list[StoreShare]) -> None:
    await shares[0].pause(30)
    async with shares[0].store.engine.begin() as connection:
        await connection.execute(delete(RATE))
    assert moments(await shares[1].take([Asked("fang", Lane.PROMPT)], PACE, 0.0))


async def test_a_database_clock_that_was_set_back_holds_nobody_longer_than_was_asked(shares: list[StoreShare]) -> None:
    await shares[0].pause(2)
    day = timedelta(days=1)
    async with shares[0].store.engine.begin() as connection:
        moved = {name: RATE.c[name] + day for name in ("free_at", "paused_at", "paused_until")}
        await connection.execute(update(RATE).values(moved))
    taken = await shares[1].take([Asked("staff", Lane.ALERT)], PACE, 0.0)
    assert taken.pause_seconds <= 2
    assert taken.turns[0].given
