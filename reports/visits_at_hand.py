"""Visits of yesterday, today and tomorrow on the participant's wall that nobody has settled."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.participant import Participant
from models.visit import Visit
from protocol.moments import local_date
from protocol.standing import has_left
from protocol.visits import VisitState

WAITS: Final = (VisitState.PLANNED, VisitState.CONFIRMED)
FORGOTTEN: Final = timedelta(days=30)  # longer ago nothing is gained by asking
DAY: Final = timedelta(days=1)


async def visits_at_hand(session: AsyncSession, as_of: datetime) -> Sequence[tuple[Participant, Visit]]:
    """Of all sites, by day: up to tomorrow, and those of the last month of which nobody has written whether they were.

    A visit stands on the list from the day before it, so that who has not said that they come can be called.
    """
    near = local_date(as_of, ZoneInfo("UTC"))
    query = (
        select(Participant, Visit)
        .join(Visit, col(Visit.participant_id) == col(Participant.id))
        .where(
            col(Visit.state).in_(WAITS),
            col(Visit.planned_on) >= near - FORGOTTEN,
            col(Visit.planned_on) <= near + 2 * DAY,
        )
        .order_by(col(Visit.planned_on), col(Participant.code))
    )
    found = [(one, visit) for one, visit in await session.execute(query) if not has_left(one.state)]
    return [(one, visit) for one, visit in found if visit.planned_on <= local_date(as_of, ZoneInfo(one.tz)) + DAY]
