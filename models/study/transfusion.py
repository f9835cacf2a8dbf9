"""Transfusions that staff have recorded, by code, without who recorded them or in which words."""

from datetime import date, datetime

from models.study.lab import IN_ERROR, NUMBER, VERSION
from models.study.tables import StudyTable, column, participant_code, record_id, source_seq, synced_at
from protocol.transfusions import BloodKind, BloodUnit, TransfusionSource


class StudyTransfusion(StudyTable, table=True):
    """One row per version of one transfusion; append-only. What the participant answered is in `symptom_answer`."""

    __tablename__ = "transfusion"

    id: str = record_id("Id of the version.", cdisc="PR.PRSPID")
    participant_code: str = participant_code()
    number: int = column(NUMBER, cdisc="PR.PRGRPID")
    version: int = column(VERSION)
    in_error: bool = column(IN_ERROR)
    given_on: date = column("The day it was given, on the participant's wall.", cdisc="PR.PRSTDTC")
    kind: BloodKind = column("What was given.", codes=BloodKind, cdisc="PR.PRTRT")
    amount: float | None = column("How much, in `unit`; empty where nobody knows.", cdisc="PR.PRDOSE", default=None)
    unit: BloodUnit | None = column(
        "The unit as it was given; never converted.", codes=BloodUnit, cdisc="PR.PRDOSU", default=None, nullable=True
    )
    source: TransfusionSource = column("Where staff have it from.", codes=TransfusionSource)
    recorded_at: datetime = column("When the version was recorded.", unit="UTC")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()
