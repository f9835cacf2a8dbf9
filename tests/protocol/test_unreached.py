"""A dose of which no prompt gets through is told in its window, at every minute of the day, not at the first hitch."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.protocol_file import load_trial
from protocol.ladder import take_now_until
from protocol.moments import first_wall_time, moment, within_wall_times
from protocol.unreached import tells_staff

TRIAL = load_trial(None)
DAY, RETRY, ON_TIME = timedelta(days=1), timedelta(minutes=10), timedelta(minutes=10)
SHANGHAI = ZoneInfo("Asia/Shanghai")
EIGHT = datetime(2026, 3, 4, 0, tzinfo=UTC)  # in Shanghai
HOUR = timedelta(hours=1)


def told_at(due_at: datetime, zone: ZoneInfo, *, is_first: bool, every: timedelta = RETRY) -> datetime | None:
    """Tried in vain from the due moment on, in the quiet hours only at the chosen time; gives the try that is told."""
    at = due_at
    for _ in range(300):
        if tells_staff(due_at=due_at, is_first=is_first, at=at, next_at=at + every, zone=zone, trial=TRIAL):
            return at
        at += every
        ladder = TRIAL.ladder
        if at >= due_at + ON_TIME and within_wall_times(at, ladder.quiet_from, ladder.quiet_until, zone):
            at = first_wall_time(at, ladder.quiet_until, zone)
    return None


def until(due_at: datetime, *, is_first: bool) -> datetime:
    return take_now_until(due_at, due_at + DAY, TRIAL, is_first=is_first)


@pytest.mark.parametrize("is_first", [False, True])
def test_at_every_minute_of_the_day_it_is_told_before_the_window_closes(is_first: bool) -> None:
    for minute in range(24 * 60):
        due_at = moment(date(2026, 3, 4), time(minute // 60, minute % 60), SHANGHAI)
        found = told_at(due_at, SHANGHAI, is_first=is_first)
        assert found is not None
        assert found < until(due_at, is_first=is_first), due_at


@given(
    st.integers(0, 24 * 60 - 1),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.sampled_from(["Asia/Shanghai", "Europe/London", "America/New_York", "Pacific/Auckland"]),
    st.integers(5, 180),
    st.booleans(),
)
def test_that_holds_in_every_zone_on_every_day_and_however_seldom_it_is_tried(
    minute: int, on: date, name: str, every: int, is_first: bool
) -> None:
    zone = ZoneInfo(name)
    due_at = moment(on, time(minute // 60, minute % 60), zone)
    found = told_at(due_at, zone, is_first=is_first, every=timedelta(minutes=every))
    assert found is not None
    assert found < until(due_at, is_first=is_first)


@pytest.mark.parametrize(
    ("after", "next_after", "tells"),
    [
        (timedelta(0), 2 * HOUR, False),
        (6 * HOUR - timedelta(minutes=1), 7 * HOUR, False),
        (6 * HOUR, 7 * HOUR, True),  # half of twelve hours
        (2 * HOUR, 12 * HOUR - timedelta(minutes=1), False),
        (2 * HOUR, 12 * HOUR, True),  # the next one comes as the window closes
        (2 * HOUR, None, True),
        (2 * HOUR, 14 * HOUR + timedelta(minutes=30), True),
    ],
)
def test_a_first_hitch_tells_nobody_half_the_window_does_and_so_does_the_last_try(
    after: timedelta, next_after: timedelta | None, tells: bool
) -> None:
    next_at = None if next_after is None else EIGHT + next_after
    facts = {"due_at": EIGHT, "is_first": False, "at": EIGHT + after, "next_at": next_at}
    assert tells_staff(**facts, zone=SHANGHAI, trial=TRIAL) is tells  # type: ignore[arg-type]


def test_the_first_dose_has_no_cut_off_and_so_a_longer_window() -> None:
    at = EIGHT + 7 * HOUR
    assert not tells_staff(due_at=EIGHT, is_first=True, at=at, next_at=at + HOUR, zone=SHANGHAI, trial=TRIAL)
