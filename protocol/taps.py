"""What a button means, in any channel: a verb, the one dose it is bound to, and an argument."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum


class Verb(StrEnum):
    """Every verb a button can carry; the values are short because they travel in 64 bytes."""

    # a dose
    TAKEN = "t"  # argument: units
    HOW_MANY = "n"  # ask for the number of units
    EARLIER = "e"  # ask when; argument: units
    TAKEN_AT = "a"  # argument: "units@YYYYMMDDTHHMM" on the participant's wall
    NOT_TAKEN = "m"  # ask why
    REASON = "r"  # argument: NotTakenReason
    LATER = "l"  # ask how long
    SNOOZE = "z"  # argument: minutes
    CORRECT = "c"  # show the answers again
    UNDO = "u"
    FIRST_YES = "fy"  # the first dose was taken; ask how many and when
    FIRST_NO = "fn"
    KEEP = "k"  # "it was a mistake": change nothing
    DRAWN = "w"  # blood was taken; argument: "no" where that was a mistake
    READ_BACK = "b"  # argument: units; the dose id is the order's
    # entry and settings
    LANGUAGE = "L"  # argument: Language
    NOTICE_READ = "N"
    CONSENT = "C"  # argument: "purpose:yes|no"
    REMINDER_TIME = "T"  # argument: HHMM
    FOOD = "F"  # argument: FoodMode
    PRACTICE = "P"
    SETTINGS = "S"  # argument: language | time | food, or none for all of them
    STOP = "X"  # argument: StopKind, or none for the question which is meant
    STOP_SURE = "Y"  # argument: StopKind
    RESUME_MESSAGES = "R"
    UNWELL = "U"
    TODAY = "D"
    HISTORY = "H"  # argument: YYYYMM
    HELPER = "h"  # argument: yes | no; the helper's own consent
    # a symptom check; the record id is the check's
    SYMPTOM_BEGIN = "sg"  # argument: "occasion@YYYYMMDD", when it was offered; with a record id: goes on with that one
    SYMPTOM_ANSWER = "sa"  # argument: "item:value"; one of several options: marked, or not marked any more
    SYMPTOM_DONE = "sd"  # argument: the item, whose marked options are all
    SYMPTOM_NONE = "sn"  # argument: the item, of whose options none applies
    SYMPTOM_UNIT = "su"  # argument: "item:unit"; the number is then typed
    SYMPTOM_SKIP = "sk"  # argument: the item
    SYMPTOM_BACK = "sb"  # argument: the item to go back from
    SYMPTOM_STOP = "ss"
    CHECK_TIME = "ct"  # argument: "weekday", or "weekday:HHMM"; Monday is 1
    # the self-rated items; the record id is the round's
    SELF_RATED_BEGIN = "qg"  # argument: "YYYYMMDD", when it was offered; with a record id: goes on with that one
    SELF_RATED_ANSWER = "qa"  # argument: "item:attribute:score"
    SELF_RATED_SKIP = "qk"  # argument: "item:attribute"
    SELF_RATED_BACK = "qb"  # argument: "item:attribute" to go back from
    SELF_RATED_STOP = "qs"
    TABLETS = "tl"  # ask how many are left
    TRAVEL = "tv"  # argument: "", "place", "place@day", "place@day-day", the same with ":clock", or "end:number"
    GUARD = "gu"  # it was read and understood; argument: the guard
    # a visit; the record id is the visit's, the argument its day and time: VisitSlot.written()
    VISIT_COME = "vc"
    VISIT_CANNOT = "vn"
    VISIT_WAY = "vw"  # how to get there
    VISIT_CAME = "vy"  # was there
    VISIT_MISSED = "vm"
    # a staff chat; the record id is an alert's
    STAFF_ALERT = "oi"  # look at it
    STAFF_SEEN = "oa"  # acknowledge it
    STAFF_TAKE = "ot"  # be its owner
    STAFF_WORK = "ow"  # argument: the page, from 1
    STAFF_WHO = "op"  # argument: a participant's code
    STAFF_ADHERENCE = "od"  # argument: a participant's code
    STAFF_ANSWER = "or"  # how to write; argument: a participant's code
    STAFF_STOP = "ox"  # end this chat


class Sure(StrEnum):
    """What the participant has already been asked and confirmed on the way to this tap."""

    DAY = "d"  # it is this dose and not the next one's
    DOUBLE = "x"  # it really was taken in addition
    REPLACE = "c"  # it takes the place of what is recorded


@dataclass(frozen=True, slots=True)
class Tap:
    """One press. `record_id` is the dose's (or order's) id, empty where none is meant."""

    verb: Verb
    record_id: str = ""
    argument: str = ""
    sure: str = ""  # any of Sure, concatenated

    def confirmed(self, what: Sure) -> bool:
        return what in self.sure


def also(sure: str, what: Sure) -> str:
    """`sure` with one thing more confirmed."""
    return sure if what in sure else sure + what


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command, without its slash; `argument` is what followed."""

    name: str
    argument: str = ""


class Phrase(StrEnum):
    """What a typed text says, when it is a whole known phrase; anything else is UNKNOWN and is asked back."""

    TAKEN = "taken"
    NOT_TAKEN = "not_taken"
    LATER = "later"
    TODAY = "today"
    UNWELL = "unwell"
    CALL = "call"
    YES = "yes"
    NO = "no"
    UNITS = "units"
    CLOCK = "clock"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Typed:
    """A text the participant wrote, and what it says; `units` and `clock` where it names them."""

    text: str
    phrase: Phrase = Phrase.UNKNOWN
    units: int | None = None
    clock: time | None = None


class MediaKind(StrEnum):
    """What came instead of a text."""

    PHOTO = "photo"
    VOICE = "voice"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Media:
    """A photo or voice message; `reference` is the channel's own id of the file."""

    kind: MediaKind
    reference: str
    caption: str = ""


Intent = Tap | Command | Typed | Media
