"""The late-dose table stands at its boundaries: nobody is sent to a second dose, nobody loses a first one."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.protocol_file import load_trial
from protocol.ladder import take_now_until
from protocol.late import late_advice
from protocol.screens import LateAdvice

TRIAL = load_trial(None)
DUE = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
NEXT = DUE + timedelta(days=1)
MOMENT = timedelta(microseconds=1)


def advice(after: timedelta, *, is_first: bool) -> LateAdvice:
    until = take_now_until(DUE, NEXT, TRIAL, is_first=is_first)
    return late_advice(DUE + after, DUE, until, is_first=is_first)


def test_an_ordinary_dose_may_be_taken_until_the_cutoff() -> None:
    cutoff = TRIAL.windows.late_cutoff
    assert advice(timedelta(0), is_first=False) is LateAdvice.STILL_TAKE
    assert advice(cutoff - MOMENT, is_first=False) is LateAdvice.STILL_TAKE
    assert advice(cutoff, is_first=False) is LateAdvice.TOO_LATE


def test_the_first_dose_may_be_taken_until_the_next_one_opens() -> None:
    opens = timedelta(days=1) - TRIAL.windows.opens_before
    assert advice(TRIAL.windows.late_cutoff, is_first=True) is LateAdvice.STILL_TAKE
    assert advice(opens - MOMENT, is_first=True) is LateAdvice.STILL_TAKE
    assert advice(opens, is_first=True) is LateAdvice.TOO_LATE


@given(st.timedeltas(timedelta(hours=-4), timedelta(days=4)), st.timedeltas(timedelta(0), timedelta(days=4)))
def test_once_too_late_stays_too_late_and_an_ordinary_dose_ends_within_its_day(
    after: timedelta, until: timedelta
) -> None:
    found = late_advice(DUE + after, DUE, DUE + until, is_first=False)
    later = late_advice(DUE + after + timedelta(hours=1), DUE, DUE + until, is_first=False)
    assert (found, later) != (LateAdvice.TOO_LATE, LateAdvice.STILL_TAKE)
    assert found is LateAdvice.TOO_LATE or after < timedelta(days=1)
