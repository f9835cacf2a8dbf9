"""The audit of one participant: who did or read what, the newest first; a page of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.ledger import AuditEntry
from reports.day_story import StoryLine, change_line


@dataclass(frozen=True, slots=True)
class PersonAudit:
    """The newest entries up to a moment, and how many there are."""

    entries: int
    lines: tuple[StoryLine, ...]


async def person_audit(session: AsyncSession, participant_id: str, *, as_of: datetime, most: int) -> PersonAudit:
    """Of the operational store, for somebody who has been let through the site wall; at most `most` lines."""
    theirs = (col(AuditEntry.participant_id) == participant_id, col(AuditEntry.at) <= as_of)
    entries = (await session.execute(select(func.count()).select_from(AuditEntry).where(*theirs))).scalar_one()
    newest = select(AuditEntry).where(*theirs).order_by(col(AuditEntry.seq).desc()).limit(most)
    return PersonAudit(entries, tuple(change_line(entry) for entry in await session.scalars(newest)))
