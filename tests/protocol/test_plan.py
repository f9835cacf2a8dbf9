"""The plan keeps one dose a day, safe gaps and the first dose's rules, through clock changes, travel and orders."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.orders import DoseOrder
from protocol.plan import PlannedDose, plan
from protocol.terms import DoseState, OrderKind, PromptKind
from tests.protocol.lives import LONDON, SHANGHAI, TRIAL, ZONES, Life, daily, gaps, utc

GAP = TRIAL.windows.minimum_gap
START = utc(2026, 3, 1, 12)
MORNING = time(8)


def wall(zone: ZoneInfo, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=zone)  # type: ignore[misc,arg-type]


def ahead(life: Life, at: datetime, days: int) -> list[PlannedDose]:
    return list(life.planned(at, at + timedelta(days=days)).doses)


def states_of(life: Life) -> dict[int, DoseState]:
    return {ordinal: dose.state for ordinal, dose in life.doses.items()}


def started(zone: ZoneInfo = SHANGHAI, **facts: object) -> Life:
    """The first dose was taken on time, on 2 March; today is that day."""
    life = Life(wall(zone, 2026, 3, 1, 20), zone=zone, **facts)  # type: ignore[arg-type]
    life.store(life.starts_at)
    life.take(1, life.doses[1].due_at)
    return life


# --- the calendar -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("reminder", [time(0, 0), time(0, 30), time(1, 30), time(2, 15), MORNING, time(23, 30)])
@pytest.mark.parametrize("from_on", [date(2026, 3, 1), date(2026, 8, 25), date(2026, 9, 25), date(2026, 3, 25)])
def test_every_wall_day_has_exactly_one_dose(zone: ZoneInfo, reminder: time, from_on: date) -> None:
    life = Life(datetime.combine(from_on, time(12), tzinfo=zone), zone=zone, reminder_time=reminder)
    doses = ahead(life, life.starts_at, 45)
    days = [dose.due_on for dose in doses]
    assert [dose.ordinal for dose in doses] == list(range(1, len(doses) + 1))
    assert days == [days[0] + timedelta(days=step) for step in range(len(days))]
    assert len(days) in (44, 45, 46)
    assert all(gap >= timedelta(hours=22) for gap in gaps([dose.due_at for dose in doses]))


def test_a_london_morning_stays_eight_oclock_through_march_and_october() -> None:
    for from_on in (date(2026, 3, 27), date(2026, 10, 23)):
        life = Life(datetime.combine(from_on, time(12), tzinfo=LONDON), zone=LONDON)
        assert {dose.due_at.astimezone(LONDON).time() for dose in ahead(life, life.starts_at, 5)} == {MORNING}


def test_nothing_is_due_at_the_start_or_before() -> None:
    life = Life(wall(SHANGHAI, 2026, 3, 2, 8))
    assert ahead(life, life.starts_at, 3)[0].due_on == date(2026, 3, 3)


def test_a_traveller_across_the_date_line_keeps_the_gap_and_the_ordinals() -> None:
    auckland, honolulu = ZoneInfo("Pacific/Auckland"), ZoneInfo("Pacific/Honolulu")
    for home, away in ((auckland, honolulu), (honolulu, auckland)):
        life = started(home)
        life.zone = away
        doses = ahead(life, life.doses[1].due_at + timedelta(hours=1), 5)
        moments = [life.doses[1].due_at, *(dose.due_at for dose in doses)]
        assert [dose.ordinal for dose in doses] == list(range(2, len(doses) + 2))
        assert all(GAP <= gap < GAP + timedelta(days=1) for gap in gaps(moments))
        assert {dose.due_at.astimezone(away).time() for dose in doses} == {MORNING}


def test_a_reminder_moved_exactly_to_the_minimum_gap_loses_no_dose() -> None:
    life = started(reminder_time=time(20))
    life.reminder_time = MORNING
    following = ahead(life, wall(SHANGHAI, 2026, 3, 3, 10), 2)[0]
    assert following.due_at - life.doses[1].due_at == GAP


def test_a_reminder_moved_from_morning_to_evening_brings_no_second_dose_that_day() -> None:
    life = started()
    life.reminder_time = time(20, 30)
    following = ahead(life, wall(SHANGHAI, 2026, 3, 2, 9), 3)
    assert [dose.due_on for dose in following] == [date(2026, 3, 3), date(2026, 3, 4)]


# --- the first dose ---------------------------------------------------------------------------------------------------


def test_every_dose_is_the_first_until_one_is_taken_whatever_the_date() -> None:
    life = Life(START)
    assert {dose.dose_mg for dose in ahead(life, START, 20)} == {2.0}
    life.store(START, START + timedelta(days=5))
    life.settle(1, DoseState.NOT_TAKEN)
    life.settle(2, DoseState.UNREPORTED)
    life.take(3, life.doses[3].due_at)
    assert {dose.dose_mg for dose in ahead(life, life.doses[3].due_at, 9) if dose.ordinal > 3} == {1.0}


def test_taking_the_first_dose_back_makes_the_next_one_the_first_again() -> None:
    life = started()
    life.doses[1] = replace(life.doses[1], state=DoseState.NOT_TAKEN, taken_at=None)
    following = next(dose for dose in ahead(life, life.doses[1].due_at + timedelta(hours=1), 2) if dose.ordinal == 2)
    assert following.is_first
    assert (following.dose_mg, following.units) == (2.0, 2)


def test_a_first_dose_taken_late_keeps_the_gap_to_the_second() -> None:
    life = started()
    taken_at = life.doses[1].due_at + timedelta(hours=18)
    life.take(1, taken_at)
    second, third = (dose for dose in ahead(life, taken_at, 3) if dose.ordinal in (2, 3))
    assert second.due_at == taken_at + GAP
    assert second.nominal_at == life.doses[1].due_at + timedelta(days=1)
    assert third.due_at == third.nominal_at


def test_a_dose_moved_by_the_gap_moves_the_one_after_it_while_it_is_open() -> None:
    life = started()
    life.take(1, life.doses[1].due_at + timedelta(hours=19, minutes=30))
    at = life.doses[1].due_at + timedelta(hours=26)
    life.store(at)
    life.reminder_time = time(1)
    second, third = ahead(life, at, 1)[:2]
    assert third.nominal_at == second.nominal_at + timedelta(hours=17)
    assert third.due_at == second.due_at + GAP


def test_something_taken_after_a_doses_own_cutoff_does_not_move_it() -> None:
    life = started()
    life.store(life.doses[1].due_at)
    nominal_at = life.doses[2].nominal_at
    facts = replace(life.facts(), last_taken_at=nominal_at + TRIAL.windows.late_cutoff)
    found = plan(facts, TRIAL, at=nominal_at + timedelta(hours=13), until=nominal_at + timedelta(days=2))
    assert {dose.due_at for dose in found.doses if dose.ordinal == 2} == {nominal_at}


def test_a_dose_moved_into_the_night_waits_for_the_morning_to_be_asked_about() -> None:
    life = started(reminder_time=time(20))
    life.take(1, life.doses[1].due_at + timedelta(hours=19))
    reminder = next(one for one in life.planned(life.doses[1].taken_at or START).prompts if one.ordinal == 2)
    assert reminder.kind is PromptKind.DOSE_REMINDER
    assert reminder.due_at.astimezone(SHANGHAI).time() == TRIAL.ladder.quiet_until


@pytest.mark.parametrize("state", [DoseState.OPEN, DoseState.UNREPORTED, DoseState.NOT_ASKED])
@pytest.mark.parametrize("hours", [24, 30, 37, 40])
def test_no_amount_is_named_while_the_first_dose_is_unknown(state: DoseState, hours: int) -> None:
    life = Life(START)
    life.store(START)
    at = life.doses[1].due_at + timedelta(hours=hours)
    life.store(at)
    life.settle(1, state)
    kinds = {prompt.kind for prompt in life.planned(at).prompts if prompt.ordinal == 2}
    assert kinds == {PromptKind.FIRST_DOSE_QUESTION}


def test_a_first_dose_said_not_taken_brings_the_full_first_dose_the_next_day() -> None:
    life = Life(START)
    life.store(START)
    life.settle(1, DoseState.NOT_TAKEN)
    found = life.planned(life.doses[1].due_at + timedelta(days=1))
    assert PromptKind.DOSE_REMINDER in {prompt.kind for prompt in found.prompts if prompt.ordinal == 2}
    assert next(dose for dose in found.doses if dose.ordinal == 2).units == 2


def test_a_hold_between_does_not_hide_an_unknown_first_dose() -> None:
    life = Life(START, orders=(daily(), DoseOrder(2, OrderKind.HOLD, date(2026, 3, 3), until_on=date(2026, 3, 4))))
    life.store(START, START + timedelta(days=5))
    life.settle(1, DoseState.UNREPORTED)
    at = life.doses[4].due_at
    assert [life.doses[ordinal].state for ordinal in (2, 3)] == [DoseState.HELD, DoseState.HELD]
    kinds = {prompt.kind for prompt in life.planned(at).prompts if prompt.ordinal == 4}
    assert kinds == {PromptKind.FIRST_DOSE_QUESTION}


# --- orders -----------------------------------------------------------------------------------------------------------


def test_a_hold_gives_held_rows_and_no_prompts() -> None:
    life = started(orders=(daily(), DoseOrder(2, OrderKind.HOLD, date(2026, 3, 3), until_on=date(2026, 3, 5))))
    found = life.planned(life.doses[1].due_at, life.doses[1].due_at + timedelta(days=5))
    states = {dose.due_on.day: dose.state for dose in found.doses}
    assert [states[day] for day in (3, 4, 5, 6)] == [DoseState.HELD] * 3 + [DoseState.OPEN]
    held = {dose.ordinal for dose in found.doses if dose.state is DoseState.HELD}
    assert not held & {prompt.ordinal for prompt in found.prompts}


def test_a_hold_from_today_silences_todays_open_dose_and_lifting_it_in_time_opens_it_again() -> None:
    life = started()
    life.store(life.doses[1].due_at)
    at = life.doses[2].due_at + timedelta(hours=2)
    life.orders = (daily(), DoseOrder(2, OrderKind.HOLD, life.doses[2].due_on))
    assert 2 not in {prompt.ordinal for prompt in life.store(at).prompts}
    assert states_of(life)[2] is DoseState.HELD
    life.orders = (*life.orders, DoseOrder(3, OrderKind.RESUME, life.doses[2].due_on))
    assert 2 not in {dose.ordinal for dose in life.planned(at + timedelta(hours=12)).doses}
    assert 2 in {prompt.ordinal for prompt in life.store(at + timedelta(hours=1)).prompts}
    assert states_of(life)[2] is DoseState.OPEN


def test_a_discontinuation_ends_the_plan_and_todays_prompts() -> None:
    life = started()
    life.store(life.doses[1].due_at)
    at = life.doses[2].due_at + timedelta(hours=2)
    life.orders = (daily(), DoseOrder(2, OrderKind.DISCONTINUE, life.doses[2].due_on))
    found = life.planned(at)
    assert (found.doses, found.prompts, found.ends) == ((), (), True)


def test_a_discontinuation_to_come_does_not_end_the_plan_yet() -> None:
    life = started(orders=(daily(), DoseOrder(2, OrderKind.DISCONTINUE, date(2026, 3, 9))))
    found = life.planned(life.doses[1].due_at)
    assert not found.ends
    assert ahead(life, life.doses[1].due_at, 30)[-1].due_on == date(2026, 3, 8)


@pytest.mark.parametrize("pause_days", [5, 700])
def test_a_new_order_after_a_discontinuation_starts_again_on_its_date(pause_days: int) -> None:
    again_on = date(2026, 3, 9) + timedelta(days=pause_days)
    stop = DoseOrder(2, OrderKind.DISCONTINUE, date(2026, 3, 9))
    life = started(orders=(daily(), stop, daily(1, again_on, version=3)))
    doses = ahead(life, life.doses[1].due_at, pause_days + 20)
    assert again_on in {dose.due_on for dose in doses}
    assert not [dose for dose in doses if stop.from_on <= dose.due_on < again_on]
    assert [dose.ordinal for dose in doses] == list(range(2, len(doses) + 2))


def test_every_other_day_leaves_a_day_between_through_a_clock_change() -> None:
    life = Life(wall(LONDON, 2026, 3, 20, 12), zone=LONDON, orders=(daily(every_days=2),))
    days = [dose.due_on for dose in ahead(life, life.starts_at, 20)]
    assert {later - earlier for earlier, later in pairwise(days)} == {timedelta(days=2)}


def test_the_date_of_a_new_pattern_is_a_dose_day() -> None:
    for before, after in ((2, 1), (1, 2), (3, 2)):
        new_on = date(2026, 3, 11)
        life = Life(START, orders=(daily(every_days=before), daily(2, new_on, version=2, every_days=after)))
        days = [dose.due_on for dose in ahead(life, START, 20)]
        assert new_on in days
        assert new_on + timedelta(days=after) in days


def test_an_order_that_starts_later_is_planned_from_its_date() -> None:
    life = Life(START, orders=(daily(from_on=date(2027, 9, 1)),))
    assert ahead(life, START, 30) == []
    assert not life.planned(START).ends
    assert ahead(life, START, 600)[0].due_on == date(2027, 9, 1)


# --- prompts ----------------------------------------------------------------------------------------------------------


def test_yesterdays_open_dose_is_asked_about_before_todays_reminder_also_when_today_is_already_taken() -> None:
    life = started()
    life.store(life.doses[1].due_at)
    at = life.doses[3].nominal_at - timedelta(hours=3)
    life.store(at)
    life.take(3, at)
    record = next(one for one in life.planned(at).prompts if (one.ordinal, one.kind) == (2, PromptKind.DOSE_RECORD))
    assert record.due_at == life.doses[3].due_at - TRIAL.ladder.record_lead


def test_a_later_dose_taken_early_moves_no_older_one() -> None:
    life = started()
    life.store(life.doses[1].due_at)
    life.zone = ZoneInfo("America/New_York")
    at = life.doses[2].nominal_at
    life.store(at)
    nominal_at = life.doses[2].nominal_at
    life.take(3, life.doses[3].nominal_at - timedelta(hours=4))
    standing = next(dose for dose in life.planned(life.doses[3].taken_at or at).doses if dose.ordinal == 2)
    assert standing.due_at == nominal_at


def test_a_blocked_participant_is_only_sent_to_the_team() -> None:
    life = started(blocked=True)
    assert {prompt.kind for prompt in life.planned(life.doses[1].due_at).prompts} == {PromptKind.ASK_TEAM}


def test_nobody_without_a_chat_is_prompted() -> None:
    assert Life(START, prompted=False).planned(START).prompts == ()


# --- any life ---------------------------------------------------------------------------------------------------------

steps = st.tuples(
    st.integers(1, 30),  # hours until something happens
    st.sampled_from(["take", "take", "take", "late", "not taken", "nothing", "zone", "reminder"]),
    st.sampled_from(ZONES),
    st.times().map(lambda found: found.replace(minute=found.minute // 30 * 30, second=0, microsecond=0)),
)


def live(life: Life, at: datetime, what: str, zone: ZoneInfo, reminder: time) -> None:
    """One thing happens; a dose is taken only where the guard would not ask."""
    if what == "zone":
        life.zone = zone
    elif what == "reminder":
        life.reminder_time = reminder
    open_doses = [dose for dose in life.doses.values() if dose.state is DoseState.OPEN]
    opened = [dose for dose in open_doses if dose.due_at - TRIAL.windows.opens_before <= at]
    if not opened:
        return
    newest = max(opened, key=lambda dose: dose.ordinal)
    taken = [dose.taken_at for dose in life.doses.values() if dose.taken_at]
    if what in ("take", "late") and newest.due_at <= at and (not taken or at - max(taken) >= GAP):
        life.take(newest.ordinal, at)
    elif what == "not taken":
        life.settle(newest.ordinal, DoseState.NOT_TAKEN)


@settings(max_examples=150)
@given(st.lists(steps, min_size=1, max_size=40), st.sampled_from(ZONES))
def test_in_any_life_doses_keep_their_distance_and_plans_their_word(
    happenings: list[tuple[int, str, ZoneInfo, time]], home: ZoneInfo
) -> None:
    at = utc(2026, 3, 20, 12)
    life = Life(at, zone=home)
    for hours, what, zone, reminder in happenings:
        at += timedelta(hours=hours)
        life.settle_silence(at)
        found = life.store(at)
        assert life.planned(at) == found
        assert sorted(life.doses) == list(range(1, len(life.doses) + 1))
        open_ones = [dose for dose in found.doses if dose.state is DoseState.OPEN]
        in_a_row = [(a, b) for a, b in pairwise(open_ones) if b.ordinal == a.ordinal + 1]
        assert all(later.due_at - earlier.due_at >= GAP for earlier, later in in_a_row)
        walls = {dose.nominal_at.astimezone(life.zone).date() for dose in found.doses if dose.nominal_at > at}
        assert len(walls) == sum(dose.nominal_at > at for dose in found.doses)
        taken = [dose.taken_at for dose in life.doses.values() if dose.taken_at]
        assert all(dose.due_at - max(taken) >= GAP for dose in found.doses if taken and dose.nominal_at > max(taken))
        first = min((dose.ordinal for dose in life.doses.values() if dose.taken_at), default=None)
        assert all(dose.dose_mg == (2.0 if first is None or dose.ordinal <= first else 1.0) for dose in found.doses)
        assert all(prompt.due_at < prompt.expires_at for prompt in found.prompts)
        assert len({(one.ordinal, one.kind, one.rung) for one in found.prompts}) == len(found.prompts)
        live(life, at, what, zone, reminder)
