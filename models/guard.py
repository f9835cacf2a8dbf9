"""What is written down about the guards: who spoke with a participant, and what a participant has understood."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.guards import GuardNoteKind


class GuardNote(StoreTable, table=True):
    """One note; only ever added. `annuls_id`: of one in error, the counselling that never was."""

    __tablename__ = "guard_note"

    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participant.id")
    guard: str  # its key in the protocol file
    kind: GuardNoteKind = member_of(GuardNoteKind)
    on_day: date  # on the participant's wall
    by_name: str = ""  # who spoke, as staff wrote it; empty where the participant pressed the button
    annuls_id: str | None = None
    reason: str = ""
    recorded_by: str
    recorded_at: datetime

    __table_args__ = (Index("ix_guard_note_participant", "participant_id"),)
