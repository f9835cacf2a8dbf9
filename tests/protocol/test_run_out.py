"""The day on which the tablets run out is the first whose dose is not whole, by the orders as they stand."""

from datetime import date, timedelta
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from protocol.orders import DoseOrder
from protocol.run_out import coming_doses, refill_due_on, run_out_on
from protocol.terms import DoseState, OrderKind
from tests.protocol.boxes import at
from tests.protocol.lives import TRIAL, Life, daily

NEXT = date(2026, 3, 2)
DAY = timedelta(days=1)


def runs_out(units: int, *orders: DoseOrder, first_dose_mg: float | None = None) -> date | None:
    return run_out_on(units, coming_doses(orders, TRIAL.product, next_on=NEXT, first_dose_mg=first_dose_mg))


def test_the_first_day_without_a_whole_dose_is_the_day() -> None:
    assert runs_out(0, daily()) == NEXT
    assert runs_out(30, daily()) == NEXT + 30 * DAY
    assert runs_out(29, daily(2)) == NEXT + 14 * DAY
    assert runs_out(30, daily(), first_dose_mg=2.0) == NEXT + 29 * DAY
    assert runs_out(-1, daily()) == NEXT


def test_a_changed_order_an_alternate_day_and_a_hold_move_it() -> None:
    more = daily(2, NEXT + 10 * DAY, version=2)
    assert runs_out(30, daily(), more) == NEXT + 20 * DAY
    assert runs_out(30, daily(every_days=2)) == NEXT + 60 * DAY
    hold = DoseOrder(2, OrderKind.HOLD, NEXT + 5 * DAY, until_on=NEXT + 9 * DAY, reason="infection")
    assert runs_out(30, daily(), hold) == NEXT + 35 * DAY


def test_who_needs_no_more_does_not_run_out() -> None:
    assert runs_out(30, daily(), DoseOrder(2, OrderKind.DISCONTINUE, NEXT + 20 * DAY)) is None
    assert runs_out(30, daily(), DoseOrder(2, OrderKind.HOLD, NEXT + 20 * DAY)) is None
    assert runs_out(30) is None
    assert runs_out(30, DoseOrder(1, OrderKind.DISCONTINUE, NEXT), daily(1, NEXT + 10 * DAY, 2)) == NEXT + 40 * DAY


def test_a_refill_is_due_the_protocols_lead_before() -> None:
    assert refill_due_on(NEXT + 30 * DAY, TRIAL.tablets.refill_lead_days) == NEXT + 23 * DAY


@given(
    st.integers(1, 3),
    st.sampled_from([1.0, 2.0]),
    st.integers(0, 20),
    st.one_of(st.none(), st.integers(0, 20)),
)
def test_the_coming_doses_are_those_of_the_plan(
    every_days: int, dose_mg: float, changes_after: int, held_after: int | None
) -> None:
    """One author of what is due: the reckoning of tablets and the plan agree on every day and amount."""
    orders = [daily(1), daily(dose_mg, NEXT + changes_after * DAY, version=2, every_days=every_days)]
    if held_after is not None:
        from_on = NEXT + held_after * DAY
        orders.append(DoseOrder(3, OrderKind.HOLD, from_on, until_on=from_on + 3 * DAY, reason="infection"))
    life = Life(at(0) - timedelta(hours=1), orders=tuple(orders))
    life.store(at(-0.5))
    life.take(1, at(0))
    plan = life.planned(at(0.1), at(40))
    expected = [(dose.due_on, dose.units) for dose in plan.doses if dose.state is DoseState.OPEN]
    found = coming_doses(orders, TRIAL.product, next_on=plan.doses[0].due_on)
    assert [(dose.on, dose.units) for dose in islice(found, len(expected))] == expected
