"""Alerts, messages and the times when nothing could be received."""

from datetime import datetime

from models.study.tables import StudyTable, column, participant_code, record_id, source_seq, synced_at
from protocol.terms import AlertKind, Level, PromptKind, PromptState


class StudyAlert(StudyTable, table=True):
    """One row per matter for staff."""

    __tablename__ = "alert"

    id: str = record_id("Id of the record.")
    participant_code: str | None = column(
        "The participant's pseudonymous code; empty where it is about the system.",
        cdisc="SUBJID",
        default=None,
        index=True,
    )
    site_code: str | None = column("The site that looks after it.", cdisc="SITEID", default=None)
    kind: AlertKind = column("What it is about.", codes=AlertKind)
    level: Level = column("How fast a human must look.", codes=Level)
    dose_id: str | None = column("The scheduled dose it is about.", default=None)
    times: int = column("How often its cause came up while it was open.", unit="times")
    opened_at: datetime = column("When it was opened.", unit="UTC")
    last_at: datetime = column("When its cause came up last.", unit="UTC")
    acknowledged_at: datetime | None = column("When a member of staff had seen it.", unit="UTC", default=None)
    closed_at: datetime | None = column("When it was closed.", unit="UTC", default=None)
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()


class StudyMessageDelivery(StudyTable, table=True):
    """One row per planned message: what it asked, and how its delivery went. Never its text, never its chat."""

    __tablename__ = "message_delivery"

    id: str = record_id("Id of the record.")
    participant_code: str = participant_code()
    dose_id: str | None = column("The scheduled dose it asked about.", default=None, index=True)
    kind: PromptKind = column("What it asked or said.", codes=PromptKind)
    rung: int = column("Its place in the ladder: 0 the first.")
    due_at: datetime = column("When it was to be sent.", unit="UTC")
    expires_at: datetime = column("From here it was not to be sent any more.", unit="UTC")
    state: PromptState = column("Where it stands.", codes=PromptState)
    reason: str = column("Why it was skipped, expired or failed.")
    units: int | None = column("The number of units it named.", unit="units", default=None)
    sent_at: datetime | None = column("When it was handed to the channel.", unit="UTC", default=None)
    settled_at: datetime | None = column("When its state became final.", unit="UTC", default=None)
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()


class StudyReceivingGap(StudyTable, table=True):
    """One row per time in which answers could not be received: silence in it is the system's."""

    __tablename__ = "receiving_gap"

    id: str = record_id("Id of the record.")
    from_at: datetime = column("Begin of the gap.", unit="UTC")
    until_at: datetime = column("End of the gap.", unit="UTC")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()
