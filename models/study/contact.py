"""Alerts, messages and the times when nothing could be received."""

from datetime import datetime

from models.study.tables import StudyTable, column, participant_code, record_id, source_seq, synced_at
from protocol.terms import AlertKind, CallState, Level, PromptKind, PromptState, Verdict


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
    paged: bool = column("True where an investigator was told at once, by the clock of red.")
    check_id: str | None = column("The symptom check it comes from.", default=None)
    seen_at: datetime | None = column("When a member of staff first opened it.", unit="UTC", default=None)
    acknowledged_at: datetime | None = column("When a member of staff took note.", unit="UTC", default=None)
    acted: bool = column("True where an action was recorded.")
    closed_at: datetime | None = column("When it was closed.", unit="UTC", default=None)
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()


class StudyAlertCall(StudyTable, table=True):
    """One row per person told of an alert, or to be phoned. Never who."""

    __tablename__ = "alert_call"

    id: str = record_id("Id of the record.")
    participant_code: str | None = column(
        "The participant's pseudonymous code; empty where it is about the system.",
        cdisc="SUBJID",
        default=None,
        index=True,
    )
    alert_id: str = column("The alert.", index=True)
    at: datetime = column("When it was due to be told.", unit="UTC")
    reach: int = column("So many places of the on-call list were told by then.", unit="places")
    place: int | None = column("The place on the list; empty for the site's coordinators.", default=None)
    state: CallState = column("How it went.", codes=CallState)
    settled_at: datetime | None = column("When its state became final.", unit="UTC", default=None)
    reason: str = column("Why it failed.")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()


class StudySafetyEvent(StudyTable, table=True):
    """One row per possible serious adverse event."""

    __tablename__ = "safety_event"

    id: str = record_id("Id of the record.")
    participant_code: str = participant_code()
    alert_id: str = column("The alert it came with.")
    check_id: str | None = column("The symptom check it comes from.", default=None)
    cause: str = column("The rule or words that opened it.")
    recorded_at: datetime = column("When it was recorded.", unit="UTC")
    delivered_at: datetime | None = column("When the first call about it arrived.", unit="UTC", default=None)
    opened_at: datetime | None = column("When the first of the site's staff opened it.", unit="UTC", default=None)
    aware_at: datetime | None = column("When the site became aware of it.", unit="UTC", default=None)
    verdict: Verdict = column("What an investigator said.", codes=Verdict)
    verdict_at: datetime | None = column("When.", unit="UTC", default=None)
    has_reason: bool = column("True where it was said why; the words stay at the site.")
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
