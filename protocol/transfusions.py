"""Transfusions of red cells: what staff's record may say, and how it joins what the participant has answered.

A day is transfused or not known to be: only an answer makes a day free of transfusions, never a record of another day.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

LOOKS_BACK: Final = timedelta(days=3653)
"""A transfusion longer ago than ten years is a slip of the pen."""


class BloodKind(StrEnum):
    """What was given."""

    RED_CELLS = "red_cells"


class BloodUnit(StrEnum):
    """The unit that the amount was given in; never converted. The same keys as the question's in the protocol file."""

    CN_U = "cn_u"  # China's 1 U: the red cells of 200 mL of whole blood
    BAG = "bag"
    ML = "ml"


class TransfusionSource(StrEnum):
    """Where staff have it from."""

    CHART = "chart"  # this hospital's own record
    LETTER = "letter"  # another hospital's paper
    CALL = "call"  # told to staff in words


LIMITS: Final[Mapping[BloodUnit, tuple[float, float]]] = {
    BloodUnit.CN_U: (0.5, 20),
    BloodUnit.BAG: (1, 20),
    BloodUnit.ML: (50, 4000),
}
"""Of one day; what lies outside is another unit or a slip."""


@dataclass(frozen=True, slots=True)
class TransfusionFacts:
    """One transfusion on one day of the participant's wall. `amount` and `unit` None: not known, both together."""

    given_on: date
    kind: BloodKind
    amount: float | None
    unit: BloodUnit | None
    source: TransfusionSource


@dataclass(frozen=True, slots=True)
class Transfused:
    """A day with a transfusion; `amount` as it was given, "2 cn_u", empty where it is not known."""

    on: date
    amount: str
    by_staff: bool


@dataclass(frozen=True, slots=True)
class TransfusionHistory:
    """What is known of one participant: `given` by day, one entry a day; `answered_on` are days of answers."""

    given: tuple[Transfused, ...] = ()
    answered_on: tuple[date, ...] = ()

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(one.on for one in self.given)

    def days_since(self, on: date) -> int | None:
        """Whole days since the last known transfusion up to this day; one on the day itself is 0."""
        return days_since(self.days, on)

    def free_days(self, on: date) -> int | None:
        """Of these days, those that an answer up to `on` speaks for: an answer speaks for all since the one before it.

        None: no transfusion up to `on` is known, so there is nothing to count from.
        """
        since = self.days_since(on)
        if since is None:
            return None
        last_on = on - timedelta(days=since)
        heard_on = max((day for day in self.answered_on if day <= on), default=last_on)
        return max(0, (heard_on - last_on).days)


NO_HISTORY: Final = TransfusionHistory()
"""Of somebody about whom nothing is known."""


def joined(
    told: Iterable[Transfused], recorded: Iterable[Transfused], answered_on: Iterable[date]
) -> TransfusionHistory:
    """One entry a day: of a day that both know, staff's record stands, and what was told comes back with its end."""
    by_day = {one.on: one for one in told} | {one.on: one for one in recorded}
    return TransfusionHistory(tuple(by_day[on] for on in sorted(by_day)), tuple(sorted(set(answered_on))))


def days_since(transfused_on: Iterable[date], on: date) -> int | None:
    """Whole days since the last transfusion up to this day; one on the day itself is 0."""
    last_on = max((day for day in transfused_on if day <= on), default=None)
    return None if last_on is None else (on - last_on).days


def transfusion_problems(facts: TransfusionFacts, today: date) -> Iterator[str]:
    """Everything that cannot be kept so; `today` is the participant's."""
    if facts.given_on > today:
        yield f"given: {facts.given_on} lies ahead; today is {today}"
    elif today - facts.given_on > LOOKS_BACK:
        yield f"given: {facts.given_on} lies more than ten years back; correct it"
    if (facts.amount is None) != (facts.unit is None):
        yield "amount: give the number and its unit, or neither where it is not known"
    elif facts.amount is not None and facts.unit is not None:
        least, most = LIMITS[facts.unit]
        if not least <= facts.amount <= most:  # also what is no number
            yield (
                f"amount: {facts.amount:g} {facts.unit} on one day is hardly possible ({least:g} to {most:g});"
                " look at the number and its unit"
            )
