"""Amounts that alternate follow the wall date, the plan and the tablets agree on them, and no later order moves a past
day.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.orders import (
    PATTERN_MAX,
    DoseOrder,
    NotComposableError,
    PatternError,
    dose_mg_on,
    expected_units,
    first_new_dose,
    ordered_day,
    pattern_units,
    superseded_by,
    then_amounts,
    then_text,
)
from protocol.plan import PlannedDose, plan
from protocol.run_out import coming_doses
from protocol.terms import OrderKind
from tests.protocol.lives import LONDON, SHANGHAI, TRIAL, Life, daily

FIRST_ON = date(2026, 3, 2)
TABLET = TRIAL.product
ALTERNATING = replace(daily(1, FIRST_ON), then_mg=(2.0,))
DAYS = 60


def days(count: int, after: date = FIRST_ON) -> list[date]:
    return [after + timedelta(days=step) for step in range(count)]


def amounts(version: int, from_on: date, drawn: st.DataObject) -> DoseOrder:
    """A daily amount, one every so many days, or a pattern."""
    mg = st.integers(1, 5).map(float)
    every_days = drawn.draw(st.integers(1, 4))
    then_mg = tuple(drawn.draw(st.lists(mg, max_size=PATTERN_MAX - 1))) if every_days == 1 else ()
    return replace(daily(drawn.draw(mg), from_on, version, every_days), then_mg=then_mg)


def any_order(version: int, from_on: date, drawn: st.DataObject) -> DoseOrder:
    kind = drawn.draw(st.sampled_from([OrderKind.DOSE, OrderKind.DOSE, *OrderKind]))
    if kind is OrderKind.DOSE:
        return amounts(version, from_on, drawn)
    until_on = from_on + timedelta(days=drawn.draw(st.integers(0, 9))) if kind is OrderKind.HOLD else None
    return DoseOrder(version, kind, from_on, until_on=until_on)


def history(drawn: st.DataObject, *, kinds: bool = True) -> list[DoseOrder]:
    """Versions as they may follow each other: each begins on the day it is given, or later."""
    orders, given_on = [amounts(1, FIRST_ON, drawn)], FIRST_ON
    for version in range(2, drawn.draw(st.integers(2, 6))):
        given_on += timedelta(days=drawn.draw(st.integers(0, 9)))
        from_on = given_on + timedelta(days=drawn.draw(st.integers(0, 9)))
        orders.append((any_order if kinds else amounts)(version, from_on, drawn))
    return orders


def test_one_tablet_one_day_and_two_the_next() -> None:
    assert [expected_units([ALTERNATING], on, TABLET) for on in days(5)] == [1, 2, 1, 2, 1]


def test_the_pattern_begins_anew_with_each_order() -> None:
    newer = replace(ALTERNATING, version=2, from_on=date(2026, 3, 5))
    assert [expected_units([ALTERNATING, newer], on, TABLET) for on in days(6)] == [1, 2, 1, 1, 2, 1]


def test_a_hold_does_not_shift_the_pattern() -> None:
    hold = DoseOrder(2, OrderKind.HOLD, date(2026, 3, 4), until_on=date(2026, 3, 6))
    assert [expected_units([ALTERNATING, hold], on, TABLET) for on in days(7)] == [1, 2, 0, 0, 0, 2, 1]


def test_every_other_day_rests_in_between() -> None:
    assert [expected_units([daily(2, FIRST_ON, every_days=2)], on, TABLET) for on in days(4)] == [2, 0, 2, 0]


def test_nothing_is_expected_before_the_first_order_or_after_the_drug_is_stopped() -> None:
    orders = [ALTERNATING, DoseOrder(2, OrderKind.DISCONTINUE, date(2026, 3, 5))]
    assert expected_units(orders, date(2026, 3, 1), TABLET) == 0
    assert expected_units(orders, date(2026, 3, 5), TABLET) == 0


@pytest.mark.parametrize("then_mg", [(0.5,), (2.0, 1.5), (0.0,), (-1.0,)])
def test_a_pattern_that_would_split_a_tablet_on_any_day_is_refused(then_mg: tuple[float, ...]) -> None:
    with pytest.raises(NotComposableError, match="whole units"):
        pattern_units(replace(ALTERNATING, then_mg=then_mg), TABLET)


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (replace(ALTERNATING, every_days=2), "every day"),
        (replace(ALTERNATING, every_days=0), "every so many days"),
        (replace(ALTERNATING, then_mg=(1.0,) * PATTERN_MAX), "at most"),
    ],
)
def test_a_pattern_that_nobody_can_follow_is_refused(order: DoseOrder, why: str) -> None:
    with pytest.raises(PatternError, match=why):
        pattern_units(order, TABLET)


def test_a_pattern_is_told_in_units_its_first_day_first() -> None:
    assert pattern_units(ALTERNATING, TABLET) == (1, 2)
    assert pattern_units(ALTERNATING, replace(TABLET, strength_mg=0.5)) == (2, 4)
    assert pattern_units(daily(2), TABLET) == (2,)


@given(st.data())
def test_a_later_order_never_changes_what_a_past_day_expected(drawn: st.DataObject) -> None:
    orders = history(drawn)
    today = FIRST_ON + timedelta(days=drawn.draw(st.integers(0, DAYS)))
    newer = any_order(len(orders) + 1, today + timedelta(days=drawn.draw(st.integers(0, 9))), drawn)
    past = days((today - FIRST_ON).days)
    assert [expected_units([*orders, newer], on, TABLET) for on in past] == [
        expected_units(orders, on, TABLET) for on in past
    ]


@given(st.data())
def test_what_a_day_expects_does_not_depend_on_the_order_in_which_versions_are_read(drawn: st.DataObject) -> None:
    orders = history(drawn)
    shuffled = drawn.draw(st.permutations(orders))
    assert [expected_units(orders, on, TABLET) for on in days(DAYS)] == [
        expected_units(shuffled, on, TABLET) for on in days(DAYS)
    ]


@settings(max_examples=60)
@given(st.data(), st.sampled_from([SHANGHAI, LONDON]), st.sampled_from([time(0, 30), time(8), time(23, 30)]))
def test_the_plan_asks_for_what_the_orders_expect_of_each_day(
    drawn: st.DataObject, zone: ZoneInfo, reminder: time
) -> None:
    """At home, through a clock change; the first dose is behind."""
    orders = history(drawn, kinds=False)
    life = Life(_start(zone, reminder), zone=zone, reminder_time=reminder, orders=tuple(orders))
    life.store(life.starts_at)
    life.take(1, life.doses[1].due_at)
    coming = life.planned(life.doses[1].due_at, life.starts_at + timedelta(days=DAYS)).doses
    planned = {dose.due_on: (dose.units, dose.dose_mg) for dose in coming}
    expected = {on: expected_units(orders, on, TABLET) for on in days(DAYS - 2)[1:]}
    assert {on: units for on, (units, _) in planned.items() if on in expected} == {
        on: units for on, units in expected.items() if units
    }
    assert all(mg == units * TABLET.strength_mg for units, mg in planned.values())


@given(st.data())
def test_the_tablets_run_out_by_the_same_amounts(drawn: st.DataObject) -> None:
    orders = history(drawn)
    coming = {dose.on: dose.units for dose in coming_doses(orders, TABLET, next_on=FIRST_ON)}
    assert [coming.get(on, 0) for on in days(DAYS)] == [expected_units(orders, on, TABLET) for on in days(DAYS)]


def test_the_amount_is_the_wall_dates_own() -> None:
    assert [dose_mg_on(ALTERNATING, on) for on in days(3)] == [1.0, 2.0, 1.0]


def _start(zone: ZoneInfo, reminder: time) -> datetime:
    return datetime.combine(FIRST_ON, reminder, tzinfo=zone) - timedelta(minutes=1)


@given(st.lists(st.integers(1, 9).map(float) | st.sampled_from([0.5, 2.5]), max_size=PATTERN_MAX - 1))
def test_the_amounts_of_a_row_read_back_as_they_were_written(then_mg: list[float]) -> None:
    assert then_amounts(then_text(then_mg)) == tuple(then_mg)


def month(orders: tuple[DoseOrder, ...], first_taken: int | None) -> tuple[PlannedDose, ...]:
    """Thirty days of doses that nobody has answered, of somebody whose first one was this one."""
    life = Life(datetime(2026, 3, 1, 12, tzinfo=SHANGHAI), orders=orders)
    facts = replace(life.facts(), first_taken_ordinal=first_taken)
    return plan(facts, TRIAL, at=life.starts_at, until=life.starts_at + timedelta(days=30)).doses


@given(st.data())
def test_the_first_dose_is_its_own_amount_exactly_once_whatever_was_ordered(drawn: st.DataObject) -> None:
    """2 mg once: no change or pattern before or after day 1 adds a second one, or takes it away."""
    orders = tuple(history(drawn, kinds=False))
    before = month(orders, None)
    assert {(dose.dose_mg, dose.is_first) for dose in before} == {(TRIAL.regimen.first_dose_mg, True)}
    first = before[drawn.draw(st.integers(0, 5))].ordinal
    after = month(orders, first)
    assert [dose.ordinal for dose in after if dose.is_first] == list(range(1, first + 1))
    for dose in after[first:]:
        assert dose.units == expected_units(orders, dose.due_on, TABLET)


@given(st.data())
def test_no_dose_from_the_first_day_of_a_change_on_has_the_amount_before_it(drawn: st.DataObject) -> None:
    """An old amount in a reminder after the change would be taken: the plan asks for the new one from its very day."""
    change_on = FIRST_ON + timedelta(days=drawn.draw(st.integers(1, 20)))
    changed = replace(daily(7, change_on, version=2), then_mg=(8.0,))
    doses = month((amounts(1, FIRST_ON, drawn), changed), 0)
    after = [dose for dose in doses if dose.due_on >= change_on]
    assert ({dose.units for dose in after}, {dose.order_version for dose in after}) == ({7, 8}, {2})
    assert not {dose.units for dose in doses if dose.due_on < change_on} & {7, 8}


@given(st.data())
def test_the_first_new_dose_is_the_first_one_that_the_days_themselves_call_for_under_that_version(
    drawn: st.DataObject,
) -> None:
    orders = history(drawn)
    for order in orders:
        called_for = [
            on
            for on in days(200, order.from_on)
            if (day := ordered_day(orders, on)).dose == order and day.held_by is None
        ]
        first = first_new_dose(orders, order.version)
        assert (first.on if first else None) == min(called_for, default=None)


@given(st.data())
def test_an_order_that_is_replaced_before_its_first_day_has_none_and_any_other_counts_until_then(
    drawn: st.DataObject,
) -> None:
    orders = history(drawn, kinds=False)
    for order in orders:
        newer = superseded_by(orders, order.version, order.from_on)
        assert (newer is None) == (ordered_day(orders, order.from_on).dose == order)
        assert (first_new_dose(orders, order.version) is None) == (newer is not None)
        assert (superseded_by(orders, order.version, date.max) is None) == (order == orders[-1])
