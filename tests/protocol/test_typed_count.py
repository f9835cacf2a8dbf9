"""A typed count is a number and nothing more; what says more than that goes its own way."""

import pytest

from protocol.typed_count import typed_count


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("28", 28), (" 28 ", 28), ("２８", 28), ("28片", 28), ("28 片。", 28), ("还剩28片", 28), ("剩下 9 片", 9),
        ("0", 0), ("28 tablets", 28), ("28 tablets left", 28), ("I have 28", 28), ("一片也没有了", 0), ("None", 0),
        ("400", 400),
    ],
)  # fmt: skip
def test_a_number_is_read(text: str, units: int) -> None:
    assert typed_count(text) == units


MORE = (
    "",
    "吃了2片",
    "2片吃了",
    "8:30",
    "8点",
    "28.5",
    "-3",
    "1000",
    "二十多片",
    "28片还是29片",
    "28?",
    "no 28",
    "28 mg",
)


@pytest.mark.parametrize("text", MORE)
def test_what_says_more_is_no_count(text: str) -> None:
    assert typed_count(text) is None
