"""Screens about a dose: when to take it, what was recorded, and what is asked back."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from protocol.taps import Tap
from protocol.terms import DoseAnswer, DoseState, FoodMode, NotTakenReason


@dataclass(frozen=True, slots=True)
class Shown:
    """One dose as a person sees it; moments are UTC, the wording puts them on the wall of `tz`."""

    dose_id: str
    ordinal: int
    due_at: datetime
    due_on: date
    units: int
    is_first: bool


class LateAdvice(StrEnum):
    """Which of the approved late-dose sentences applies."""

    STILL_TAKE = "still_take"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class DoseReminder:
    """Take it now. `again`: a repeat or a snooze of the same dose. `silent`: seven doses without a report."""

    dose: Shown
    food: FoodMode
    again: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True)
class EveningQuestion:
    dose: Shown
    food: FoodMode
    advice: LateAdvice


@dataclass(frozen=True, slots=True)
class RecordQuestion:
    """An earlier day's dose, for the record only: never says "take". Its buttons carry Sure.DAY: it names its date."""

    dose: Shown


@dataclass(frozen=True, slots=True)
class FirstDoseQuestion:
    """Names no amount. `dose` is today's; the answer concerns the first one."""

    dose: Shown


@dataclass(frozen=True, slots=True)
class AskTeam:
    dose: Shown | None


@dataclass(frozen=True, slots=True)
class HowManyQuestion:
    dose: Shown
    sure: str = ""  # handed on by every button


@dataclass(frozen=True, slots=True)
class WhenQuestion:
    """When was it taken? `choices` are moments to tap; a time can be typed too."""

    dose: Shown
    units: int
    choices: tuple[datetime, ...]
    sure: str = ""  # handed on by every button


@dataclass(frozen=True, slots=True)
class WhyQuestion:
    dose: Shown
    sure: str = ""  # handed on by every button


@dataclass(frozen=True, slots=True)
class SnoozeQuestion:
    dose: Shown
    minutes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Snoozed:
    dose: Shown
    until: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded, when, and how to undo it."""

    dose: Shown
    answer: DoseAnswer
    units: int
    taken_at: datetime | None
    recorded_at: datetime
    reason: NotTakenReason | None = None
    advice: LateAdvice | None = None
    already: bool = False  # it had been recorded before this tap
    by_other: bool = False  # by a helper or by staff
    by_team: bool = False  # by staff, on the phone
    second: Tap | None = None  # says that another one was taken besides; asked about before it is recorded
    can_change: bool = True


@dataclass(frozen=True, slots=True)
class Undone:
    dose: Shown
    can_take_now: bool


@dataclass(frozen=True, slots=True)
class CorrectQuestion:
    """All answers again; the dose keeps its record until one is chosen."""

    dose: Shown
    is_today: bool
    sure: str = ""  # handed on by every button


@dataclass(frozen=True, slots=True)
class WhichDayQuestion:
    """Yesterday's or today's? Nothing is recorded until one is chosen."""

    older: Shown
    newer: Shown
    older_tap: Tap
    newer_tap: Tap


@dataclass(frozen=True, slots=True)
class DoubleDoseQuestion:
    """A second "taken" for the day, or two doses too close: is it true?"""

    dose: Shown
    earlier_taken_at: datetime
    yes: Tap
    no: Tap


@dataclass(frozen=True, slots=True)
class DoubleDoseTold:
    dose: Shown


@dataclass(frozen=True, slots=True)
class NothingChanged:
    pass


@dataclass(frozen=True, slots=True)
class ReportClosed:
    """Too long ago for the chat; staff correct it."""

    dose: Shown


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day of a list or calendar."""

    due_on: date
    state: DoseState
    units: int
    taken_at: datetime | None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Today:
    """Nothing to answer now: what stands for today, and what comes next."""

    today: tuple[DayLine, ...]
    next_due_at: datetime | None
    held: bool


@dataclass(frozen=True, slots=True)
class History:
    """A month as a calendar; `earlier` and `later` say whether other months have doses."""

    month: date
    days: tuple[DayLine, ...]
    earlier: bool
    later: bool


@dataclass(frozen=True, slots=True)
class OrderNotice:
    """From a date: so many tablets; the participant reads back how many."""

    order_id: str
    from_on: date
    units: int
    every_days: int
    held: bool
    choices: tuple[int, ...]
    then_units: tuple[int, ...] = ()  # of the days after the first, where the number changes from day to day
    asked_on: date | None = None  # of a number that changes, where a pause stands over the first day


@dataclass(frozen=True, slots=True)
class ResumeNotice:
    """A hold ends. `units` None: no amount is named while nobody knows of the first dose. `choices` only where the
    amount has changed meanwhile; they read back the order `order_id`.
    """

    order_id: str
    from_on: date
    next_due_at: datetime | None
    units: int | None
    choices: tuple[int, ...] = ()
    asked_on: date | None = None  # where the number changes from day to day


@dataclass(frozen=True, slots=True)
class ReadBackKept:
    units: int
    right: bool
