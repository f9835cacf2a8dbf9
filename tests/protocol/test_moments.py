"""Wall times become the right moments, through every kind of clock change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from protocol.moments import first_wall_time, local_date, local_time, moment, wall_date, within_wall_times
from tests.protocol.lives import LONDON, ZONES, utc

zones = st.sampled_from(ZONES)
walls = st.times(timezones=st.none()).map(lambda wall: wall.replace(second=0, microsecond=0))
days = st.dates(date(2010, 1, 1), date(2030, 12, 31))
moments = st.datetimes(
    datetime(2010, 1, 1),  # noqa: DTZ001  hypothesis wants its bounds naive
    datetime(2030, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def test_a_time_in_the_london_gap_is_shifted_forward_and_in_the_fold_is_the_first() -> None:
    assert moment(date(2026, 3, 29), time(1, 30), LONDON) == utc(2026, 3, 29, 1, 30)
    assert local_time(utc(2026, 3, 29, 1, 30), LONDON) == time(2, 30)
    assert moment(date(2026, 10, 25), time(1, 30), LONDON) == utc(2026, 10, 25, 0, 30)


def test_lord_howe_moves_its_clock_by_half_an_hour() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    before, after = (moment(date(2026, 10, day), time(8), zone) for day in (3, 4))
    assert after - before == timedelta(hours=23, minutes=30)


def test_midnight_that_santiago_skips_belongs_to_its_own_day() -> None:
    zone = ZoneInfo("America/Santiago")
    found = moment(date(2026, 9, 6), time(0, 0), zone)
    assert local_time(found, zone) == time(1, 0)
    assert wall_date(found, time(0, 0), zone) == date(2026, 9, 6)


def test_a_time_that_pyongyang_shifted_past_midnight_keeps_its_date() -> None:
    zone = ZoneInfo("Asia/Pyongyang")
    found = moment(date(2018, 5, 4), time(23, 45), zone)
    assert local_date(found, zone) == date(2018, 5, 5)
    assert wall_date(found, time(23, 45), zone) == date(2018, 5, 4)


def test_a_day_that_apia_skipped_has_no_moment_of_its_own() -> None:
    zone = ZoneInfo("Pacific/Apia")
    thursday = moment(date(2011, 12, 29), time(8), zone)
    following = first_wall_time(thursday, time(8), zone)
    assert following - thursday == timedelta(days=1)
    assert wall_date(following, time(8), zone) == date(2011, 12, 31)


@given(moments, walls, zones)
def test_the_first_wall_time_is_later_and_within_a_day_and_a_bit(after: datetime, wall: time, zone: ZoneInfo) -> None:
    found = first_wall_time(after, wall, zone)
    assert after < found <= after + timedelta(hours=26)
    assert moment(wall_date(found, wall, zone), wall, zone) == found


@given(days, walls, zones)
def test_a_moment_shows_its_wall_time_unless_a_gap_swallowed_it(on: date, wall: time, zone: ZoneInfo) -> None:
    found = moment(on, wall, zone)
    if local_time(found, zone) != wall:
        assert local_time(found, zone) > wall or local_date(found, zone) > on
        assert found.astimezone(zone).utcoffset() != (found - timedelta(days=1)).astimezone(zone).utcoffset()


@given(moments, walls, walls, zones)
def test_every_moment_is_within_a_span_or_within_the_rest_of_the_day(
    at: datetime, start: time, end: time, zone: ZoneInfo
) -> None:
    if start != end:
        assert within_wall_times(at, start, end, zone) != within_wall_times(at, end, start, zone)
