"""The level that a changed amount asks for: proposed for an open day, so long after the first new dose."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from protocol.orders import DoseOrder, first_new_dose, superseded_by
from protocol.read_back import DoseOrderRules


@dataclass(frozen=True, slots=True)
class ProposedTrough:
    """Wall dates: the day that is proposed, and the first and last one on which the level says what it should."""

    on: date
    from_on: date
    until_on: date


def proposed_trough(
    orders: Sequence[DoseOrder], version: int, rules: DoseOrderRules, is_open: Callable[[date], bool]
) -> ProposedTrough | None:
    """For the amount of `version`; None where no dose of it comes, or another amount comes before that day.

    Where the clinic is closed on all of the days, the first one stands and staff decide. A draw planned in those
    days anyway changes nothing: that it serves is for staff to say.
    """
    first = first_new_dose(orders, version)
    if first is None:
        return None
    from_on, until_on = first.on + rules.trough_from, first.on + rules.trough_until
    days = [from_on + timedelta(days=n) for n in range((until_on - from_on).days + 1)]
    on = next((day for day in days if is_open(day)), from_on)
    if superseded_by(orders, version, on) is not None:
        return None
    return ProposedTrough(on, from_on, until_on)
