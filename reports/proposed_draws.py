"""Draws that a changed amount has proposed and that nobody has accepted, moved or cancelled."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.participant import Participant
from models.visit import Visit
from protocol.standing import has_left
from protocol.visits import VisitState


async def proposed_draws(
    session: AsyncSession, as_of: datetime, site: str | None
) -> Sequence[tuple[Participant, Visit]]:
    """By day, of who still takes part, in all sites or in one."""
    query = (
        select(Participant, Visit)
        .join(Visit, col(Visit.participant_id) == col(Participant.id))
        .where(
            col(Visit.state) == VisitState.PROPOSED,
            col(Visit.recorded_at) <= as_of,
            true() if site is None else col(Participant.site_code) == site,
        )
        .order_by(col(Visit.planned_on), col(Participant.code))
    )
    return [(one, visit) for one, visit in await session.execute(query) if not has_left(one.state)]
