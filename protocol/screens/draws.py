"""Screens of a draw day: blood first, then the dose."""

from dataclasses import dataclass
from datetime import datetime

from protocol.screens.doses import Shown
from protocol.screens.visits import VisitShown


@dataclass(frozen=True, slots=True)
class DrawNotice:
    """Tomorrow blood is taken first: an added notice, which withholds no dose of today."""

    dose: Shown
    fasting: bool
    visit: VisitShown | None = None


@dataclass(frozen=True, slots=True)
class DrawWait:
    """Instead of the reminder: do not take it yet, blood first."""

    dose: Shown
    fasting: bool
    visit: VisitShown | None = None


@dataclass(frozen=True, slots=True)
class DrawNoted:
    """Blood was taken; the reminder follows. `before`: the dose before this one, and its time, to be confirmed."""

    dose: Shown
    drawn_at: datetime
    before: Shown | None
    before_taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class DrawAfterDose:
    """The dose of today had been taken already: nothing is asked for, staff decide about another sample."""

    dose: Shown
