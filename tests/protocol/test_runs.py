"""Runs call a human at the right day, and the system's own gaps never count."""

from hypothesis import given
from hypothesis import strategies as st

from models.protocol_file import load_trial
from protocol.runs import run_alerts
from protocol.terms import AlertKind, DoseState

RUNS = load_trial(None).runs
TAKEN, NOT_TAKEN, SILENT = DoseState.TAKEN, DoseState.NOT_TAKEN, DoseState.UNREPORTED
NOT_ASKED, HELD, OPEN = DoseState.NOT_ASKED, DoseState.HELD, DoseState.OPEN


def alerts(*states: DoseState) -> set[AlertKind]:
    return set(run_alerts(states, RUNS))


def test_two_days_not_taken_call_staff_and_seven_block() -> None:
    assert alerts(TAKEN, NOT_TAKEN) == set()
    assert alerts(TAKEN, NOT_TAKEN, NOT_TAKEN) == {AlertKind.DOSES_NOT_TAKEN}
    assert alerts(*[NOT_TAKEN] * 6) == {AlertKind.DOSES_NOT_TAKEN}
    assert alerts(*[NOT_TAKEN] * 7) == {AlertKind.DOSES_NOT_TAKEN, AlertKind.SEVEN_NOT_TAKEN}


def test_three_silent_days_call_staff_and_seven_call_again_without_a_block() -> None:
    assert alerts(SILENT, SILENT) == set()
    assert alerts(SILENT, SILENT, SILENT) == {AlertKind.DOSES_UNREPORTED}
    assert alerts(*[SILENT] * 7) == {AlertKind.DOSES_UNREPORTED, AlertKind.SEVEN_UNREPORTED}


def test_a_dose_taken_even_partly_breaks_the_run() -> None:
    assert alerts(NOT_TAKEN, TAKEN, NOT_TAKEN) == set()
    assert alerts(NOT_TAKEN, DoseState.TAKEN_PARTLY, NOT_TAKEN) == set()


def test_silence_and_not_taken_are_two_runs() -> None:
    assert alerts(NOT_TAKEN, SILENT, NOT_TAKEN) == set()


def test_days_held_or_not_asked_neither_count_nor_break() -> None:
    assert alerts(NOT_TAKEN, HELD, NOT_ASKED, NOT_TAKEN) == {AlertKind.DOSES_NOT_TAKEN}
    assert alerts(NOT_TAKEN, HELD, NOT_ASKED) == set()


def test_an_open_dose_is_waited_for_and_an_older_one_ends_the_look() -> None:
    assert alerts(NOT_TAKEN, NOT_TAKEN, OPEN) == {AlertKind.DOSES_NOT_TAKEN}
    assert alerts(NOT_TAKEN, OPEN, NOT_TAKEN) == set()


def test_nothing_calls_nobody() -> None:
    assert alerts() == alerts(OPEN) == alerts(HELD, NOT_ASKED) == set()


@given(st.lists(st.sampled_from(DoseState)), st.data())
def test_the_systems_gaps_change_nothing_wherever_they_fall(states: list[DoseState], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(states)))
    gap = data.draw(st.sampled_from((HELD, NOT_ASKED)))
    if all(state is OPEN for state in states[at:]):
        return  # beyond the newest settled dose
    assert alerts(*states[:at], gap, *states[at:]) == alerts(*states)


@given(st.lists(st.sampled_from(DoseState)))
def test_after_a_dose_taken_nobody_is_called(states: list[DoseState]) -> None:
    assert alerts(*states, TAKEN) == set()
