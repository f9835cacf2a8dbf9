"""Duty: staffed hours with holidays and the days worked instead, and no hour without a name and a phone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from protocol.duty import Hours, Shift, ShiftDays, Span, on_call, staffed, uncovered, working_days
from tests.protocol.sheets import TRIAL

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOLIDAYS = {date(2026, 2, 16) + timedelta(days=number) for number in range(8)}  # a Spring Festival of eight days
WORKED = {date(2026, 2, 14), date(2026, 2, 28)}  # two Saturdays
HOURS = Hours(TRIAL.duty, SHANGHAI, working_days(HOLIDAYS, WORKED))
DAY_AND_NIGHT = Shift(1, "Li", "010-1234", time(8), time(8))


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at(3, 4, 8), True),
        (at(3, 4, 7, 59), False),
        (at(3, 4, 16, 59), True),
        (at(3, 4, 17), False),
        (at(3, 7, 10), False),  # Saturday
        (at(2, 17, 10), False),  # a public holiday, Tuesday
        (at(2, 14, 10), True),  # a Saturday worked instead
    ],
)
def test_staffed_hours_follow_the_calendar(moment: datetime, expected: bool) -> None:
    assert staffed(moment, HOURS) is expected


def test_a_calendar_without_any_working_day_is_not_believed() -> None:
    lost = Hours(TRIAL.duty, SHANGHAI, lambda on: on < date(2026, 1, 1))
    assert staffed(at(3, 4, 10), lost)
    assert not staffed(at(3, 7, 10), lost)


def test_a_list_for_day_and_night_leaves_no_hour_open() -> None:
    assert uncovered([DAY_AND_NIGHT], at(3, 4, 12), HOURS) == ()


@pytest.mark.parametrize(("name", "phone"), [("", "010-1234"), ("Li", ""), ("Li", "ask at the desk"), ("  ", "1")])
def test_a_line_without_a_name_or_a_phone_covers_nothing(name: str, phone: str) -> None:
    blank = Shift(1, name, phone, time(8), time(8))
    start = at(3, 4, 12)
    assert uncovered([blank], start, HOURS) == (Span(start, start + TRIAL.duty.on_call_ahead),)
    assert on_call([blank], start, HOURS) == ()


def test_a_gap_of_one_minute_is_found() -> None:
    shifts = [Shift(1, "Li", "1", time(8), time(20)), Shift(1, "Wu", "2", time(20, 1), time(8))]
    gaps = uncovered(shifts, at(3, 4, 12), HOURS)
    assert gaps[0] == Span(at(3, 4, 20), at(3, 4, 20, 1))
    assert len(gaps) == 14


def test_free_days_need_their_own_line() -> None:
    working = Shift(1, "Li", "1", time(0), time(0), ShiftDays.WORKING)
    gaps = uncovered([working], at(2, 14, 0), HOURS)
    assert gaps[0] == Span(at(2, 15, 0), at(2, 16, 0)) or gaps[0].from_at == at(2, 15, 0)
    free = Shift(1, "Wu", "2", time(0), time(0), ShiftDays.FREE)
    assert uncovered([working, free], at(2, 14, 0), HOURS) == ()
    assert [one.name for one in on_call([working, free], at(2, 17, 10), HOURS)] == ["Wu"]
    assert [one.name for one in on_call([working, free], at(2, 14, 10), HOURS)] == ["Li"]


def test_a_line_ends_with_its_last_day_and_its_night() -> None:
    night = Shift(1, "Wu", "2", time(17), time(8), last_on=date(2026, 3, 4))
    assert on_call([night], at(3, 5, 7, 59), HOURS) == (night,)
    assert on_call([night], at(3, 5, 8), HOURS) == ()
    assert on_call([night], at(3, 5, 18), HOURS) == ()
    sunday = Shift(1, "Wu", "2", time(0), time(0), weekdays=frozenset({7}), first_on=date(2026, 3, 5))
    assert on_call([sunday], at(3, 1, 10), HOURS) == ()
    assert on_call([sunday], at(3, 8, 10), HOURS) == (sunday,)


def test_the_first_place_is_called_first() -> None:
    second = Shift(2, "Wang", "3", time(8), time(8))
    assert on_call([second, DAY_AND_NIGHT], at(3, 4, 3), HOURS) == (DAY_AND_NIGHT, second)
