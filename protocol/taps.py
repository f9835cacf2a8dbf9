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
    READ_BACK = "b"  # argument: units; the dose id is the order's
    # entry and settings
    LANGUAGE = "L"  # argument: Language
    NOTICE_READ = "N"
    CONSENT = "C"  # argument: "purpose:yes|no"
    REMINDER_TIME = "T"  # argument: HHMM
    FOOD = "F"  # argument: FoodMode
    PRACTICE = "P"
    SETTINGS = "S"  # argument: language | time | food
    STOP = "X"  # argument: StopKind
    STOP_SURE = "Y"  # argument: StopKind
    RESUME_MESSAGES = "R"
    UNWELL = "U"
    TODAY = "D"
    HISTORY = "H"  # argument: YYYYMM
    HELPER = "h"  # argument: yes | no; the helper's own consent


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
