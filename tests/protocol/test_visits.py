"""Visits stand where the template expects them, inside their windows, on days on which the clinic is open."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from actions.duty import working_day_of
from protocol.visits import (
    STEPS,
    ExpectedVisit,
    VisitAnchor,
    VisitState,
    expected_visits,
    may_become,
    months_later,
    out_of_window,
)
from tests.protocol.lives import TRIAL

DAY_ONE = date(2026, 3, 3)
OPEN = working_day_of("Asia/Shanghai")


def visits(day_one: date = DAY_ONE, last: date | None = None) -> dict[str, ExpectedVisit]:
    return {one.plan.key: one for one in expected_visits(TRIAL.visits, day_one, last, OPEN)}


def test_the_template_counts_from_the_day_of_the_first_dose_and_knows_no_day_0() -> None:
    found = visits()
    assert found["d1"].target_on == DAY_ONE
    assert found["w2"].target_on == date(2026, 3, 17)  # study day 15
    assert (found["w2"].from_on, found["w2"].until_on) == (date(2026, 3, 14), date(2026, 3, 20))
    assert found["m6"].target_on == date(2026, 9, 3)
    assert found["m24"].target_on == date(2028, 3, 3)
    assert [key for key, one in found.items() if one.plan.outcome] == ["m6", "m24"]


def test_a_month_ends_where_the_month_ends() -> None:
    assert months_later(date(2027, 8, 31), 1) == date(2027, 9, 30)
    assert months_later(date(2027, 8, 31), 6) == date(2028, 2, 29)
    assert months_later(date(2026, 12, 31), 2) == date(2027, 2, 28)


def test_what_hangs_on_the_last_dose_waits_until_there_is_one() -> None:
    assert not {"end_of_treatment", "follow_up"} & set(visits())
    ended = visits(last=date(2026, 10, 1))
    assert ended["follow_up"].target_on == date(2026, 12, 24)
    assert ended["m24"].target_on == date(2028, 3, 3), "the outcome at 24 months goes on without the drug"


def test_a_public_holiday_and_a_weekend_are_no_clinic_days_and_a_worked_saturday_is() -> None:
    spring_festival = visits(date(2026, 1, 17))["m1"]
    assert spring_festival.target_on == date(2026, 2, 17)
    assert spring_festival.proposed_on == date(2026, 2, 14), "a Saturday worked instead of the holiday"
    assert visits(date(2026, 3, 7))["d1"].proposed_on == date(2026, 3, 7), "no other day is inside a window of none"


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 700))
def test_a_proposed_day_lies_in_its_window_and_is_open_where_any_is(day_one: date, on_drug: int) -> None:
    for one in visits(day_one, day_one + timedelta(days=on_drug)).values():
        assert not out_of_window(one.proposed_on, one.from_on, one.until_on)
        days = (one.from_on + timedelta(days=ahead) for ahead in range((one.until_on - one.from_on).days + 1))
        if any(OPEN(on) for on in days):
            assert OPEN(one.proposed_on)
        else:
            assert one.proposed_on == one.target_on


@given(st.dates(), st.integers(1, 60))
def test_months_never_skip_one(on: date, months: int) -> None:
    if on.year < 9000:
        found = months_later(on, months)
        assert (found.year * 12 + found.month) - (on.year * 12 + on.month) == months
        assert found.day <= on.day


def test_a_visit_becomes_only_what_it_can() -> None:
    assert set(STEPS) == set(VisitState)
    assert may_become(VisitState.MISSED, VisitState.PLANNED)
    assert not may_become(VisitState.ATTENDED, VisitState.CANCELLED)
    assert not may_become(VisitState.CANCELLED, VisitState.ATTENDED)


def test_every_visit_is_counted_from_an_anchor_of_its_own() -> None:
    assert {one.anchor for one in TRIAL.visits} == set(VisitAnchor)
