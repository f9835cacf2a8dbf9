"""Alert clocks: red runs day and night and reaches further down the list, amber waits for working hours."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.alert_clock import Call, clock_for, next_call, reach_at
from protocol.terms import Level
from tests.protocol.sheets import TRIAL
from tests.protocol.test_duty import HOURS, at

RED = TRIAL.alerts[Level.RED]
AMBER = TRIAL.alerts[Level.AMBER]
NIGHT = at(3, 4, 3)
MINUTE = timedelta(minutes=1)


def test_a_red_alert_is_told_at_once_also_at_night() -> None:
    assert next_call(RED, NIGHT, None, HOURS) == Call(NIGHT, 1)


def test_it_is_told_again_until_somebody_acknowledges_and_then_to_the_next_person() -> None:
    calls = [next_call(RED, NIGHT, None, HOURS)]
    for _ in range(6):
        calls.append(next_call(RED, NIGHT, calls[-1].at, HOURS))
    assert [(call.at - NIGHT) // MINUTE for call in calls] == [0, 5, 10, 15, 20, 25, 30]
    assert [call.reach for call in calls] == [1, 1, 1, 2, 2, 2, 3]


def test_after_an_outage_one_call_is_due_and_no_burst() -> None:
    late = next_call(RED, NIGHT, NIGHT, HOURS)
    assert late.at == NIGHT + 5 * MINUTE
    woken = NIGHT + timedelta(hours=2)
    assert next_call(RED, NIGHT, woken, HOURS) == Call(woken + 5 * MINUTE, 9)


@pytest.mark.parametrize(
    ("opened", "told"),
    [
        (at(3, 4, 10), at(3, 4, 10)),
        (at(3, 4, 20), at(3, 5, 8)),
        (at(3, 6, 20), at(3, 9, 8)),  # Friday evening: Monday morning
        (at(2, 13, 20), at(2, 14, 8)),  # Friday evening before a worked Saturday
        (at(2, 14, 20), at(2, 24, 8)),  # over the Spring Festival
    ],
)
def test_amber_waits_for_staffed_hours(opened: datetime, told: datetime) -> None:
    assert next_call(AMBER, opened, None, HOURS) == Call(told, 1)


def test_amber_is_told_again_in_staffed_time_and_to_the_next_person_after_a_working_day() -> None:
    opened = at(3, 4, 15)
    again = next_call(AMBER, opened, opened, HOURS)
    assert again == Call(at(3, 5, 9), 1)
    assert reach_at(AMBER, opened, at(3, 5, 14, 59), HOURS) == 1
    assert reach_at(AMBER, opened, at(3, 5, 15), HOURS) == 2


def test_what_pages_runs_by_the_red_clock_and_a_task_by_none() -> None:
    assert clock_for(TRIAL.alerts, Level.AMBER, paged=False) is AMBER
    assert clock_for(TRIAL.alerts, Level.AMBER, paged=True) is RED
    assert clock_for(TRIAL.alerts, Level.TASK, paged=False) is None


@given(st.integers(0, 40_000), st.integers(0, 40_000), st.sampled_from([RED, AMBER]))
def test_there_is_always_a_next_call_and_never_in_the_past(opened: int, waited: int, clock: object) -> None:
    used = RED if clock is RED else AMBER
    start = at(1, 1, 0) + opened * MINUTE
    last = start + waited * MINUTE
    call = next_call(used, start, last, HOURS)
    assert call.at >= last + used.repeat_every
    assert call.reach >= 1
    assert next_call(used, start, call.at, HOURS).reach >= call.reach
    if used.always:
        assert call.at == last + used.repeat_every
