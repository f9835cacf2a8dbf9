"""A day as far as it is known is kept as it was typed, and put before another one only where that is certain."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.partial_day import PartialDay, PartialDayError, surely_before

read = PartialDay.read
written = st.dates(date(1900, 1, 1), date(2199, 12, 31)).flatmap(
    lambda day: st.sampled_from([f"{day:%Y}", f"{day:%Y-%m}", str(day)])
)


@given(written)
def test_what_was_typed_stands_as_typed_and_holds_its_first_and_its_last_day(text: str) -> None:
    day = read(text)
    assert str(day) == text
    assert str(day.first).startswith(text)
    assert str(day.last).startswith(text)
    assert day.first <= day.last


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-03-02", date(2026, 3, 2), date(2026, 3, 2)),
    ],
)
def test_the_first_and_the_last_day_that_it_can_be(text: str, first: date, last: date) -> None:
    assert (read(text).first, read(text).last) == (first, last)


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026-3", "2026-13", "2026-00", "2026-03-00",
     "2026-02-30", "2026-03-", "20260302", "２０２６", "0202", "2200",
     " 2026", "2026\n", "2026-03-02T08"],
)  # fmt: skip
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(PartialDayError):
        read(text)


@given(written, written)
def test_one_is_before_another_only_where_each_of_its_days_is(one: str, other: str) -> None:
    first, second = read(one), read(other)
    assert surely_before(first, second) == (first.last < second.first)
    assert not (surely_before(first, second) and surely_before(second, first))
    assert not surely_before(first, first)
    if one.startswith(other):
        assert not surely_before(first, second), "a day of that very month or year"
