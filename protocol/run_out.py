"""When the tablets run out at the present orders, and when a refill is asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from protocol.orders import DoseOrder, dose_mg_on, ordered_day, units_of
from protocol.trial import Product

LOOKED_AHEAD: Final = 731
"""Days: nobody is given tablets for more than two years."""


@dataclass(frozen=True, slots=True)
class ComingDose:
    """One dose that the orders call for."""

    on: date
    units: int


def coming_doses(
    orders: Sequence[DoseOrder], product: Product, *, next_on: date, first_dose_mg: float | None = None
) -> Iterator[ComingDose]:
    """The doses from `next_on`, the day of the next one, for two years; a held one takes no tablets.

    `first_dose_mg`: the amount of the next dose while none is known to be taken.
    """
    before: date | None = None
    for ahead in range(LOOKED_AHEAD):
        on = next_on + timedelta(days=ahead)
        day = ordered_day(orders, on)
        if day.dose is None:
            continue
        rested = before is None or day.dose.from_on > before or (on - before).days >= day.dose.every_days
        if not rested:
            continue
        before = on
        if day.held_by is None:
            yield ComingDose(on, units_of(first_dose_mg or dose_mg_on(day.dose, on), product))
            first_dose_mg = None


def run_out_on(units: int, doses: Iterator[ComingDose]) -> date | None:
    """The first day whose dose cannot be made of what is left; None where the doses end before the tablets."""
    for dose in doses:
        units -= dose.units
        if units < 0:
            return dose.on
    return None


def refill_due_on(runs_out_on: date, lead_days: int) -> date:
    """From this day on a refill is asked for."""
    return runs_out_on - timedelta(days=lead_days)
