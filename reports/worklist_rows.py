"""The rows of the worklist: which part they stand in, why, and since when."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from protocol.forms import FormKind
from protocol.terms import AlertKind, DoseState, Level


class Section(StrEnum):
    """The parts of the list, in the order they are shown."""

    ALERT = "alert"
    FIRST_DOSE = "first_dose"
    DOSE = "dose"
    CALL = "call"
    UNREACHABLE = "unreachable"
    ENTRY = "entry"
    CHECK = "check"
    FORM = "form"
    GUARD = "guard"
    VISIT = "visit"
    DECISION = "decision"
    ORDER = "order"


class Why(StrEnum):
    """Why a row is there; together with the alert's kind it says what to do."""

    ALERT = "alert"
    SILENT = "silent"
    NOT_TAKEN = "not_taken"
    TAKEN_PARTLY = "taken_partly"
    UNREPORTED = "unreported"
    FIRST_DOSE_UNKNOWN = "first_dose_unknown"
    CALL_TODAY = "call_today"
    CALL_YESTERDAY = "call_yesterday"
    CHAT_REFUSED = "chat_refused"
    MESSAGES_STOPPED = "messages_stopped"
    NOT_LINKED = "not_linked"
    ENTRY_UNFINISHED = "entry_unfinished"
    INVITATION_EXPIRED = "invitation_expired"
    CHECK_UNANSWERED = "check_unanswered"
    CHECK_BY_PHONE = "check_by_phone"
    EVENT_UNSIGNED = "event_unsigned"
    MEDICATION_UNSIGNED = "medication_unsigned"
    PREGNANCY_UNSIGNED = "pregnancy_unsigned"
    GUARD_NOT_COUNSELLED = "guard_not_counselled"
    GUARD_BY_PHONE = "guard_by_phone"
    TROUGH_PROPOSED = "trough_proposed"
    VISIT_AWAY = "visit_away"
    VISIT_TODAY = "visit_today"
    VISIT_TOMORROW = "visit_tomorrow"
    VISIT_NOT_RECORDED = "visit_not_recorded"
    MONTH_SIX_UNDECIDED = "month_six_undecided"
    LAB_UNVERIFIED = "lab_unverified"
    PROPOSAL_UNSIGNED = "proposal_unsigned"
    READ_BACK_OPEN = "read_back_open"


UNSIGNED = {
    FormKind.ADVERSE_EVENT: Why.EVENT_UNSIGNED,
    FormKind.MEDICATION: Why.MEDICATION_UNSIGNED,
    FormKind.PREGNANCY: Why.PREGNANCY_UNSIGNED,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One matter. `since` is when it began to wait; `due_on`, `state`: the dose it is about, or the day of a visit."""

    section: Section
    why: Why
    code: str | None
    site_code: str | None
    since: datetime
    tz: str | None = None
    until: datetime | None = None
    due_on: date | None = None
    state: DoseState | None = None
    units: int | None = None
    alert_id: str | None = None
    kind: AlertKind | None = None
    level: Level | None = None
    times: int = 1
    paged: bool = False
    possible_sae: bool = False  # no investigator has judged it yet
    overdue: bool = False  # its repeat has come, and nobody has acknowledged it
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    guards: tuple[str, ...] = ()  # what is to be spoken about
    draw: bool = False  # of a visit: blood is drawn, before the dose
    by_phone: bool = False  # no chat tells them
    confirmed: bool = False  # of a visit: the participant says that they will come
