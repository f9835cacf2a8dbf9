"""What is said of a visit comes at the right time of the participant's wall, and speaks of no other day."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.protocol_file import BUILT_IN, ProtocolFileError, trial_from
from protocol.draw_day import gives_morning_trough
from protocol.moments import local_date, within_wall_times
from protocol.terms import PromptKind
from protocol.visit_prompts import ABOUT_A_VISIT, VisitSlot, prompt_key, visit_and_slot, visit_prompts
from tests.protocol.lives import SHANGHAI, TRIAL, ZONES

THURSDAY = date(2026, 3, 5)
RULES = TRIAL.visit_prompts
TEXT = BUILT_IN.read_text(encoding="utf-8")


def walls(slot: VisitSlot, zone: ZoneInfo = SHANGHAI) -> dict[PromptKind, str]:
    found = visit_prompts(slot, zone, RULES)
    return {
        one.kind: f"{one.due_at.astimezone(zone):%d %H:%M} - {one.expires_at.astimezone(zone):%d %H:%M}"
        for one in found
    }


def test_a_week_before_the_day_before_that_morning_and_whether_they_came() -> None:
    assert walls(VisitSlot(THURSDAY, time(9))) == {
        PromptKind.VISIT_WEEK: "26 10:30 - 04 17:00",
        PromptKind.VISIT_EVE: "04 17:00 - 05 00:00",
        PromptKind.VISIT_DAY: "05 07:30 - 05 09:00",
        PromptKind.VISIT_ASKED: "05 18:00 - 08 00:00",
    }


def test_nobody_is_told_of_this_morning_after_the_visit_began() -> None:
    assert PromptKind.VISIT_DAY not in walls(VisitSlot(THURSDAY, time(7, 30)))
    assert walls(VisitSlot(THURSDAY))[PromptKind.VISIT_DAY] == "05 07:30 - 06 00:00"


def test_a_late_visit_is_asked_about_after_it() -> None:
    assert walls(VisitSlot(THURSDAY, time(17)))[PromptKind.VISIT_ASKED].startswith("05 19:00")


@given(
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.sampled_from(ZONES),
)
def test_each_message_comes_on_its_own_day_and_outside_quiet_hours(on: date, at: time | None, zone: ZoneInfo) -> None:
    days = {PromptKind.VISIT_WEEK: -7, PromptKind.VISIT_EVE: -1, PromptKind.VISIT_DAY: 0}
    for one in visit_prompts(VisitSlot(on, at), zone, RULES):
        assert one.due_at < one.expires_at
        if one.kind not in days:
            continue
        sent = (one.due_at, one.expires_at - timedelta(microseconds=1))
        if one.kind is not PromptKind.VISIT_WEEK:
            assert {local_date(moment, zone) for moment in sent} <= {on + timedelta(days=days[one.kind])}
        assert not within_wall_times(one.due_at, TRIAL.ladder.quiet_from, TRIAL.ladder.quiet_until, zone)


@given(st.dates(date(2026, 1, 1)), st.none() | st.times(), st.sampled_from(sorted(ABOUT_A_VISIT)))
def test_the_key_of_a_message_names_the_visit_and_the_day_it_was_planned_for(
    on: date, at: time | None, kind: PromptKind
) -> None:
    slot = VisitSlot(on, at)
    assert visit_and_slot(prompt_key("01J", slot, kind)) == ("01J", slot.written())
    assert visit_and_slot(prompt_key("01J", slot, kind, version=3)) == ("01J", slot.written())
    moved = VisitSlot(on - timedelta(days=1), at)
    assert prompt_key("01J", moved, kind) != prompt_key("01J", slot, kind)


def test_who_takes_it_at_noon_or_in_the_evening_gives_no_morning_trough() -> None:
    assert gives_morning_trough(time(8), TRIAL.draw_day)
    assert not gives_morning_trough(time(12), TRIAL.draw_day)
    assert not gives_morning_trough(time(20), TRIAL.draw_day)
    assert not gives_morning_trough(time(0, 30), TRIAL.draw_day)


# --- the protocol file ----------------------------------------------------------------------------------------------


def problems(old: str, new: str) -> str:
    assert old in TEXT
    with pytest.raises(ProtocolFileError) as told:
        trial_from(TEXT.replace(old, new, 1))
    return " ".join(f"{one.place} {one.message} {one.remedy}" for one in told.value.problems)


def test_a_window_may_be_longer_on_one_side() -> None:
    trial = trial_from(TEXT.replace('window = "3 days"', 'window_before = "2 days"\nwindow_after = "5 days"', 1))
    (week_2,) = [one for one in trial.visits if one.key == "w2"]
    assert (week_2.before, week_2.after) == (timedelta(days=2), timedelta(days=5))
    assert "given twice" in problems('window = "3 days"', 'window = "3 days"\nwindow_after = "5 days"')


def test_what_is_done_at_a_visit_says_whether_the_dose_waits_and_whether_to_come_fasting() -> None:
    by_key = {one.key: one for one in TRIAL.visits}
    assert (by_key["w2"].draw, by_key["w2"].fasting) == (True, False)
    assert (by_key["m3"].draw, by_key["m3"].fasting) == (True, True)
    assert (by_key["m24"].draw, by_key["m24"].fasting) == (False, True)
    assert 'no procedure "lavel"' in problems('"level"', '"lavel"')


def test_a_message_in_quiet_hours_is_refused_by_the_file() -> None:
    assert "quiet hours" in problems('day_time = "07:30"', 'day_time = "06:30"')
    assert "days before" in problems('week_before = "7 days"', 'week_before = "12 h"')


def test_every_value_of_it_is_a_proposal() -> None:
    unconfirmed = set(TRIAL.unconfirmed())
    assert {"visit_prompts.day_time", "visits.w2", "procedures.level"} <= unconfirmed
    assert datetime(2026, 3, 4, 23, 30, tzinfo=UTC) == next(
        one.due_at for one in visit_prompts(VisitSlot(THURSDAY), SHANGHAI, RULES) if one.kind is PromptKind.VISIT_DAY
    )
