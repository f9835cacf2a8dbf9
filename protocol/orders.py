"""Dose orders: effective-dated versions of one person's regimen, and what they call for on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from protocol.terms import OrderKind
from protocol.trial import Product


class NotComposableError(ValueError):
    """The dose cannot be made of whole units of the dispensed product."""


@dataclass(frozen=True, slots=True)
class DoseOrder:
    """One version. `every_days` 2 means every other day; a hold without `until_on` lasts until a resume."""

    version: int
    kind: OrderKind
    from_on: date
    dose_mg: float = 0.0
    every_days: int = 1
    until_on: date | None = None
    reason: str = ""


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


def spacing(order: DoseOrder) -> timedelta:
    """Whole days from one dose of this order to the next."""
    return timedelta(days=order.every_days)
