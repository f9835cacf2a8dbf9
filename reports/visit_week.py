"""The visits of seven days: who comes when, whose blood is drawn, and what nobody has written down."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.participant import Participant
from models.visit import Visit
from protocol.standing import has_left

WEEK: Final = timedelta(weeks=1)


def monday_of(on: date) -> date:
    """The first day of its week."""
    return on - timedelta(days=on.weekday())


async def visit_week(
    session: AsyncSession, monday: date, site: str | None = None
) -> Sequence[tuple[Participant, Visit]]:
    """Planned from this Monday on, seven days, by day, time and code; in all sites or in one. Who has left has none."""
    query = (
        select(Participant, Visit)
        .join(Visit, col(Visit.participant_id) == col(Participant.id))
        .where(
            col(Visit.planned_on) >= monday,
            col(Visit.planned_on) < monday + WEEK,
            true() if site is None else col(Participant.site_code) == site,
        )
        .order_by(col(Visit.planned_on), col(Visit.planned_time), col(Participant.code))
    )
    return [(one, visit) for one, visit in await session.execute(query) if not has_left(one.state)]
