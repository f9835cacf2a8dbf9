"""The day on which the weekly question ends, counted from the latest dose that can have been taken."""

from datetime import date, datetime, timedelta

import pytest

from models.last_dose import last_asked_on
from models.session import Store
from protocol.terms import DoseState, ParticipantState
from tests.study.cast import DAY_1, NOON, enrol, hours, schedule

TWELVE_WEEKS = timedelta(weeks=12)


@pytest.mark.parametrize(
    ("second", "taken_at", "last_on"),
    [
        (DoseState.UNREPORTED, hours(1, 8), DAY_1 + timedelta(days=1)),  # nobody knows, so it counts
        (DoseState.NOT_TAKEN, hours(1, 8), DAY_1),
        (DoseState.NOT_TAKEN, hours(2, 0.5), DAY_1 + timedelta(days=1)),  # the first, taken after midnight
        (DoseState.HELD, hours(1, 23.75), DAY_1),
    ],
)
async def test_the_later_of_the_last_day_and_the_last_taking_counts(
    store: Store, second: DoseState, taken_at: datetime, last_on: date
) -> None:
    async with store.change(at=NOON) as change:
        one = await enrol(change)
        one.state = ParticipantState.DISCONTINUED
        schedule(change, one, 1, DoseState.TAKEN).taken_at = taken_at
        schedule(change, one, 2, second)
        await change.session.flush()
        assert await last_asked_on(change.session, [one], TWELVE_WEEKS) == {one.id: last_on + TWELVE_WEEKS}


async def test_who_never_had_a_dose_is_counted_from_the_enrolment_and_who_takes_it_still_has_no_end(
    store: Store,
) -> None:
    async with store.change(at=NOON) as change:
        stopped, taking = await enrol(change, "PUMCH-001"), await enrol(change, "PUMCH-002")
        stopped.state = ParticipantState.DISCONTINUED
        found = await last_asked_on(change.session, [stopped, taking], TWELVE_WEEKS)
        assert found == {stopped.id: DAY_1 + TWELVE_WEEKS}
