"""Silence and a wrong number become a call before the first new dose; a right number never does."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.read_back import ReadBack, ReadBackFacts, call_due_at, read_back_state, silence_ends_at
from tests.protocol.lives import utc

LEAD = timedelta(hours=12)
ASKED_AT, FIRST_DOSE_AT = utc(2026, 3, 2, 9), utc(2026, 3, 5)
ASKED = ReadBackFacts(units=2, asked_at=ASKED_AT, first_dose_at=FIRST_DOSE_AT)
RIGHT = replace(ASKED, answered_units=2, answered_at=utc(2026, 3, 2, 10))
WRONG = replace(RIGHT, answered_units=1)
minutes = st.integers(-10_000, 100_000).map(lambda count: timedelta(minutes=count))


def test_silence_is_a_call_the_lead_before_the_first_new_dose() -> None:
    assert call_due_at(ASKED, lead=LEAD) == utc(2026, 3, 4, 12)
    assert read_back_state(ASKED, utc(2026, 3, 4, 11, 59), lead=LEAD) is ReadBack.ASKED
    assert read_back_state(ASKED, utc(2026, 3, 4, 12), lead=LEAD) is ReadBack.SILENT


def test_a_wrong_number_is_a_call_at_once_and_a_right_one_none() -> None:
    assert call_due_at(WRONG, lead=LEAD) == WRONG.answered_at
    assert read_back_state(WRONG, FIRST_DOSE_AT, lead=LEAD) is ReadBack.WRONG
    assert call_due_at(RIGHT, lead=LEAD) is None
    assert read_back_state(RIGHT, FIRST_DOSE_AT, lead=LEAD) is ReadBack.RIGHT


@pytest.mark.parametrize("units", [0, 1, 3, 22])
def test_any_other_number_is_wrong(units: int) -> None:
    assert read_back_state(replace(RIGHT, answered_units=units), ASKED_AT, lead=LEAD) is ReadBack.WRONG


def test_a_short_notice_leaves_half_of_the_time_for_the_answer() -> None:
    tonight = replace(ASKED, first_dose_at=ASKED_AT + timedelta(hours=6))
    assert call_due_at(tonight, lead=LEAD) == ASKED_AT + timedelta(hours=3)


def test_a_question_no_earlier_than_the_dose_is_a_call_at_once() -> None:
    assert call_due_at(replace(ASKED, first_dose_at=ASKED_AT), lead=LEAD) == ASKED_AT


@pytest.mark.parametrize("lead", [timedelta(0), timedelta(hours=-1)])
def test_a_call_that_would_come_with_the_dose_is_refused(lead: timedelta) -> None:
    with pytest.raises(ValueError, match="before the first new dose"):
        silence_ends_at(ASKED, lead=lead)


@given(minutes, st.integers(1, 5000).map(lambda count: timedelta(minutes=count)))
def test_the_call_about_silence_comes_before_the_dose_and_never_before_the_question(
    left: timedelta, lead: timedelta
) -> None:
    facts = replace(ASKED, first_dose_at=ASKED_AT + left)
    due_at = silence_ends_at(facts, lead=lead)
    assert due_at >= ASKED_AT
    if left > timedelta(0):
        assert due_at < facts.first_dose_at
        assert read_back_state(facts, due_at, lead=lead) is ReadBack.SILENT
