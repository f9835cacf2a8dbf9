"""Two processes sync: whichever stands still in between, the study never goes back behind what it held."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from models.dose import ScheduledDose
from models.session import Store
from models.study.store import StudyStore
from protocol.terms import DoseState
from protocol.trial import Trial
from study.reconcile import reconcile
from study.sync import push_due
from tests.study.cast import NOON, enrol, order, schedule
from tests.study.dump import dump

LATER = NOON + timedelta(hours=3)


class StandsStill(StudyStore):
    """A process that has read what is due and stands still before it writes any of it."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.stands, self.goes_on = asyncio.Event(), asyncio.Event()

    @override
    @asynccontextmanager
    async def write(self, *, at: datetime) -> AsyncIterator[AsyncSession]:
        self.stands.set()
        await self.goes_on.wait()
        async with super().write(at=at) as session:
            yield session


async def test_a_sync_that_stood_still_takes_nothing_of_the_study_back(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    """Guards `study.outbox.unsent`: what was read before it stood still was sent by another one, and more since."""
    async with store.change(at=NOON) as change:
        fang = await enrol(change)
        order(change, fang, 1)
        dose = schedule(change, fang, 1, DoseState.OPEN)
    sleeper = StandsStill(study.url)
    async with asyncio.TaskGroup() as tasks:
        stale = tasks.create_task(push_due(store, sleeper, trial, at=NOON))
        await sleeper.stands.wait()
        async with store.change(at=LATER) as change:
            row = await change.session.get_one(ScheduledDose, dose.id)
            row.state = DoseState.NOT_TAKEN
            change.owe(row, participant_id=fang.id)
        assert (await push_due(store, study, trial, at=LATER)).applied == 4
        before = await dump(study.engine)
        sleeper.goes_on.set()
    assert stale.result().waiting == 0
    assert await dump(study.engine) == before
    assert await reconcile(store, study, trial) == []
    await sleeper.close()


async def test_two_syncs_at_once_send_each_row_and_end_as_one_does(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    for number in range(6):
        async with store.change(at=NOON) as change:
            person = await enrol(change, f"PUMCH-{number:03}")
            order(change, person, 1)
            schedule(change, person, 1, DoseState.TAKEN)
    other = StudyStore(study.url)
    for _ in range(20):
        pushed = await asyncio.gather(*(push_due(store, each, trial, at=NOON, limit=4) for each in (study, other)))
        if all(each.waiting == 0 for each in pushed):
            break
    await other.close()
    assert await reconcile(store, study, trial) == []
