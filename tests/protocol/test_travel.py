"""On a journey no dose is lost or doubled: safe distances on either clock, across the date line and a clock change."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.moments import local_date, local_time, within_wall_times
from protocol.plan import PlannedDose
from protocol.terms import DoseState, PromptKind, TravelClock
from protocol.travel import Clocks, Journey, JourneyError, clocks_agree, journey_of, overlapping
from tests.protocol.lives import LONDON, SHANGHAI, TRIAL, ZONES, Life, daily, gaps

GAP = TRIAL.windows.minimum_gap
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
AUCKLAND = ZoneInfo("Pacific/Auckland")
JUNE_3, JUNE_10 = date(2026, 6, 3), date(2026, 6, 10)


def away(zone: ZoneInfo, clock: TravelClock, home: ZoneInfo = SHANGHAI, until: date = JUNE_10) -> Journey:
    return journey_of(zone, home, clock, JUNE_3, until)


def through(journey: Journey, *, home: ZoneInfo = SHANGHAI, at_time: time = time(8)) -> list[PlannedDose]:
    """The doses from three days before the journey to three days after it."""
    life = Life(journey.starts_at - 3 * DAY, zone=home, reminder_time=at_time, journeys=(journey,))
    return list(life.planned(life.starts_at, journey.ends_at + 3 * DAY).doses)


def walls(doses: list[PlannedDose], *zones: ZoneInfo) -> list[str]:
    return [f"{dose.nominal_at.astimezone(zone):%d %H:%M}" for dose, zone in zip(doses, zones, strict=True)]


@pytest.mark.parametrize("zone", [LONDON, LOS_ANGELES, AUCKLAND], ids=str)
def test_by_the_clock_of_home_nothing_moves(zone: ZoneInfo) -> None:
    doses = through(away(zone, TravelClock.HOME))
    assert {local_time(dose.nominal_at, SHANGHAI) for dose in doses} == {time(8)}
    assert set(gaps([dose.nominal_at for dose in doses])) == {DAY}
    assert {dose.zone for dose in doses} == {SHANGHAI}


def test_by_the_local_clock_the_dose_is_at_the_usual_time_there_and_at_home_again_afterwards() -> None:
    journey = away(LONDON, TravelClock.LOCAL)
    doses = through(journey)
    there = [dose for dose in doses if dose.zone == LONDON]
    assert [dose.due_on for dose in there] == [JUNE_3 + DAY * step for step in range(8)]
    assert {local_time(dose.nominal_at, LONDON) for dose in there} == {time(8)}
    assert {local_time(dose.nominal_at, SHANGHAI) for dose in doses if dose.zone == SHANGHAI} == {time(8)}
    assert [gap / HOUR for gap in gaps([dose.nominal_at for dose in doses]) if gap != DAY] == [31, 17]
    assert [dose.ordinal for dose in doses] == list(range(1, len(doses) + 1))


def test_over_the_date_line_one_date_may_have_two_doses_and_another_none_at_safe_distances() -> None:
    doses = through(away(LOS_ANGELES, TravelClock.LOCAL))
    moved = [(a.due_on, b.due_on, (b.nominal_at - a.nominal_at) / HOUR) for a, b in pairwise(doses)]
    assert [item for item in moved if item[2] != 24] == [
        (JUNE_3, JUNE_3, 15),  # 08:00 in Shanghai, and 08:00 in Los Angeles on the same date
        (JUNE_10, JUNE_10 + 2 * DAY, 33),  # home again: the next morning would come too soon
    ]


def test_a_change_of_clocks_never_leaves_more_than_a_day_and_the_gap_without_a_dose() -> None:
    """The local evening comes after the end of the journey, and home's after the local one: home's counts early."""
    for hour in range(24):
        doses = through(away(LOS_ANGELES, TravelClock.LOCAL), at_time=time(hour))
        assert all(GAP <= gap <= DAY + GAP for gap in gaps([dose.nominal_at for dose in doses])), hour


def life_ends(life: Life) -> datetime:
    return life.journeys[0].ends_at if life.journeys else life.starts_at


FROM = st.dates(date(2026, 1, 10), date(2026, 12, 20))
WALL = st.times().map(lambda found: found.replace(second=0, microsecond=0))


@given(
    home=st.sampled_from(ZONES),
    zone=st.sampled_from(ZONES),
    clock=st.sampled_from(list(TravelClock)),
    from_on=FROM,
    nights=st.integers(0, 20),
    reminder=WALL,
    told_before=st.integers(-20 * 24, 20 * 24),
    ends_early=st.one_of(st.none(), st.integers(0, 20 * 24)),
)
@settings(max_examples=300, deadline=None)
def test_on_any_journey_told_whenever_doses_keep_their_distance_and_plans_their_word(
    *,
    home: ZoneInfo,
    zone: ZoneInfo,
    clock: TravelClock,
    from_on: date,
    nights: int,
    reminder: time,
    told_before: int,
    ends_early: int | None,
) -> None:
    try:
        journey = journey_of(zone, home, clock, from_on, from_on + nights * DAY)
    except JourneyError:
        return
    told_at = journey.starts_at + told_before * HOUR
    at = min(journey.starts_at, told_at) - 3 * DAY
    life = Life(at, zone=home, reminder_time=reminder)
    over = max(journey.ends_at, told_at) + 3 * DAY
    stop = None if ends_early is None else max(told_at, journey.starts_at) + ends_early * HOUR
    promised: dict[int, datetime] = {}
    while at < over:
        known = life.journeys
        if at >= told_at and not known:
            life.journeys = (journey,)
        if stop is not None and stop <= at < life_ends(life):
            life.journeys = (Journey(zone, clock, journey.starts_at, at),)
        found = life.store(at)
        for dose in found.doses:
            if dose.nominal_at <= at and life.journeys == known:
                assert promised.get(dose.ordinal, dose.nominal_at) == dose.nominal_at  # what was due stays
            promised[dose.ordinal] = dose.nominal_at
        life.settle_silence(at)
        at += 5 * HOUR
    times = [dose.nominal_at for _, dose in sorted(life.doses.items())]
    assert sorted(life.doses) == list(range(1, len(times) + 1))
    assert all(GAP <= gap <= DAY + GAP + HOUR for gap in gaps(times))  # an hour: a clock that changes meanwhile


def test_a_repeat_never_rings_in_the_night_where_they_are_although_the_doses_keep_the_clock_of_home() -> None:
    journey = away(LONDON, TravelClock.HOME)
    life = Life(journey.starts_at - DAY, zone=SHANGHAI, journeys=(journey,))
    life.take(1, life.store(life.starts_at).doses[0].due_at)
    at = journey.starts_at + 2 * DAY
    life.store(at - 5 * DAY, at)
    for ordinal in list(life.doses):
        life.settle(ordinal, DoseState.TAKEN)
    prompts = life.planned(at).prompts
    ladder = TRIAL.ladder
    rings = [one for one in prompts if one.kind is not PromptKind.DOSE_REMINDER]
    assert rings
    assert not [one for one in rings if within_wall_times(one.due_at, ladder.quiet_from, ladder.quiet_until, LONDON)]
    assert {local_time(one.due_at, SHANGHAI) for one in prompts if one.kind is PromptKind.DOSE_REMINDER} == {time(8)}


def test_the_question_of_the_evening_comes_in_the_evening_where_they_are() -> None:
    journey = away(LOS_ANGELES, TravelClock.HOME)
    life = Life(journey.starts_at - DAY, zone=SHANGHAI, journeys=(journey,))
    life.take(1, life.store(life.starts_at).doses[0].due_at)
    prompts = life.planned(journey.starts_at + DAY, journey.starts_at + 4 * DAY).prompts
    evenings = [one for one in prompts if one.kind is PromptKind.DOSE_EVENING]
    assert evenings
    assert {local_time(one.due_at, LOS_ANGELES) for one in evenings} == {TRIAL.ladder.evening_time}


def test_every_other_day_keeps_a_day_between_on_a_journey() -> None:
    journey = away(LOS_ANGELES, TravelClock.LOCAL)
    life = Life(journey.starts_at - 4 * DAY, orders=(daily(every_days=2),), journeys=(journey,))
    doses = life.planned(life.starts_at, journey.ends_at + 4 * DAY).doses
    assert all(DAY + GAP <= gap <= 3 * DAY for gap in gaps([dose.nominal_at for dose in doses]))


def test_where_they_are_and_whose_clock_counts_are_two_questions() -> None:
    journey = away(LONDON, TravelClock.HOME)
    clocks = Clocks(SHANGHAI, (journey,))
    inside, before = journey.starts_at, journey.starts_at - timedelta.resolution
    assert (clocks.where(inside), clocks.of_doses(inside)) == (LONDON, SHANGHAI)
    assert (clocks.where(before), clocks.where(journey.ends_at)) == (SHANGHAI, SHANGHAI)
    assert clocks.changes_after(before) == journey.starts_at
    assert clocks.changes_after(inside) == journey.ends_at
    assert clocks.changes_after(journey.ends_at) is None


def test_a_journey_lasts_from_its_first_midnight_there_to_the_midnight_at_home_after_its_last_day() -> None:
    journey = away(LONDON, TravelClock.LOCAL)
    assert local_date(journey.starts_at, LONDON) == JUNE_3
    assert local_time(journey.starts_at, LONDON) == time(0)
    assert local_date(journey.ends_at, SHANGHAI) == JUNE_10 + DAY
    assert local_time(journey.ends_at, SHANGHAI) == time(0)


@pytest.mark.parametrize(
    ("from_on", "until_on", "why"),
    [
        (JUNE_10, JUNE_3, "turn them round"),
        (JUNE_3, JUNE_3 + timedelta(days=180), "longer than 180 days"),
    ],
)
def test_days_that_make_no_journey_are_refused_with_the_remedy(from_on: date, until_on: date, why: str) -> None:
    with pytest.raises(JourneyError, match=why):
        journey_of(LONDON, SHANGHAI, TravelClock.LOCAL, from_on, until_on)


def test_a_day_that_is_over_at_home_before_it_begins_there_is_refused() -> None:
    with pytest.raises(JourneyError, match="give another day"):
        journey_of(ZoneInfo("Pacific/Pago_Pago"), ZoneInfo("Pacific/Kiritimati"), TravelClock.LOCAL, JUNE_3, JUNE_3)


def test_two_journeys_at_once_are_seen() -> None:
    first, second = away(LONDON, TravelClock.HOME), away(LOS_ANGELES, TravelClock.HOME)
    assert overlapping(second, [first]) == first
    later = journey_of(LONDON, SHANGHAI, TravelClock.HOME, JUNE_10 + 2 * DAY, JUNE_10 + 3 * DAY)
    assert overlapping(later, [first]) is None


def test_where_both_walls_show_the_same_there_is_nothing_to_choose() -> None:
    assert clocks_agree(away(ZoneInfo("Asia/Singapore"), TravelClock.LOCAL), SHANGHAI)
    assert not clocks_agree(away(LONDON, TravelClock.LOCAL), SHANGHAI)
    march = journey_of(LONDON, ZoneInfo("Africa/Abidjan"), TravelClock.LOCAL, date(2026, 3, 20), date(2026, 4, 2))
    assert not clocks_agree(march, ZoneInfo("Africa/Abidjan"))  # the clocks change there meanwhile
