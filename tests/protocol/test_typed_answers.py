"""A typed answer is kept as it was meant, or asked for again; an impossible number is never kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.answers import Answer, amount, readable
from protocol.symptoms import Ask
from protocol.typed_answers import TEXT_MAX, AskAgain, tapped_answer, typed_answer
from tests.protocol.sheets import SHEET, TODAY, sensible

TEMPERATURE = SHEET.items["temperature"]
AMOUNT = SHEET.items["transfusion_amount"]
DATE = SHEET.items["transfusion_on"]
TEXT = SHEET.items["other_text"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("38.5", "38.5"),
        ("38", "38.0"),
        ("３８．５", "38.5"),
        ("38,5", "38.5"),
        ("38。5", "38.5"),
        ("38度5", "38.5"),
        ("38度", "38.0"),
        ("38.5度", "38.5"),
        ("38.5 ℃", "38.5"),
        ("38.5°C", "38.5"),
        ("37.95", "38.0"),
    ],
)
def test_a_temperature_is_read(text: str, value: str) -> None:
    assert typed_answer(TEMPERATURE, text, TODAY) == Answer("temperature", value)


@pytest.mark.parametrize("text", ["385", "101", "101.3°F", "3.8", "43.1", "30", "0", "99.5"])
def test_an_implausible_temperature_is_asked_again(text: str) -> None:
    assert typed_answer(TEMPERATURE, text, TODAY) is AskAgain.IMPLAUSIBLE


@pytest.mark.parametrize("text", ["", "有点热", "38.5和39", "nan", "thirty-eight", "37-38"])
def test_what_is_no_temperature_is_asked_again(text: str) -> None:
    assert typed_answer(TEMPERATURE, text, TODAY) is AskAgain.UNREADABLE


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-03-01", "2026-03-01"),
        ("2026年3月1日", "2026-03-01"),
        ("3月1日", "2026-03-01"),
        ("3/1", "2026-03-01"),
        ("昨天", "2026-03-03"),
        ("Today", "2026-03-04"),
    ],
)
def test_a_date_is_read(text: str, value: str) -> None:
    assert typed_answer(DATE, text, TODAY) == Answer("transfusion_on", value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-03-05", AskAgain.IN_THE_FUTURE),
        ("3月20日", AskAgain.IN_THE_FUTURE),
        ("12月30日", AskAgain.TOO_LONG_AGO),
        ("2025-03-01", AskAgain.TOO_LONG_AGO),
        ("2月30日", AskAgain.UNREADABLE),
        ("上周", AskAgain.UNREADABLE),
    ],
)
def test_a_date_that_cannot_be_is_asked_again(text: str, why: AskAgain) -> None:
    assert typed_answer(DATE, text, TODAY) is why


def test_an_amount_keeps_its_unit() -> None:
    kept = typed_answer(AMOUNT, "2", TODAY, unit="cn_u")
    assert kept == Answer("transfusion_amount", "2 cn_u")
    assert isinstance(kept, Answer)
    assert amount(AMOUNT, kept.value) == (2.0, "cn_u")
    assert typed_answer(AMOUNT, "400", TODAY, unit="ml") == Answer("transfusion_amount", "400 ml")
    assert typed_answer(AMOUNT, "2", TODAY) is AskAgain.UNREADABLE
    assert typed_answer(AMOUNT, "9000", TODAY, unit="ml") is AskAgain.IMPLAUSIBLE
    assert typed_answer(AMOUNT, "-2", TODAY, unit="ml") is AskAgain.UNREADABLE


def test_a_text_is_kept_whole_or_not_at_all() -> None:
    assert typed_answer(TEXT, "  膝盖酸 ", TODAY) == Answer("other_text", "膝盖酸")
    assert typed_answer(TEXT, "x" * (TEXT_MAX + 1), TODAY) is AskAgain.TOO_LONG
    assert typed_answer(TEXT, " \n", TODAY) is AskAgain.UNREADABLE


@given(st.sampled_from(sorted(SHEET.items)), st.text(max_size=20), st.sampled_from(["", "ml", "cn_u", "x"]))
def test_whatever_is_typed_is_kept_readable_or_asked_again(key: str, text: str, unit: str) -> None:
    item = SHEET.items[key]
    found = typed_answer(item, text, TODAY, unit=unit)
    assert found in AskAgain if isinstance(found, AskAgain) else readable(item, found)


@given(st.data(), st.sampled_from(sorted(SHEET.items)))
def test_a_tap_that_the_item_could_not_have_sent_is_not_kept(data: st.DataObject, key: str) -> None:
    item = SHEET.items[key]
    value = data.draw(sensible(item))
    assert tapped_answer(item, value) == Answer(key, value)
    if item.ask is not Ask.TEXT:
        assert tapped_answer(item, "<script>") is AskAgain.UNREADABLE
