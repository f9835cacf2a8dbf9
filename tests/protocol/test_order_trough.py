"""The level that a changed amount asks for lies in its days, on an open one, and never behind another amount."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from protocol.order_trough import proposed_trough
from protocol.orders import DoseOrder, first_new_dose
from protocol.terms import OrderKind
from tests.protocol.lives import TRIAL, daily

RULES = TRIAL.dose_orders
MONDAY = date(2026, 3, 2)


def working(on: date) -> bool:
    return on.weekday() < 5


def orders(*later: DoseOrder) -> list[DoseOrder]:
    return [daily(1, MONDAY), daily(2, MONDAY + timedelta(days=5), version=2), *later]


def proposed(*later: DoseOrder) -> date | None:
    found = proposed_trough(orders(*later), 2, RULES, working)
    return found.on if found is not None else None


def test_it_is_proposed_seven_days_after_the_first_new_dose_or_on_the_next_open_day() -> None:
    assert first_new_dose(orders(), 2).on == date(2026, 3, 7)  # type: ignore[union-attr]
    assert proposed() == date(2026, 3, 16)  # the 14th is a Saturday


def test_where_no_day_is_open_the_first_one_stands() -> None:
    found = proposed_trough(orders(), 2, RULES, lambda _: False)
    assert found is not None
    assert found.on == found.from_on == date(2026, 3, 14)


def test_a_hold_moves_it_and_one_without_an_end_takes_it_away() -> None:
    hold = DoseOrder(3, OrderKind.HOLD, date(2026, 3, 6), until_on=date(2026, 3, 9))
    assert proposed(hold) == date(2026, 3, 17)
    assert proposed(DoseOrder(3, OrderKind.HOLD, date(2026, 3, 6))) is None


@given(st.integers(0, 40), st.sampled_from([OrderKind.DOSE, OrderKind.DISCONTINUE]))
def test_another_amount_before_it_takes_it_away_and_one_after_it_does_not(after: int, kind: OrderKind) -> None:
    from_on = MONDAY + timedelta(days=after)
    other = DoseOrder(3, kind, from_on, 3.0 if kind is OrderKind.DOSE else 0.0)
    assert (proposed(other) is None) == (from_on <= date(2026, 3, 16))
