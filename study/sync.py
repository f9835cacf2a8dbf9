"""Carries what we owe to the study: the oldest outbox rows in order, each as a row of its own record."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from models.ledger import OutboxEntry
from models.session import Store
from models.study.store import StudyStore
from protocol.trial import Trial
from study.days import recompute
from study.faults import DOWN, is_row_fault
from study.mark import leave_anchor, leave_mark, mark_is_old
from study.outbox import STUDY_DOWN, Due, due_entries, mark_sent, put_off, retry_all, set_aside, unsent, waiting
from study.records import BadRecordError, StudyRow, study_row
from study.upserts import write_one_by_one, write_rows

log = logging.getLogger(__name__)

LIMIT = 1000  # the days of a participant are summed once a push: after an outage large ones catch up sooner
LOCK = 0x73747564  # any number, the same in every process


@dataclass(frozen=True, slots=True)
class Pushed:
    """What one push did: rows applied; rows still waiting, `failed` of them bad; whether the study answered."""

    applied: int
    waiting: int
    failed: int
    is_down: bool = False


@dataclass(slots=True)
class _Batch:
    entries: list[OutboxEntry] = field(default_factory=list)
    rows: list[StudyRow] = field(default_factory=list)
    bad: dict[tuple[str, str], tuple[OutboxEntry, str]] = field(default_factory=dict)


async def push_due(store: Store, study: StudyStore, trial: Trial, *, at: datetime, limit: int = LIMIT) -> Pushed:
    """Applies up to `limit` due rows in one study transaction, then marks them sent.

    A process killed in between applies them again, which changes nothing. A study that is away is waited for.
    """
    due = await due_entries(store, at=at, limit=limit)
    batch = _mapped(due, at=at)
    try:
        refused = await _apply(store, study, trial, due, batch, at=at)
    except DOWN as error:
        return await _wait(store, due.entries, error, at=at)
    _set_refused(batch, refused)
    await mark_sent(store, batch.entries, at=at)
    for entry, reason in batch.bad.values():
        log.error("outbox row set aside", extra={"action": "sync_row_bad", "seq": entry.seq, "reason": reason})
        await set_aside(store, entry, reason, at=at)
    if any(entry.reason == STUDY_DOWN for entry in batch.entries):
        log.info("the study database answers again", extra={"action": "sync_back"})
    left = await waiting(store)
    return Pushed(len(batch.entries), left.waiting, left.failed)


async def drain(store: Store, study: StudyStore, trial: Trial, *, at: datetime) -> Pushed:
    """Pushes until nothing is due, without waiting for back-offs."""
    await retry_all(store, at=at)
    applied = 0
    while (pushed := await push_due(store, study, trial, at=at)).applied:
        applied += pushed.applied
    return Pushed(applied, pushed.waiting, pushed.failed, pushed.is_down)


def _mapped(due: Due, *, at: datetime) -> _Batch:
    """Rows in order; from a bad one on, the later ones of its record are left for another time."""
    batch = _Batch()
    for entry in due.entries:
        record = (entry.record_type, entry.record_id)
        if record in batch.bad:
            continue
        try:
            batch.rows.append(study_row(entry, due.codes, at=at))
            batch.entries.append(entry)
        except BadRecordError as error:
            batch.bad[record] = (entry, error.reason)
    return batch


async def _apply(
    store: Store, study: StudyStore, trial: Trial, due: Due, batch: _Batch, *, at: datetime
) -> dict[tuple[str, str], str]:
    """One study transaction; where single rows are refused, a second one without them. Returns the refused."""
    if not batch.rows:
        await _refresh_mark(store, study, at=at)
        return {}
    try:
        async with study.write(at=at) as session:
            rows = await _alone_with(session, store, batch)
            await write_rows(session, rows)
            await _derive(session, store, trial, due, rows, at=at)
            return {}
    except DBAPIError as error:
        if not is_row_fault(error):
            raise
    async with study.write(at=at) as session:
        rows = await _alone_with(session, store, batch)
        refused = await write_one_by_one(session, rows)
        accepted = [row for row in rows if row.record not in refused]
        await _derive(session, store, trial, due, accepted, at=at)
        return refused


async def _derive(
    session: AsyncSession, store: Store, trial: Trial, due: Due, rows: Sequence[StudyRow], *, at: datetime
) -> None:
    if not rows:
        return  # another process was quicker, and has said how far the study is
    await recompute(session, trial, rows, at=at)
    left = await waiting(store, besides=[row.seq for row in rows])
    await leave_mark(session, left, max((row.seq for row in rows), default=0), at=at)
    await leave_anchor(session, due.audit_head, at=at)


async def _alone_with(session: AsyncSession, store: Store, batch: _Batch) -> list[StudyRow]:
    """Syncs go one after the other: waits for another one to end, and gives what it has not sent.

    Derived rows read what others wrote. On SQLite whoever writes is alone, from the first statement on.
    """
    postgresql = session.get_bind().dialect.name == "postgresql"
    await session.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})" if postgresql else "SELECT 1"))
    left = await unsent(store, batch.entries)
    return [row for row in batch.rows if row.seq in left]


async def _refresh_mark(store: Store, study: StudyStore, *, at: datetime) -> None:
    """A quiet hour is synced too: readers see how fresh the study is though nothing came."""
    async with study.read() as session:
        if not await mark_is_old(session, at=at):
            return
    async with study.write(at=at) as session:
        await leave_mark(session, await waiting(store), 0, at=at)


def _set_refused(batch: _Batch, refused: Mapping[tuple[str, str], str]) -> None:
    """A record that the database refused: its oldest entry of the batch is the bad one, the others wait."""
    for record, reason in refused.items():
        of_record = [entry for entry in batch.entries if (entry.record_type, entry.record_id) == record]
        batch.bad[record] = (of_record[0], reason)
        batch.entries = [entry for entry in batch.entries if entry not in of_record]


async def _wait(store: Store, entries: Sequence[OutboxEntry], error: Exception, *, at: datetime) -> Pushed:
    """One row carries the back-off for all; the log says once that the study went away."""
    if entries:
        carrier = next((entry for entry in entries if entry.reason == STUDY_DOWN), entries[0])
        if carrier.reason != STUDY_DOWN:
            log.error("the study database is away", extra={"action": "sync_away", "reason": type(error).__name__})
        await put_off(store, carrier, STUDY_DOWN, at=at)
    left = await waiting(store)
    return Pushed(0, left.waiting, left.failed, is_down=True)
