"""Messages of staff to participants: that one was written and how it arrived, never what it says or who wrote it."""

from datetime import datetime

from models.study.tables import StudyTable, column, participant_code, record_id, source_seq, synced_at
from protocol.terms import Role


class StudyStaffMessage(StudyTable, table=True):
    """One row per message from staff to a participant. Its delivery is the row of `message_delivery`."""

    __tablename__ = "staff_message"

    id: str = record_id("Id of the record.")
    participant_code: str = participant_code()
    delivery_id: str = column("Its way there: the id in message_delivery, which says when and whether it arrived.")
    answers: str | None = column("The participant's message that it answers, by its id.", default=None)
    direction: str = column("Which way it went; always `to_participant` here.")
    kind: str = column("What it is; always `text` here.")
    has_text: bool = column("Always true here.")
    written_at: datetime = column("When it was written.", unit="UTC")
    by_role: Role = column("The role of who wrote it.", codes=Role)
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()
