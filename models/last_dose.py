"""The last dose that may have been taken, and the last day on which who has stopped the drug is still asked weekly."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from models.dose import ScheduledDose
from models.participant import Participant
from protocol.moments import local_date
from protocol.terms import DoseState, ParticipantState

SURELY_NOT: Final = (DoseState.NOT_TAKEN, DoseState.HELD)


async def last_asked_on(
    session: AsyncSession, people: Collection[Participant], goes_on: timedelta
) -> Mapping[str, date]:
    """By participant id, for those of `people` who have stopped the drug: `goes_on` after their last dose.

    A dose that nobody reported may have been taken, so it counts. Without any dose it is counted from the enrolment.
    """
    stopped = [one for one in people if one.state is ParticipantState.DISCONTINUED]
    if not stopped:
        return {}
    query = (
        select(ScheduledDose.participant_id, func.max(ScheduledDose.due_on), func.max(ScheduledDose.taken_at))
        .where(
            col(ScheduledDose.participant_id).in_([one.id for one in stopped]),
            col(ScheduledDose.cancelled_at).is_(None),
            col(ScheduledDose.state).not_in(SURELY_NOT),
        )
        .group_by(col(ScheduledDose.participant_id))
    )
    doses = {row[0]: row[1:] for row in await session.execute(query)}
    last: dict[str, date] = {}
    for one in stopped:
        due_on, taken_at = doses.get(one.id, (None, one.enrolled_at))
        days = [due_on] if due_on else []
        days += [local_date(taken_at, ZoneInfo(one.tz))] if taken_at else []
        last[one.id] = max(days) + goes_on
    return last
