"""The store's side of the sync: which outbox rows are due, and what becomes of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, exists, func, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from actions.alerts import open_alert
from models.ledger import AuditHead, OutboxEntry
from models.participant import Participant
from models.session import Store
from protocol.terms import AlertKind

STUDY_DOWN = "the study database does not answer"
BAD = "bad row: "
BACKOFF_FIRST = timedelta(seconds=30)
BACKOFF_MAX = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Due:
    """What can be sent now, in order; the codes of its participants; and the head of the audit chain."""

    entries: Sequence[OutboxEntry]
    codes: Mapping[str, str]
    audit_head: tuple[int, str] | None


def backoff(attempts: int) -> timedelta:
    """30 seconds, doubled with each attempt, 15 minutes at most."""
    return min(BACKOFF_FIRST * (1 << min(attempts, 10)), BACKOFF_MAX)


async def due_entries(store: Store, *, at: datetime, limit: int) -> Due:
    """The oldest unsent rows whose time has come. Nothing while the whole study is being waited for."""
    async with store.read() as session:
        entries = (await session.scalars(_sendable(at).limit(limit))).all()
        if not entries or await session.scalar(_study_awaited(at)):
            return Due((), {}, None)
        return Due(entries, await _codes(session, entries), await _audit_head(session))


def _study_awaited(at: datetime) -> SelectOfScalar[str]:
    return (
        select(OutboxEntry.reason)
        .where(
            col(OutboxEntry.sent_at).is_(None),
            OutboxEntry.reason == STUDY_DOWN,
            col(OutboxEntry.visible_at) > at,
        )
        .limit(1)
    )


def _sendable(at: datetime) -> SelectOfScalar[OutboxEntry]:
    """A row waits while an earlier one of its own record has been put off."""
    earlier = aliased(OutboxEntry)
    blocked = exists().where(
        col(earlier.sent_at).is_(None),
        col(earlier.visible_at) > at,
        col(earlier.record_type) == col(OutboxEntry.record_type),
        col(earlier.record_id) == col(OutboxEntry.record_id),
        col(earlier.seq) < col(OutboxEntry.seq),
    )
    return (
        select(OutboxEntry)
        .where(col(OutboxEntry.sent_at).is_(None), col(OutboxEntry.visible_at) <= at, ~blocked)
        .order_by(col(OutboxEntry.seq))
    )


async def _codes(session: AsyncSession, entries: Iterable[OutboxEntry]) -> dict[str, str]:
    wanted = {entry.participant_id for entry in entries if entry.participant_id}
    rows = await session.execute(select(Participant.id, Participant.code).where(col(Participant.id).in_(wanted)))
    return {row.id: row.code for row in rows}


async def _audit_head(session: AsyncSession) -> tuple[int, str] | None:
    row = (await session.execute(select(AuditHead.seq, AuditHead.hash))).one_or_none()
    return (row.seq, row.hash) if row else None


async def unsent(store: Store, entries: Sequence[OutboxEntry]) -> set[int]:
    """The numbers of those that nobody has sent meanwhile."""
    if not entries:
        return set()
    query = select(OutboxEntry.seq).where(
        col(OutboxEntry.seq).in_([entry.seq for entry in entries]), col(OutboxEntry.sent_at).is_(None)
    )
    async with store.read() as session:
        return {seq for seq in await session.scalars(query) if seq is not None}


async def mark_sent(store: Store, entries: Sequence[OutboxEntry], *, at: datetime) -> None:
    """A row that is marked already stays as it is."""
    if not entries:
        return
    seqs = [entry.seq for entry in entries]
    async with store.change(at=at) as change:
        await change.session.execute(
            update(OutboxEntry)
            .where(col(OutboxEntry.seq).in_(seqs), col(OutboxEntry.sent_at).is_(None))
            .values(sent_at=at, reason="")
        )


async def put_off(store: Store, entry: OutboxEntry, reason: str, *, at: datetime) -> None:
    """The row is tried again after a while; what comes behind it waits with it."""
    async with store.change(at=at) as change:
        await change.session.execute(
            update(OutboxEntry)
            .where(col(OutboxEntry.seq) == entry.seq, col(OutboxEntry.sent_at).is_(None))
            .values(attempts=entry.attempts + 1, visible_at=at + backoff(entry.attempts), reason=reason)
        )


async def set_aside(store: Store, entry: OutboxEntry, reason: str, *, at: datetime) -> None:
    """A bad row is put off, and staff are told once. A bad alert is only put off: it would breed another one."""
    await put_off(store, entry, BAD + reason, at=at)
    if entry.record_type == "alert" or entry.reason.startswith(BAD):
        return
    async with store.change(at=at) as change:
        cause = f"{entry.record_type}:{entry.record_id}"
        await open_alert(change, AlertKind.BAD_OUTBOX_ROW, None, cause=cause)


async def retry_all(store: Store, *, at: datetime) -> None:
    """What was put off is due now: an operator does not wait for a back-off."""
    async with store.change(at=at) as change:
        await change.session.execute(
            update(OutboxEntry)
            .where(col(OutboxEntry.sent_at).is_(None), col(OutboxEntry.visible_at) > at)
            .values(visible_at=at)
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is still owed: `failed` of the `waiting` rows are bad ones; the oldest was recorded at `oldest_at`."""

    waiting: int
    failed: int
    oldest_at: datetime | None


async def waiting(store: Store, *, besides: Collection[int] = ()) -> Waiting:
    """Counts what has not been sent, without the rows `besides` that are about to be."""
    bad = case((col(OutboxEntry.reason).startswith(BAD), 1), else_=0)
    query = select(func.count(), func.sum(bad), func.min(OutboxEntry.created_at)).where(
        col(OutboxEntry.sent_at).is_(None), col(OutboxEntry.seq).not_in(besides)
    )
    async with store.read() as session:
        count, failed, oldest_at = (await session.execute(query)).one()
    return Waiting(count, failed or 0, oldest_at)


async def last_sent_at(store: Store) -> datetime | None:
    """When the newest of the rows that were sent was sent."""
    query = select(OutboxEntry.sent_at).where(col(OutboxEntry.sent_at).is_not(None))
    async with store.read() as session:
        return await session.scalar(query.order_by(col(OutboxEntry.seq).desc()).limit(1))
