"""Visits that fall into a journey: another day has to be arranged, or they are missed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.journey import JourneyRow
from models.participant import Participant
from models.visit import Visit
from protocol.standing import has_left
from protocol.visits import TO_COME


async def visits_away(session: AsyncSession, as_of: datetime) -> Sequence[tuple[Participant, Visit, JourneyRow]]:
    """Of all sites, by day; of journeys of now and to come."""
    query = (
        select(Participant, Visit, JourneyRow)
        .join(Visit, col(Visit.participant_id) == col(Participant.id))
        .join(JourneyRow, col(JourneyRow.participant_id) == col(Participant.id))
        .where(
            col(Visit.state).in_(TO_COME),
            col(Visit.planned_on) >= col(JourneyRow.from_on),
            col(Visit.planned_on) <= col(JourneyRow.until_on),
            col(JourneyRow.recorded_at) <= as_of,
        )
        .order_by(col(Visit.planned_on), col(Participant.code), col(JourneyRow.version))
    )
    found = (await session.execute(query)).all()
    newest = await _newest(session, [journey.participant_id for _, _, journey in found], as_of)
    return [
        (one, visit, journey)
        for one, visit, journey in found
        if newest[journey.participant_id, journey.number] == journey.version
        and journey.ends_at > max(journey.starts_at, as_of)
        and not has_left(one.state)
    ]


async def _newest(session: AsyncSession, people: Sequence[str], as_of: datetime) -> dict[tuple[str, int], int]:
    """The newest version by participant id and number."""
    query = (
        select(JourneyRow.participant_id, JourneyRow.number, JourneyRow.version)
        .where(col(JourneyRow.participant_id).in_(people), col(JourneyRow.recorded_at) <= as_of)
        .order_by(col(JourneyRow.version))
    )
    return {(row.participant_id, row.number): row.version for row in await session.execute(query)}
