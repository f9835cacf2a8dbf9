"""The level that a recorded history predicts: an estimate with its band, beside a measured trough and never instead.

One compartment, first-order elimination, absorption at once, linear in the dose. So it speaks of troughs, not of the
hours after a dose; it knows nothing of food, other medicines or the liver. Its parameters stand in the protocol file.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from protocol.day_facts import REPORTED, DayFact
from protocol.terms import DoseState

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LevelModel:
    """`trough_per_mg`: ng/mL of a steady trough for each mg a day. `band_factor`: the band is the estimate ÷ and × it.

    Half-life and what one missed dose does: reference clinical 2.3.
    """

    half_life: timedelta
    trough_per_mg: float
    band_factor: float

    def left_after(self, passed: timedelta) -> float:
        """The share that is left of a level."""
        return math.exp2(-(passed / self.half_life))

    @property
    def rise_per_mg(self) -> float:
        """ng/mL that one mg adds at once, so that mg after mg every 24 h comes to `trough_per_mg`."""
        left = self.left_after(DAY)
        return self.trough_per_mg * (1 - left) / left


@dataclass(frozen=True, slots=True)
class LevelDose:
    """Swallowed at a moment (UTC), in mg: the same two figures, unless nobody has said whether it was taken."""

    at: datetime
    mg_low: float
    mg_high: float


@dataclass(frozen=True, slots=True)
class ExpectedLevel:
    """In ng/mL. The two estimates differ by silent doses alone; the band holds the spread between people too."""

    low: float
    estimate_low: float
    estimate_high: float
    high: float

    def holds(self, level_ng_ml: float) -> bool:
        """Whether a measured level lies in the band, its edges included."""
        return self.low <= level_ng_ml <= self.high


def expected_level(doses: Iterable[LevelDose], at: datetime, model: LevelModel) -> ExpectedLevel:
    """The level at a moment from the doses before it; one at the very moment has not reached the blood yet."""
    left = [(dose, model.rise_per_mg * model.left_after(at - dose.at)) for dose in doses if dose.at < at]
    low = sum(per_mg * dose.mg_low for dose, per_mg in left)
    high = sum(per_mg * dose.mg_high for dose, per_mg in left)
    return ExpectedLevel(low / model.band_factor, low, high, high * model.band_factor)


def level_doses(days: Iterable[DayFact]) -> list[LevelDose]:
    """What the days report; a dose of unknown time counts at its due moment, a silent or open one as none up to all."""
    return [dose for day in days for dose in _of_day(day)]


def _of_day(day: DayFact) -> list[LevelDose]:
    if day.state is DoseState.HELD or day.state in REPORTED:
        times = (*day.taken_at, *[day.due_at] * (max(1, day.doses_taken) - len(day.taken_at)))
        return [LevelDose(at, day.taken_mg / len(times), day.taken_mg / len(times)) for at in times]
    return [LevelDose(day.due_at, 0.0, day.expected_mg)]
