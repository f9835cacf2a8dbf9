"""Housekeeping by several processes: one at a time, so that staff are asked once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from sqlmodel import select

from benchmarks.house import open_store
from benchmarks.rows import NOON, enrol_in_bulk
from models.alert import Alert
from models.dose import DoseOrderRow
from models.session import Store
from protocol.terms import AlertKind, OrderKind
from scheduler.ticks import IDLE, housekeeping_tick
from tests.postgres import Kind, fresh_store_url

PROCESSES = ("a", "b", "c", "d")


@pytest.fixture(params=get_args(Kind))
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[list[Store]]:
    """The same store, opened by each process."""
    url = await fresh_store_url(request.param, tmp_path)
    opened = [open_store(url) for _ in PROCESSES]
    yield opened
    for store in opened:
        await store.close()


async def test_a_changed_amount_that_nobody_read_back_is_told_to_staff_once(stores: list[Store]) -> None:
    """Guards the lease in `scheduler.ticks.housekeeping_tick`: without it each process would tell."""
    await enrol_in_bulk(stores[0], 3)
    async with stores[0].change(at=NOON) as change:
        for number in range(3):
            change.session.add(
                DoseOrderRow(
                    id=f"second{number}", participant_id=f"p{number}", version=2, kind=OrderKind.DOSE, dose_mg=3.0,
                    units=3, from_on=NOON.date() + timedelta(days=1), reason="x", ordered_by="han", recorded_at=NOON,
                    read_back_due_at=NOON + timedelta(hours=12),
                )
            )  # fmt: skip
    at = NOON + timedelta(hours=13)
    work = zip(PROCESSES, stores, strict=True)
    wakes = await asyncio.gather(*(housekeeping_tick(store, at, owner=who) for who, store in work))
    assert sorted(wakes)[:3] == [at + IDLE] * 3
    async with stores[0].read() as session:
        alerts = list(await session.scalars(select(Alert).where(Alert.kind == AlertKind.READ_BACK)))
    assert [alert.times for alert in alerts] == [1, 1, 1]
