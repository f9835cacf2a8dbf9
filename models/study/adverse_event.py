"""Adverse events as staff assess them, by participant code; narratives stay in the store."""

from datetime import datetime

from models.study.tables import AS_KNOWN, StudyTable, column, participant_code, record_id, source_seq, synced_at
from protocol.adverse_event import Causality, CtcaeVersion, DrugAction, EventOutcome


class StudyAdverseEvent(StudyTable, table=True):
    """One row per version of a form; append-only, the highest version of a form counts."""

    __tablename__ = "adverse_event"

    id: str = record_id("Id of the version.")
    participant_code: str = participant_code()
    form_id: str = column("The event.", index=True, cdisc="AE.AEGRPID")
    version: int = column("Number of the version, from 1.")
    in_error: bool = column("True where the form should never have been; the event is not counted.")
    term: str = column("The event in a few words, as staff wrote it.", cdisc="AE.AETERM")
    started_on: str = column("Its first day.", unit=AS_KNOWN, cdisc="AE.AESTDTC")
    ended_on: str | None = column(
        "Its last day; empty while it goes on.", unit=AS_KNOWN, default=None, cdisc="AE.AEENDTC"
    )
    grade: int | None = column("The CTCAE grade, 1 to 5; empty until it is graded.", default=None, cdisc="AE.AETOXGR")
    ctcae_version: CtcaeVersion | None = column(
        "The version of CTCAE.", codes=CtcaeVersion, default=None, nullable=True, cdisc="SUPPAE.CTCAEVER"
    )
    serious: bool | None = column("Whether it is serious; empty until it is said.", default=None, cdisc="AE.AESER")
    criteria: str = column("What makes it serious, by comma.", cdisc="AE.AESDTH, AE.AESLIFE, AE.AESHOSP and the like")
    causality: Causality | None = column(
        "Its relation to the study drug.", codes=Causality, default=None, nullable=True, cdisc="AE.AEREL"
    )
    action: DrugAction | None = column(
        "What was done with the study drug.", codes=DrugAction, default=None, nullable=True, cdisc="AE.AEACN"
    )
    outcome: EventOutcome | None = column(
        "What became of it.", codes=EventOutcome, default=None, nullable=True, cdisc="AE.AEOUT"
    )
    check_id: str | None = column("The symptom check it comes from.", default=None, cdisc="AE.AESPID")
    item: str | None = column("The question of that check.", default=None)
    alert_id: str | None = column("The alert it comes from, or was opened for it.", default=None)
    safety_event_id: str | None = column("The possible serious adverse event it belongs to.", default=None)
    has_narrative: bool = column("True where there is a narrative, which the store alone keeps.")
    recorded_at: datetime = column("When the version was recorded.", unit="UTC")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()
