"""How the sync stands, as the store and the study tell it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select

from models.session import Store
from models.study.mark import StudySyncMark
from models.study.store import StudyStore
from study.faults import DOWN
from study.outbox import last_sent_at, waiting


@dataclass(frozen=True, slots=True)
class SyncState:
    """`waiting` changes are owed, `failed` of them bad; all recorded before `synced_to` (UTC) are in the study."""

    waiting: int
    oldest_at: datetime | None
    last_sent_at: datetime | None
    failed: int
    synced_to: datetime | None
    study_answers: bool


async def sync_state(store: Store, study: StudyStore) -> SyncState:
    """Reads both sides; a study that is away is a state, and no error."""
    owed, sent_at = await waiting(store), await last_sent_at(store)
    try:
        async with study.read() as session:
            marked_at = await session.scalar(select(StudySyncMark.marked_at).where(StudySyncMark.id == 1))
            answers = True
    except DOWN:
        marked_at, answers = None, False
    times = [moment for moment in (marked_at, sent_at) if moment is not None]
    synced_to = owed.oldest_at or max(times, default=None)
    return SyncState(owed.waiting, owed.oldest_at, sent_at, owed.failed, synced_to, answers)
