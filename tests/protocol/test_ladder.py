"""The ladder stays inside its window and out of the night, and a chosen reminder time is kept."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from protocol.ladder import TAKE_NOW, PlannedPrompt, prompts_of
from protocol.moments import moment, within_wall_times
from protocol.terms import PromptKind
from tests.protocol.lives import SHANGHAI, TRIAL, ZONES

ON = date(2026, 3, 2)
QUIET = (TRIAL.ladder.quiet_from, TRIAL.ladder.quiet_until)
CUTOFF = TRIAL.windows.late_cutoff


def ladder(reminder: time = time(8), zone: ZoneInfo = SHANGHAI, on: date = ON, **facts: object) -> list[PlannedPrompt]:
    values: dict[str, object] = {
        "ordinal": 5,
        "due_at": moment(on, reminder, zone),
        "due_on": on,
        "next_due_at": moment(on + timedelta(days=1), reminder, zone),
        "is_first": False,
        "first_is_unknown": False,
        "blocked": False,
        "snoozed_until": None,
        "snoozes": 0,
        "zone": zone,
        "trial": TRIAL,
    }
    return prompts_of(**(values | facts))  # type: ignore[arg-type]


def walls(prompts: list[PlannedPrompt], *kinds: PromptKind) -> list[str]:
    return [f"{one.due_at.astimezone(SHANGHAI):%d %H:%M}" for one in prompts if one.kind in kinds]


def kinds(prompts: list[PlannedPrompt]) -> list[PromptKind]:
    return [one.kind for one in prompts]


def test_a_morning_has_its_reminder_two_repeats_an_evening_and_a_record_question() -> None:
    found = ladder()
    assert walls(found, PromptKind.DOSE_REMINDER) == ["02 08:00"]
    assert walls(found, PromptKind.DOSE_REPEAT) == ["02 08:30", "02 10:00"]
    assert walls(found, PromptKind.DOSE_EVENING) == ["02 20:30"]
    assert walls(found, PromptKind.DOSE_RECORD) == ["03 07:45"]


def test_a_chosen_time_in_the_night_beats_quiet_hours_and_its_repeats_do_not() -> None:
    found = ladder(time(23))
    assert walls(found, PromptKind.DOSE_REMINDER) == ["02 23:00"]
    assert walls(found, PromptKind.DOSE_REPEAT) == []
    assert walls(found, PromptKind.DOSE_RECORD) == ["04 07:00"]


def test_a_time_the_gap_has_moved_into_the_night_does_not_beat_quiet_hours() -> None:
    found = ladder(due_at=moment(ON, time(3), SHANGHAI), at_chosen_time=False)
    assert walls(found, PromptKind.DOSE_REMINDER) == ["02 07:00"]


def test_the_record_question_before_an_early_reminder_follows_it_instead() -> None:
    assert walls(ladder(time(7)), PromptKind.DOSE_RECORD) == ["03 08:00"]


def test_an_evening_taker_is_not_asked_again_right_after_the_reminder() -> None:
    assert PromptKind.DOSE_EVENING not in kinds(ladder(time(19)))


def test_the_first_dose_question_names_no_amount_and_brings_no_reminder() -> None:
    found = ladder(is_first=True, first_is_unknown=True)
    assert set(kinds(found)) == {PromptKind.FIRST_DOSE_QUESTION}
    assert [one.rung for one in found] == [0, 1, 2]


def test_a_blocked_dose_only_sends_to_the_team() -> None:
    assert kinds(ladder(blocked=True)) == [PromptKind.ASK_TEAM]
    assert kinds(ladder(blocked=True, is_first=True, first_is_unknown=True)) == [PromptKind.ASK_TEAM]


def test_a_snooze_replaces_the_repeats_before_it() -> None:
    found = ladder(snoozed_until=moment(ON, time(9), SHANGHAI), snoozes=1)
    assert walls(found, PromptKind.DOSE_SNOOZED) == ["02 09:00"]
    assert walls(found, PromptKind.DOSE_REPEAT) == ["02 10:00"]


def test_a_snooze_beyond_the_window_is_not_sent() -> None:
    assert PromptKind.DOSE_SNOOZED not in kinds(ladder(snoozed_until=moment(ON, time(20), SHANGHAI), snoozes=4))


def test_the_cutoff_does_not_end_the_first_doses_reminder() -> None:
    (first,) = [one for one in ladder(is_first=True) if one.kind is PromptKind.DOSE_REMINDER]
    (other,) = [one for one in ladder() if one.kind is PromptKind.DOSE_REMINDER]
    assert other.expires_at - other.due_at == CUTOFF
    assert first.expires_at - first.due_at == timedelta(days=1) - TRIAL.windows.opens_before


@given(
    st.times(),
    st.sampled_from(ZONES),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.booleans(),
    st.none() | st.integers(1, 1500),
    st.integers(0, 8),
)
def test_every_prompt_lies_in_its_window_and_only_the_chosen_time_in_the_night(
    reminder: time, zone: ZoneInfo, on: date, is_first: bool, snooze_minutes: int | None, moved_hours: int
) -> None:
    reminder = reminder.replace(second=0, microsecond=0)
    due_at: datetime = moment(on, reminder, zone) + timedelta(hours=moved_hours)
    snoozed_until = due_at + timedelta(minutes=snooze_minutes) if snooze_minutes else None
    found = ladder(
        reminder,
        zone,
        on,
        due_at=due_at,
        is_first=is_first,
        snoozed_until=snoozed_until,
        snoozes=1,
        at_chosen_time=moved_hours == 0,
    )
    next_due_at = moment(on + timedelta(days=1), reminder, zone)
    for prompt in found:
        assert due_at <= prompt.due_at < prompt.expires_at
        if prompt.kind in TAKE_NOW | {PromptKind.DOSE_EVENING}:
            assert prompt.expires_at <= next_due_at - TRIAL.windows.opens_before
        if prompt.kind in TAKE_NOW and not is_first:
            assert prompt.expires_at <= due_at + CUTOFF
        chosen = prompt.kind is PromptKind.DOSE_SNOOZED or (prompt.kind is PromptKind.DOSE_REMINDER and not moved_hours)
        assert chosen or not within_wall_times(prompt.due_at, *QUIET, zone)
        if prompt.kind is PromptKind.DOSE_RECORD:
            assert all(prompt.due_at > one.due_at for one in found if one is not prompt)
