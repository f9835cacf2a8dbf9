"""What is known of the guards by code: counselling and what was understood."""

from datetime import date, datetime

from models.study.tables import StudyTable, column, participant_code, record_id, source_seq, synced_at
from protocol.guards import GuardNoteKind


class StudyGuardNote(StudyTable, table=True):
    """One row per note; append-only. Who counselled stays at the site."""

    __tablename__ = "guard_note"

    id: str = record_id("Id of the record.")
    participant_code: str = participant_code()
    guard: str = column("The guard, by its key in the protocol file.")
    kind: GuardNoteKind = column("What happened.", codes=GuardNoteKind)
    on_day: date = column("The day, on the participant's wall.", unit="date")
    annuls_id: str | None = column("The note that does not stand any more.", default=None)
    recorded_at: datetime = column("When it was recorded.", unit="UTC")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()
