"""Whose own laboratory values wait for staff: told, and neither verified nor refused."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.lab import LabResult
from models.participant import Participant
from protocol.lab_entry import LabSource


async def unverified(session: AsyncSession, as_of: datetime) -> Sequence[tuple[Participant, datetime]]:
    """Of all sites, by code, with the moment since which the oldest waits. No value is told."""
    since: dict[str, datetime] = {}
    for whose, told_at in await _waiting(session, as_of):
        since[whose] = min(told_at, since.get(whose, told_at))
    people = select(Participant).where(col(Participant.id).in_(since)).order_by(col(Participant.code))
    return [(one, since[one.id]) for one in await session.scalars(people)] if since else []


async def _waiting(session: AsyncSession, as_of: datetime) -> list[tuple[str, datetime]]:
    """By participant, when each value that stands and is nobody's of staff was told."""
    told = select(LabResult.participant_id).where(LabResult.source == LabSource.PARTICIPANT)
    rows = select(LabResult).where(col(LabResult.participant_id).in_(told), col(LabResult.recorded_at) <= as_of)
    in_order = rows.order_by(col(LabResult.number), col(LabResult.version))
    newest = {(row.participant_id, row.number): row for row in await session.scalars(in_order)}
    standing = (row for row in newest.values() if row.source is LabSource.PARTICIPANT and not row.in_error)
    return [(row.participant_id, row.recorded_at) for row in standing]
