"""Messages of participants that staff keep: that one came, of which kind, and that it was read; never what it says."""

from datetime import datetime

from models.study.tables import StudyTable, column, participant_code, record_id, source_seq, synced_at
from protocol.symptoms import Tier
from protocol.terms import Role


class StudyParticipantMessage(StudyTable, table=True):
    """One row per message that no question had asked for. The answers of staff are in `staff_message`."""

    __tablename__ = "participant_message"

    id: str = record_id("Id of the record.")
    participant_code: str = participant_code()
    direction: str = column("Which way it went; always `from_participant` here.")
    kind: str = column("What came: `text`, `photo`, `voice` or `other`.")
    has_text: bool | None = column(
        "True where it has words, its own or a caption's; empty where that was not noted yet.", default=None
    )
    unheard: bool = column("True where it is a voice message: nobody knows what it says.")
    tier: Tier | None = column("What its words alone call for; empty where nothing.", codes=Tier, default=None)
    received_at: datetime = column("When it came.", unit="UTC")
    read_at: datetime | None = column("When a member of staff first read it.", unit="UTC", default=None)
    read_role: Role | None = column("The role of who did.", codes=Role, default=None)
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()
