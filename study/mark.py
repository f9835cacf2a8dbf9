"""How far the study follows the store, and the audit chain's head kept where the store cannot reach it."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.study.mark import StudyAuditAnchor, StudySyncMark
from models.study.store import StudyStore
from study.faults import DOWN
from study.outbox import Waiting
from study.upserts import upsert

REFRESH_EVERY = timedelta(minutes=10)
ANCHOR_EVERY = timedelta(hours=1)


async def leave_mark(session: AsyncSession, left: Waiting, last_seq: int, *, at: datetime) -> None:
    """Synced to the oldest change still waiting, or to now."""
    before = await session.scalar(select(StudySyncMark.last_seq).where(StudySyncMark.id == 1))
    await upsert(
        session,
        StudySyncMark,
        "id",
        [
            {
                "id": 1,
                "synced_to": left.oldest_at or at,
                "last_seq": max(before or 0, last_seq),
                "waiting": left.waiting,
                "marked_at": at,
            }
        ],
    )


async def mark_is_old(session: AsyncSession, *, at: datetime) -> bool:
    """True when the mark should be written though nothing came."""
    marked_at = await session.scalar(select(StudySyncMark.marked_at).where(StudySyncMark.id == 1))
    return marked_at is None or at - marked_at >= REFRESH_EVERY


async def kept_anchors(study: StudyStore) -> list[StudyAuditAnchor] | None:
    """Every anchor, oldest first; None where the study database does not answer."""
    try:
        async with study.read() as session:
            return list(await session.scalars(select(StudyAuditAnchor).order_by(col(StudyAuditAnchor.seq))))
    except DOWN:
        return None


async def leave_anchor(session: AsyncSession, head: tuple[int, str] | None, *, at: datetime) -> None:
    """Once an hour, the number and hash of the newest audit entry."""
    if head is None:
        return
    newest = (
        await session.execute(
            select(StudyAuditAnchor.seq, StudyAuditAnchor.anchored_at)
            .order_by(col(StudyAuditAnchor.seq).desc())
            .limit(1)
        )
    ).one_or_none()
    if newest is None or (newest.seq < head[0] and at - newest.anchored_at >= ANCHOR_EVERY):
        session.add(StudyAuditAnchor(seq=head[0], hash=head[1], anchored_at=at))
        await session.flush()
