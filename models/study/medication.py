"""Concomitant medications by participant code; comments stay in the store."""

from datetime import datetime

from models.study.tables import AS_KNOWN, StudyTable, column, participant_code, record_id, source_seq, synced_at


class StudyMedication(StudyTable, table=True):
    """One row per version of a form; append-only, the highest version of a form counts."""

    __tablename__ = "medication"

    id: str = record_id("Id of the version.")
    participant_code: str = participant_code()
    form_id: str = column("The medication.", index=True, cdisc="CM.CMGRPID")
    version: int = column("Number of the version, from 1.")
    in_error: bool = column("True where the form should never have been; the medication is not counted.")
    medicine: str = column("The medicine, as staff wrote it.", cdisc="CM.CMTRT")
    amount: str = column("How much and how often, as written.", cdisc="CM.CMDOSTXT")
    indication: str = column("What it is taken for.", cdisc="CM.CMINDC")
    started_on: str | None = column(
        "Its first day; empty where nobody knows.", unit=AS_KNOWN, default=None, cdisc="CM.CMSTDTC"
    )
    ended_on: str | None = column(
        "Its last day; empty while it is taken.", unit=AS_KNOWN, default=None, cdisc="CM.CMENDTC"
    )
    interacts: str = column("The interacting groups of the protocol file that its name gave away, by comma.")
    strong: bool = column("True where one of them is strong: an investigator is told.")
    alert_id: str | None = column("The alert it comes from, or that was opened for it.", default=None)
    has_narrative: bool = column("True where there is a comment, which the store alone keeps.")
    recorded_at: datetime = column("When the version was recorded.", unit="UTC")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()
