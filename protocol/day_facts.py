"""One scheduled dose as the adherence arithmetic sees it, and the groups of states it counts by."""

from dataclasses import dataclass
from datetime import date, datetime

from protocol.terms import Cause, DoseState

REPORTED = frozenset({DoseState.TAKEN, DoseState.TAKEN_PARTLY, DoseState.NOT_TAKEN})
SILENT = frozenset({DoseState.UNREPORTED, DoseState.NOT_ASKED})
SCHEDULED = REPORTED | SILENT
"""D of the formulas: held and open doses are in no denominator."""


@dataclass(frozen=True, slots=True)
class DayFact:
    """Days stand in order of `ordinal`. `taken_at` holds the claimed moments (UTC) that are known, maybe none."""

    ordinal: int
    due_on: date
    due_at: datetime
    expected_units: int
    expected_mg: float
    taken_units: int
    taken_mg: float
    doses_taken: int
    taken_at: tuple[datetime, ...]
    state: DoseState
    cause: Cause | None
    is_first: bool

    @property
    def reported_doses(self) -> int:
        """n: doses reported for this day; silence counts none."""
        return self.doses_taken if self.state in REPORTED else 0

    @property
    def reported_mg(self) -> float:
        """m: the amount reported for this day, in mg."""
        return self.taken_mg if self.state in REPORTED else 0.0

    @property
    def is_correct(self) -> bool:
        """One dose, and the whole amount: a double dose is not correct."""
        return self.reported_doses == 1 and abs(self.reported_mg - self.expected_mg) < 1e-9  # noqa: PLR2004  rounding
