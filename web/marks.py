"""How one day is marked in a calendar or a strip: its state, or the finer word that its times allow."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from protocol.terms import Cause, DoseState
from protocol.trial import Trial
from reports.days import ReportedDay

WAITING = (DoseState.OPEN, DoseState.HELD)


class Mark(StrEnum):
    """The states of a dose, and two that stand out of `taken`."""

    TAKEN = "taken"
    LATE = "late"
    TAKEN_PARTLY = "taken_partly"
    NOT_TAKEN = "not_taken"
    UNREPORTED = "unreported"
    NOT_ASKED = "not_asked"
    HELD = "held"
    OPEN = "open"
    EXTRA = "extra"


GLYPHS = {
    Mark.TAKEN: "✓",
    Mark.LATE: "◷",
    Mark.TAKEN_PARTLY: "◐",
    Mark.NOT_TAKEN: "✕",
    Mark.UNREPORTED: "?",
    Mark.NOT_ASKED: "–",
    Mark.HELD: "‖",
    Mark.OPEN: "○",
    Mark.EXTRA: "2",
}
"""Each differs from every other one in grey print; colour is never the only sign."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One marked day. `taken_at` is the first claimed time."""

    on: date
    mark: Mark
    units: int
    units_taken: int
    taken_at: datetime | None
    tz: str
    cause: Cause | None

    @property
    def glyph(self) -> str:
        return GLYPHS[self.mark]

    @property
    def css(self) -> str:
        return self.mark.value.replace("_", "-")


def late_after(trial: Trial) -> timedelta:
    """A dose taken more than the widest timing window after it was due counts as late on these pages."""
    return max(trial.metrics.timing)


def cells(days: list[ReportedDay], trial: Trial, *, as_of: datetime) -> list[Cell]:
    """The days whose time has come, in their order."""
    return [cell_of(day, trial) for day in days if day.due_at <= as_of or day.state not in WAITING]


def cell_of(day: ReportedDay, trial: Trial) -> Cell:
    taken_at = day.taken_at[0] if day.taken_at else None
    return Cell(day.due_on, _mark(day, taken_at, trial), day.units, day.units_taken, taken_at, day.due_tz, day.cause)


def _mark(day: ReportedDay, taken_at: datetime | None, trial: Trial) -> Mark:
    if day.doses_taken > 1:
        return Mark.EXTRA
    if day.state is DoseState.TAKEN and taken_at is not None and taken_at - day.due_at > late_after(trial):
        return Mark.LATE
    return Mark(day.state.value)
