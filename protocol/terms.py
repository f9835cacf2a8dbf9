"""The closed sets of the trial's language; each member's meaning stands in docs/glossary.md."""

from enum import StrEnum


class Language(StrEnum):
    """A language the participant can choose; both are complete."""

    ZH = "zh"
    EN = "en"


class FoodMode(StrEnum):
    """How this participant always takes the tablets; one choice, repeated in each reminder."""

    WITH = "with"
    WITHOUT = "without"


class Channel(StrEnum):
    """How a participant is reached. A second messenger is one more member and one more room."""

    TELEGRAM = "telegram"
    PHONE = "phone"  # staff call; no chat


class TravelClock(StrEnum):
    """By which clock a participant who is away takes the doses."""

    HOME = "home"  # at the same moments as at home
    LOCAL = "local"  # at the usual time on the wall where they are


class Source(StrEnum):
    """Who told us."""

    PARTICIPANT = "participant"
    HELPER = "helper"
    STAFF_CALL = "staff_call"
    COUNT = "count"  # derived from counted tablets
    SYSTEM = "system"


class DoseState(StrEnum):
    """The state of one scheduled dose. Silence is `unreported` or `not_asked`, never `not_taken`."""

    OPEN = "open"
    TAKEN = "taken"
    TAKEN_PARTLY = "taken_partly"
    NOT_TAKEN = "not_taken"
    UNREPORTED = "unreported"
    NOT_ASKED = "not_asked"
    HELD = "held"


class Cause(StrEnum):
    """Why a dose is `not_asked` or `held`: the system's gap, never the participant's."""

    OUTAGE = "outage"  # the bot, its database or Telegram was down
    BLOCKED = "blocked"  # the chat refused our messages
    BEFORE_CONSENT = "before_consent"  # no linked chat with messaging consent yet
    NO_CHAT = "no_chat"  # followed by phone; nobody called for this dose
    SAFETY = "safety"  # an investigator must decide before "take now"
    FIRST_DOSE_UNKNOWN = "first_dose_unknown"  # the first dose is unanswered, so no amount is named
    UNKNOWN_DELIVERY = "unknown_delivery"  # Telegram may or may not have delivered
    ORDER = "order"  # held by an order
    MESSAGES_STOPPED = "messages_stopped"  # the participant wants no messages


class DoseAnswer(StrEnum):
    """What one dose event says."""

    TAKEN = "taken"
    NOT_TAKEN = "not_taken"
    EXTRA = "extra"  # taken beyond the scheduled dose: a double dose
    UNDONE = "undone"  # withdraws the event it supersedes


class NotTakenReason(StrEnum):
    """Neutral reasons, as they stand on the buttons."""

    FORGOT = "forgot"
    UNWELL = "unwell"
    RAN_OUT = "ran_out"
    DOCTORS_ADVICE = "doctors_advice"
    CHOSE_NOT_TO = "chose_not_to"
    OTHER = "other"


class PromptKind(StrEnum):
    """What a planned message asks or says."""

    DOSE_REMINDER = "dose_reminder"  # rung 0, at the chosen time
    DOSE_REPEAT = "dose_repeat"  # rungs 1 and up
    DOSE_SNOOZED = "dose_snoozed"  # "remind me later" has come
    DOSE_EVENING = "dose_evening"  # the end-of-day question
    DOSE_RECORD = "dose_record"  # an earlier day's open dose, for the record only
    FIRST_DOSE_QUESTION = "first_dose_question"  # "did you take the first dose?", before any amount is named
    DRAW_NOTICE = "draw_notice"  # the evening before a blood draw: tomorrow the dose waits
    DRAW_WAIT = "draw_wait"  # instead of the reminder that morning: blood first, then the dose
    ORDER_NOTICE = "order_notice"  # a changed order, with read-back
    ASK_TEAM = "ask_team"  # instead of "take now" while a human must decide
    SYMPTOM_CHECK = "symptom_check"  # the weekly check is offered
    SYMPTOM_AGAIN = "symptom_again"  # a raised temperature is asked about again
    STAFF_MESSAGE = "staff_message"  # staff write to the participant
    GUARD = "guard"  # contraception, blood donation and the like, said again
    REFILL = "refill"  # the tablets will be used up in some days
    SELF_RATED = "self_rated"  # the self-rated items of a site's own file are offered
    VISIT_WEEK = "visit_week"  # some days before a visit
    VISIT_EVE = "visit_eve"  # the day before
    VISIT_DAY = "visit_day"  # that morning
    VISIT_ASKED = "visit_asked"  # "did you come?", where nothing was recorded
    VISIT_MOVED = "visit_moved"  # the phone shows another day than the visit's
    VISIT_CANCELLED = "visit_cancelled"  # the phone shows a visit that is not needed any more


class PromptState(StrEnum):
    """Where one planned message stands. The first three are set by us ahead of the call, the rest by its result."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENDING = "sending"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"  # the request left, the answer never came
    SKIPPED = "skipped"  # no longer called for; the reason is kept
    EXPIRED = "expired"  # its window passed
    FAILED = "failed"  # refused for good
    CANCELLED = "cancelled"  # the plan changed before it was claimed


class Lane(StrEnum):
    """The order at the limiter: alerts before prompts before the rest."""

    ALERT = "alert"
    REPLY = "reply"
    PROMPT = "prompt"
    REST = "rest"


class OrderKind(StrEnum):
    """What one version of a dose order does from its date."""

    DOSE = "dose"
    HOLD = "hold"
    RESUME = "resume"
    DISCONTINUE = "discontinue"


class Level(StrEnum):
    """How fast a human must look."""

    RED = "red"
    AMBER = "amber"
    TASK = "task"


class AlertKind(StrEnum):
    """A matter for staff."""

    FEELS_UNWELL = "feels_unwell"
    DOUBLE_DOSE = "double_dose"
    FIRST_DOSE_PARTLY = "first_dose_partly"
    FIRST_DOSE_UNKNOWN = "first_dose_unknown"
    DOSES_NOT_TAKEN = "doses_not_taken"  # two in a row
    DOSES_UNREPORTED = "doses_unreported"  # three in a row
    SEVEN_NOT_TAKEN = "seven_not_taken"
    SEVEN_UNREPORTED = "seven_unreported"
    TAKEN_PARTLY = "taken_partly"
    TAKEN_ON_HOLD = "taken_on_hold"
    LATE_BEYOND_CUTOFF = "late_beyond_cutoff"
    UNREACHABLE = "unreachable"
    STOP_ASKED = "stop_asked"
    MESSAGE = "message"  # a free text, photo or voice message to read
    READ_BACK = "read_back"  # a changed order without the right answer
    BAD_UPDATE = "bad_update"
    BAD_OUTBOX_ROW = "bad_outbox_row"
    EVENING_TAKER = "evening_taker"
    CONSENT_REFUSED = "consent_refused"
    CLOCK = "clock"
    SYMPTOM = "symptom"  # a reason that triage found in a check
    WORDS = "words"  # red words, a fever or a medicine named in a free text
    VOMITED_DOSE = "vomited_dose"
    DOSE_BEFORE_DRAW = "dose_before_draw"  # the dose of a draw day was taken before the blood
    NOBODY_ON_CALL = "nobody_on_call"  # an hour ahead has no name and phone
    SERIOUS_EVENT = "serious_event"  # staff have written of a serious adverse event
    NOT_DELIVERED = "not_delivered"  # what staff wrote to a participant did not arrive, or nobody knows
    NOT_SENT = "not_sent"  # what staff wrote was taken back, because the participant had left
    DEATH = "death"  # recorded; a possible serious event to be judged
    REFILL = "refill"  # the tablets run out in some days
    TABLET_COUNT = "tablet_count"  # more were counted than were given out
    VISIT_CANNOT_COME = "visit_cannot_come"  # another day has to be arranged
    VISIT_MISSED = "visit_missed"  # the participant did not come
    HEARD_AGAIN = "heard_again"  # somebody lost to follow-up has written


class StopKind(StrEnum):
    """The four things a participant may mean by "stop"."""

    MESSAGES = "messages"
    DRUG = "drug"
    STUDY = "study"
    CONSENT = "consent"


class Purpose(StrEnum):
    """What the bot itself asks consent for, each apart."""

    MESSAGING = "messaging"
    SENSITIVE_DATA = "sensitive_data"
    CROSS_BORDER = "cross_border"


class ParticipantState(StrEnum):
    """Where a participant stands in the trial."""

    ENROLLED = "enrolled"  # registered; the chat is not set up
    ACTIVE = "active"  # set up, or followed by phone
    DISCONTINUED = "discontinued"  # the drug is stopped; follow-up goes on
    COMPLETED = "completed"  # to the end of the protocol; nothing is planned any more
    LOST = "lost"  # lost to follow-up; may come back
    WITHDRAWN = "withdrawn"
    DIED = "died"


class Role(StrEnum):
    """What a member of staff may do."""

    COORDINATOR = "coordinator"
    INVESTIGATOR = "investigator"
    MONITOR = "monitor"
    DATA_MANAGER = "data_manager"
    ADMINISTRATOR = "administrator"


class LinkRole(StrEnum):
    """Whose chat it is."""

    OWN = "own"
    HELPER = "helper"


class Mark(StrEnum):
    """Where a protocol value comes from."""

    REGISTERED = "registered"
    PROPOSED = "proposed"
    APPROVED = "approved"


class CallState(StrEnum):
    """How telling one person of an alert went."""

    TO_PHONE = "to_phone"  # no chat: the name stands on the worklist, to be phoned
    SENDING = "sending"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"  # the request left, the answer never came
    FAILED = "failed"


class Verdict(StrEnum):
    """What an investigator said of a possible serious event."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUTED = "refuted"
