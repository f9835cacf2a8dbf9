"""Dates and times as people write them, in either language, on the reader's own wall."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.text import Voice
from protocol.terms import Language

FANG = Voice(Language.ZH, "Asia/Shanghai")
EMMA = Voice(Language.EN, "Europe/London")
AT = datetime(2026, 11, 23, 0, 5, tzinfo=UTC)


def test_a_moment_is_written_as_people_write_it() -> None:
    assert FANG.moment(AT) == "11月23日（周一）08:05"
    assert EMMA.moment(AT) == "Monday 23 November, 00:05"
    assert EMMA.short_moment(AT) == "Mon 23 Nov, 00:05"
    assert FANG.month(date(2026, 11, 1)) == "2026年11月"
    assert EMMA.month(date(2026, 11, 1)) == "November 2026"


def test_a_moment_falls_on_the_readers_own_day() -> None:
    """Summer time in London, and a date line away."""
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert EMMA.moment(late) == "Wednesday 1 July, 00:30"
    assert Voice(Language.EN, "America/New_York").moment(late) == "Tuesday 30 June, 19:30"


def test_a_clock_change_moves_the_time_and_not_the_moment() -> None:
    before, after = datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert [EMMA.clock(at) for at in (before, after)] == ["00:30", "02:30"]


@pytest.mark.parametrize(
    ("wall", "chinese", "english"),
    [
        (time(8), "早上8:00", "8:00 in the morning"),
        (time(9, 30), "上午9:30", "9:30 in the morning"),
        (time(12), "中午12:00", "12:00 at noon"),
        (time(14, 15), "下午14:15", "14:15 in the afternoon"),
        (time(20, 30), "晚上20:30", "20:30 in the evening"),
        (time(0, 5), "凌晨0:05", "0:05 at night"),
    ],
)
def test_a_time_is_spoken_with_its_part_of_the_day(wall: time, chinese: str, english: str) -> None:
    assert (FANG.spoken(wall), EMMA.spoken(wall)) == (chinese, english)


@given(st.times(), st.sampled_from(Language))
def test_every_time_keeps_its_24_hours(wall: time, language: Language) -> None:
    voice = Voice(language, "UTC")
    assert f"{wall.hour}:{wall.minute:02d}" in voice.spoken(wall)
    assert voice.clock(wall) == f"{wall.hour:02d}:{wall.minute:02d}"


@given(st.dates(date(2024, 1, 1), date(2040, 12, 31)), st.sampled_from(Language))
def test_no_date_on_a_button_is_long(on: date, language: Language) -> None:
    voice = Voice(language, "UTC")
    at = datetime(on.year, on.month, on.day, 20, 30, tzinfo=UTC)
    assert len(voice.short_moment(at)) <= 20
    assert str(on.day) in voice.day(on)


def test_numbers_have_their_plural() -> None:
    said = [EMMA.count("%(count)d tablet", "%(count)d tablets", number) for number in (1, 2)]
    assert said == ["1 tablet", "2 tablets"]
    assert FANG.count("%(count)d tablet", "%(count)d tablets", 2) == "2片"


def test_what_nobody_translated_is_said_in_english() -> None:
    assert FANG.say("Nobody has written %(what)s", what="this") == "Nobody has written this"
