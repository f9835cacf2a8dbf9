"""Orders are read by date and version, and never ask for a broken tablet."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.orders import DoseOrder, NotComposableError, ordered_day, units_of
from protocol.terms import OrderKind
from tests.protocol.lives import TRIAL, daily

FIRST = daily(1, date(2026, 3, 1))
HOLD = DoseOrder(2, OrderKind.HOLD, date(2026, 3, 5), until_on=date(2026, 3, 7), reason="infection")
STOP = DoseOrder(3, OrderKind.DISCONTINUE, date(2026, 3, 10))


def held(orders: list[DoseOrder], day: int) -> bool:
    return ordered_day(orders, date(2026, 3, day)).held_by is not None


def test_nothing_is_ordered_before_the_first_order() -> None:
    day = ordered_day([FIRST], date(2026, 2, 28))
    assert day.dose is None
    assert not day.discontinued


def test_the_newer_version_decides_from_its_date() -> None:
    newer = daily(2, date(2026, 3, 4), version=2)
    assert ordered_day([newer, FIRST], date(2026, 3, 3)).dose == FIRST
    assert ordered_day([newer, FIRST], date(2026, 3, 4)).dose == newer


def test_a_hold_covers_its_dates_both_included() -> None:
    assert [held([FIRST, HOLD], day) for day in (4, 5, 7, 8)] == [False, True, True, False]


def test_a_hold_without_an_end_lasts_until_the_resume_also_below_a_new_dose() -> None:
    endless = replace(HOLD, until_on=None)
    newer = daily(2, date(2026, 3, 6), version=3)
    resume = DoseOrder(4, OrderKind.RESUME, date(2026, 3, 9))
    orders = [FIRST, endless, newer, resume]
    assert [held(orders, day) for day in (4, 6, 8, 9)] == [False, True, True, False]
    assert ordered_day(orders, date(2026, 3, 6)).dose == newer


def test_a_discontinuation_ends_the_order_until_a_newer_one_starts_again() -> None:
    again = daily(1, date(2026, 3, 20), version=4)
    assert ordered_day([FIRST, STOP], date(2026, 3, 10)).discontinued
    assert ordered_day([FIRST, STOP, again], date(2026, 3, 19)).discontinued
    assert ordered_day([FIRST, STOP, again], date(2026, 3, 20)).dose == again


@pytest.mark.parametrize("dose_mg", [0, -1, 0.5, 1.5, 1.0001])
def test_a_dose_that_would_split_a_tablet_is_refused(dose_mg: float) -> None:
    with pytest.raises(NotComposableError, match="whole units"):
        units_of(dose_mg, TRIAL.product)


@given(st.integers(1, 40), st.sampled_from([0.1, 0.3, 0.5, 1.0, 2.0]))
def test_whole_units_make_their_dose(units: int, strength_mg: float) -> None:
    assert units_of(units * strength_mg, replace(TRIAL.product, strength_mg=strength_mg)) == units
