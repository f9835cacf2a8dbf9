"""Dose orders: effective-dated versions of one person's regimen, and what they call for on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from protocol.terms import OrderKind
from protocol.trial import Product

PATTERN_MAX: Final = 7
"""Days of a pattern: what a person can keep in mind, and a week at most."""


class NotComposableError(ValueError):
    """The dose cannot be made of whole units of the dispensed product."""


class PatternError(ValueError):
    """The days of an order contradict each other; the message says which."""


@dataclass(frozen=True, slots=True)
class DoseOrder:
    """One version. `every_days` 2 means every other day; a hold without `until_on` lasts until a resume.

    `then_mg`: the amounts of the days after the first one, before `dose_mg` comes again; (2.0,) after 1.0 means 1 mg
    one day and 2 mg the next, by the wall date from `from_on` on. A hold, a missed dose or a journey never shifts it.
    """

    version: int
    kind: OrderKind
    from_on: date
    dose_mg: float = 0.0
    every_days: int = 1
    until_on: date | None = None
    reason: str = ""
    then_mg: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderedDay:
    """What the orders say for one date; `dose` is None before the first order and after a discontinuation."""

    dose: DoseOrder | None
    held_by: DoseOrder | None
    discontinued: bool


def units_of(dose_mg: float, product: Product) -> int:
    """Whole units of the product that make the dose.

    Raises NotComposableError: a 1 mg tablet is never split.
    """
    units = dose_mg / product.strength_mg
    if dose_mg <= 0 or abs(units - round(units)) > 1e-9:  # noqa: PLR2004  a float's rounding, not a dose
        raise NotComposableError(f"{dose_mg:g} mg cannot be made of whole units of {product.strength_mg:g} mg")
    return round(units)


def pattern_units(order: DoseOrder, product: Product) -> tuple[int, ...]:
    """Whole units of each day of the order's pattern, its first day first; one number where every dose is alike.

    Raises NotComposableError for any of its days, PatternError for a pattern that cannot be followed.
    """
    if order.every_days < 1:
        raise PatternError("a dose is taken every day, or every so many days")
    if order.then_mg and order.every_days > 1:
        raise PatternError("amounts that change from day to day are taken every day; give one of the two")
    if len(order.then_mg) >= PATTERN_MAX:
        raise PatternError(f"a pattern has {len(order.then_mg) + 1} days; {PATTERN_MAX} at most")
    return tuple(units_of(dose_mg, product) for dose_mg in (order.dose_mg, *order.then_mg))


def dose_mg_on(order: DoseOrder, on: date) -> float:
    """The amount (mg) of a dose that the order calls for on a wall date, `from_on` or later."""
    amounts = (order.dose_mg, *order.then_mg)
    return amounts[(on - order.from_on).days % len(amounts)]


def then_text(then_mg: Sequence[float]) -> str:
    """The amounts of the days after the first, as a row keeps them: mg between spaces; empty where all are alike."""
    return " ".join(f"{dose_mg:.10g}" for dose_mg in then_mg)


def then_amounts(text: str) -> tuple[float, ...]:
    """The amounts (mg) that `then_text` wrote."""
    return tuple(float(word) for word in text.split())


def expected_units(orders: Sequence[DoseOrder], on: date, product: Product) -> int:
    """Units that the orders call for on a wall date; 0 on a day of rest, on hold, before the first order and after the
    last. The first dose's own amount is the plan's to add.

    An order that begins later than `on` changes nothing of it, whatever its version: past days stay reproducible.
    """
    day = ordered_day(orders, on)
    if day.dose is None or day.held_by is not None or (on - day.dose.from_on).days % day.dose.every_days:
        return 0
    return units_of(dose_mg_on(day.dose, on), product)


def ordered_day(orders: Sequence[DoseOrder], on: date) -> OrderedDay:
    """What is in force on a date: of two versions the newer one decides.

    A hold stands until its own end or a newer resume; a new dose below a running hold waits for the resume.
    """
    newest_first = sorted((order for order in orders if order.from_on <= on), key=lambda o: o.version, reverse=True)
    amounts = [order for order in newest_first if order.kind in (OrderKind.DOSE, OrderKind.DISCONTINUE)]
    if not amounts or amounts[0].kind is OrderKind.DISCONTINUE:
        return OrderedDay(None, None, discontinued=bool(amounts))
    return OrderedDay(amounts[0], _hold_in_force(newest_first, on), discontinued=False)


def _hold_in_force(newest_first: Sequence[DoseOrder], on: date) -> DoseOrder | None:
    for order in newest_first:
        if order.kind is OrderKind.RESUME:
            return None
        if order.kind is OrderKind.HOLD and (order.until_on is None or on <= order.until_on):
            return order
    return None


@dataclass(frozen=True, slots=True)
class FirstNewDose:
    """The wall date on which an order first calls for a dose, and the amount (mg) of that day."""

    on: date
    dose_mg: float


def first_new_dose(orders: Sequence[DoseOrder], version: int) -> FirstNewDose | None:
    """Of the amount that `version` orders; None while a hold without an end, or a newer one, covers all."""
    order = next(one for one in orders if one.version == version)
    begins = {order.from_on, *(one.from_on for one in orders if one.kind is OrderKind.RESUME)}
    begins |= {one.until_on + timedelta(days=1) for one in orders if one.until_on is not None}
    for on in sorted(on for on in begins if on >= order.from_on):
        day = ordered_day(orders, on)
        if day.dose is not None and day.dose.version == version and day.held_by is None:
            return FirstNewDose(on, dose_mg_on(order, on))
    return None


def superseded_by(orders: Sequence[DoseOrder], version: int, today: date) -> DoseOrder | None:
    """The newest order that took the place of `version` before its first day, or by today; None: it still counts."""
    order = next(one for one in orders if one.version == version)
    last_on = max(order.from_on, today)
    newer = [
        one
        for one in orders
        if one.version > version and one.kind in (OrderKind.DOSE, OrderKind.DISCONTINUE) and one.from_on <= last_on
    ]
    return max(newer, key=lambda one: one.version, default=None)


def spacing(order: DoseOrder) -> timedelta:
    """Whole days from one dose of this order to the next."""
    return timedelta(days=order.every_days)
