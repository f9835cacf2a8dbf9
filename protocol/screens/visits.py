"""Screens of a visit: told before, confirmed or not, asked about afterwards, and the way there."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from protocol.visit_prompts import VisitSlot


class VisitOccasion(StrEnum):
    """Why a participant is told of a visit now."""

    WEEK = "week"
    EVE = "eve"
    DAY = "day"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class VisitShown:
    """One visit as a message names it. `confirmed`: the participant has said that they will come."""

    visit_id: str
    on: date
    at: time | None
    fasting: bool
    confirmed: bool

    def slot(self) -> VisitSlot:
        return VisitSlot(self.on, self.at)


@dataclass(frozen=True, slots=True)
class VisitNotice:
    visit: VisitShown
    occasion: VisitOccasion


@dataclass(frozen=True, slots=True)
class VisitAsked:
    """Did you come? Nothing was recorded."""

    visit: VisitShown


@dataclass(frozen=True, slots=True)
class VisitTakenBack:
    """What the phone still shows is not needed any more."""

    visit: VisitShown


@dataclass(frozen=True, slots=True)
class VisitConfirmed:
    visit: VisitShown


@dataclass(frozen=True, slots=True)
class VisitOtherDay:
    """They cannot come, or did not: staff are told; which days suit can be typed."""

    visit: VisitShown
    passed: bool  # the day has come and gone


@dataclass(frozen=True, slots=True)
class VisitWishKept:
    """Which days suit has been kept for staff."""


@dataclass(frozen=True, slots=True)
class VisitAttended:
    visit: VisitShown


@dataclass(frozen=True, slots=True)
class VisitWay:
    """The site's own words for the way there; empty where it has none."""

    words: str


@dataclass(frozen=True, slots=True)
class Visits:
    """The next ones, earliest first."""

    coming: tuple[VisitShown, ...]
