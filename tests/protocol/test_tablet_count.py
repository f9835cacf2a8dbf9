"""A pill count stands beside the reports with its numbers: nothing clipped, silence never read as either."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.day_facts import DayFact
from protocol.tablet_count import CountDiscrepancy, count_discrepancies
from protocol.tablets import Movement, MovementKind, MovementSource, UnitBounds
from protocol.terms import DoseState
from tests.protocol.boxes import OPENS, at, counted, day_fact, dispensed, exactly, month, moved
from tests.protocol.lives import TRIAL

TAKEN, NOT_TAKEN, UNREPORTED, HELD = DoseState.TAKEN, DoseState.NOT_TAKEN, DoseState.UNREPORTED, DoseState.HELD
POINTS = TRIAL.tablets.discrepancy_points


def found(box: list[Movement], days: list[DayFact]) -> tuple[CountDiscrepancy, ...]:
    return count_discrepancies(box, days, opens_before=OPENS)


def test_a_worked_month() -> None:
    """30 given, 28 days: 25 taken, 2 not, 1 silent. 4 left, 1 lost, 1 returned: 24 are gone, of 28 called for."""
    box = [dispensed(30), moved(MovementKind.LOST, 1, 3.5), moved(MovementKind.RETURNED, 1, 4.5), counted(4, 28.5)]
    one = found(box, month(*[TAKEN] * 25, NOT_TAKEN, NOT_TAKEN, UNREPORTED))[0]
    assert (one.opening, one.dispensed, one.returned, one.lost, one.counted) == (0, 30, 1, 1, 4)
    assert (one.used_units, one.expected_units, one.reported_units) == (24, 28, UnitBounds(25, 26))
    assert one.pill_count.percent == pytest.approx(100 * 24 / 28)
    assert [share.percent for share in one.self_report] == pytest.approx([100 * 25 / 28, 100 * 26 / 28])
    assert one.points == pytest.approx((100 / 28, 200 / 28))
    assert one.units_apart == UnitBounds(1, 2)
    assert not one.lies_beyond(POINTS)


def test_reports_of_tablets_that_are_still_in_the_box_are_found() -> None:
    one = found([dispensed(30), counted(16, 28.5)], month(*[TAKEN] * 28))[0]
    assert one.points == pytest.approx((50.0, 50.0))
    assert one.lies_beyond(POINTS)


def test_tablets_that_are_gone_and_were_not_reported_are_found_too() -> None:
    one = found([dispensed(30), counted(2, 28.5)], month(*[TAKEN] * 20, *[NOT_TAKEN] * 8))[0]
    assert one.points == pytest.approx((-100 * 8 / 28, -100 * 8 / 28))
    assert one.lies_beyond(POINTS)


@pytest.mark.parametrize("left", [2, 16, 30])
def test_what_silence_can_explain_is_no_disagreement(left: int) -> None:
    assert not found([dispensed(30), counted(left, 28.5)], month(*[UNREPORTED] * 28))[0].lies_beyond(POINTS)


def test_the_limit_itself_is_not_beyond_it() -> None:
    one = found([dispensed(12), counted(3, 10.5)], month(*[TAKEN] * 10))[0]
    assert one.points == (10.0, 10.0)
    assert not one.lies_beyond(10)
    assert one.lies_beyond(9.9)


def test_held_days_are_in_no_denominator_and_a_tablet_gone_meanwhile_is_told() -> None:
    one = found([dispensed(30), counted(20, 12.5)], month(*[TAKEN] * 9, HELD, HELD, HELD))[0]
    assert one.expected_units == 9
    assert one.units_apart == exactly(-1)
    only_held = found([dispensed(30), counted(29, 3.5)], month(HELD, HELD, HELD))[0]
    assert (only_held.pill_count.percent, only_held.points) == (None, None)
    assert only_held.lies_beyond(POINTS)
    assert not found([dispensed(30), counted(30, 3.5)], month(HELD, HELD, HELD))[0].lies_beyond(POINTS)


def test_more_than_everything_is_shown_as_it_is() -> None:
    too_many_gone = found([dispensed(30), counted(0, 10.5)], month(*[TAKEN] * 10))[0]
    assert too_many_gone.pill_count.percent == 300
    typed = counted(40, 10.5, MovementSource.PARTICIPANT)
    assert found([dispensed(30), typed], month(*[TAKEN] * 10))[0].pill_count.percent == -100


def test_a_dose_of_the_day_of_the_count_belongs_to_the_side_on_which_it_was_taken() -> None:
    """The count is at 10:00; the dose of that day was taken at 12:00 once, at 08:00 the other time."""
    days = month(TAKEN, TAKEN)
    after = [days[0], replace(days[1], taken_at=(at(1 + 4 / 24),))]
    box = [dispensed(30), counted(29, 1 + 2 / 24)]
    assert (found(box, after)[0].expected_units, found(box, after)[0].reported_units) == (1, exactly(1))
    assert (found(box, days)[0].expected_units, found(box, days)[0].reported_units) == (2, exactly(2))


def test_each_count_is_against_the_verified_one_before_it() -> None:
    typed = counted(7, 15.5, MovementSource.PARTICIPANT)
    box = [dispensed(30), counted(20, 9.5), typed, counted(10, 19.5), dispensed(30, 19.6), counted(35, 24.5)]
    checks = found(box, month(*[TAKEN] * 25))
    assert [one.since_at for one in checks] == [None, at(9.5), at(9.5), at(19.5)]
    assert [one.used_units for one in checks] == [10, 13, 10, 5]
    assert [one.is_verified for one in checks] == [True, False, True, True]
    assert [one.units_apart for one in checks] == [exactly(0), exactly(-7), exactly(0), exactly(0)]


@given(st.lists(st.sampled_from([TAKEN, NOT_TAKEN, UNREPORTED, HELD]), min_size=1, max_size=40), st.integers(0, 40))
def test_an_honest_person_is_never_listed(states: list[DoseState], cut: int) -> None:
    """Whatever was taken in silence: two counts of a box that holds what is left never lie beyond the reports."""
    days = month(*states)
    gone = [one.state is TAKEN or (one.state is UNREPORTED and one.ordinal % 2 == 0) for one in days]
    counts = sorted({min(cut, len(days)), len(days)})
    box = [dispensed(60), *(counted(60 - sum(gone[:day]), day - 0.3) for day in counts)]
    assert not any(one.lies_beyond(POINTS) for one in found(box, days))


def test_a_dose_of_two_is_counted_in_units() -> None:
    days = [day_fact(0, units=2), day_fact(1, units=2, state=DoseState.TAKEN_PARTLY, taken=1)]
    one = found([dispensed(30), counted(27, 2.5)], days)[0]
    assert (one.expected_units, one.reported_units, one.used_units) == (4, exactly(3), 3)
