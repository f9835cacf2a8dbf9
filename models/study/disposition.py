"""How taking part ended, by code: what CDISC DS asks for, without who recorded it or in which words."""

from datetime import date, datetime

from models.study.tables import StudyTable, column, participant_code, record_id, source_seq, synced_at
from protocol.disposition import DispositionKind, DispositionReason
from protocol.terms import ParticipantState


class StudyDispositionEvent(StudyTable, table=True):
    """One row per step; the newest that no later row takes back stands."""

    __tablename__ = "disposition_event"

    id: str = record_id("Id of the record.", cdisc="DS.DSSPID")
    participant_code: str = participant_code()
    version: int = column("Place among the participant's steps, from 1.", cdisc="DS.DSSEQ")
    category: str = column("Always `disposition event` here.", cdisc="DS.DSCAT")
    kind: DispositionKind = column("What happened.", codes=DispositionKind, cdisc="DS.DSTERM")
    reason_code: DispositionReason = column("Why.", codes=DispositionReason, cdisc="DS.DSDECOD")
    happened_on: date = column("The day it happened.", unit="date", cdisc="DS.DSSTDTC")
    previous: ParticipantState = column("Where the participant stood before.", codes=ParticipantState)
    state: ParticipantState = column("Where the participant stands after it.", codes=ParticipantState)
    takes_back_id: str | None = column("The step that does not stand any more.", default=None)
    recorded_at: datetime = column("When it was recorded.", unit="UTC")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()
