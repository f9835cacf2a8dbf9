"""The trough day: blood first, then the dose; nothing else is withheld, and a forgotten draw lets the dose go."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.draw_day import DrawDay, wait_of
from protocol.ladder import OF_ITS_DAY, TAKE_NOW, PlannedPrompt
from protocol.moments import moment
from protocol.plan import plan
from protocol.terms import PromptKind
from tests.protocol.lives import SHANGHAI, TRIAL, ZONES, Life
from tests.protocol.test_ladder import ladder, walls

ON = date(2026, 3, 2)
RULES = TRIAL.draw_day


def draw_day(
    reminder: time = time(8), zone: ZoneInfo = SHANGHAI, on: date = ON, *, drawn: time | None = None, **facts: object
) -> list[PlannedPrompt]:
    """The ladder of a dose on a day of a draw."""
    draw = DrawDay("visit", on, drawn_at=None if drawn is None else moment(on, drawn, zone))
    is_first = bool(facts.get("is_first", False))
    wait = wait_of(
        due_at=moment(on, reminder, zone), due_on=on, is_first=is_first, draws=[draw], zone=zone, rules=RULES
    )
    return ladder(reminder, zone, on, **facts, wait=wait)


def test_the_reminder_gives_way_to_the_wait_text_and_comes_when_the_draw_was_forgotten() -> None:
    found = draw_day()
    assert walls(found, PromptKind.DRAW_NOTICE) == ["01 19:00"]
    assert walls(found, PromptKind.DRAW_WAIT) == ["02 08:00"]
    assert walls(found, PromptKind.DOSE_REMINDER) == ["02 12:00"]
    assert walls(found, PromptKind.DOSE_REPEAT) == ["02 12:30", "02 14:00"]
    assert walls(found, PromptKind.DOSE_EVENING) == ["02 20:30"]
    assert walls(found, PromptKind.DOSE_RECORD) == ["03 07:45"]


def test_blood_taken_brings_the_reminder_at_once() -> None:
    found = draw_day(drawn=time(9, 10))
    assert walls(found, PromptKind.DOSE_REMINDER) == ["02 09:10"]
    assert walls(found, PromptKind.DOSE_REPEAT) == ["02 09:40", "02 11:10"]


def test_blood_taken_before_the_usual_time_changes_nothing_about_it() -> None:
    found = draw_day(drawn=time(7, 20))
    assert walls(found, PromptKind.DRAW_WAIT) == []
    assert walls(found, PromptKind.DOSE_REMINDER) == ["02 08:00"]


def test_who_does_not_take_it_in_the_morning_is_not_told_to_wait() -> None:
    for reminder in (time(0), time(3, 59), time(12), time(20)):
        assert draw_day(reminder) == ladder(reminder)


def test_the_first_dose_of_all_waits_for_no_level() -> None:
    assert draw_day(is_first=True) == ladder(is_first=True)


def test_only_the_day_of_the_draw_waits() -> None:
    """No dose due before the draw day is ever withheld, and none after it."""
    for day in (-2, -1, 1, 2):
        on = ON + timedelta(days=day)
        due_at = moment(on, time(8), SHANGHAI)
        draws = [DrawDay("visit", ON)]
        assert wait_of(due_at=due_at, due_on=on, is_first=False, draws=draws, zone=SHANGHAI, rules=RULES) is None


def test_blood_of_another_day_releases_nothing() -> None:
    draw = DrawDay("visit", ON, drawn_at=moment(ON - timedelta(days=1), time(9), SHANGHAI))
    due_at = moment(ON, time(8), SHANGHAI)
    wait = wait_of(due_at=due_at, due_on=ON, is_first=False, draws=[draw], zone=SHANGHAI, rules=RULES)
    assert wait is not None
    assert wait.until == moment(ON, RULES.release_time, SHANGHAI)


def test_a_snooze_from_before_the_draw_does_not_bring_the_dose_forward() -> None:
    found = draw_day(snoozed_until=moment(ON, time(8, 30), SHANGHAI), snoozes=1)
    assert walls(found, *TAKE_NOW) == ["02 12:00", "02 12:30", "02 14:00"]


@given(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.times(time(0), time(23, 59)).map(lambda wall: wall.replace(second=0, microsecond=0)),
    st.one_of(st.none(), st.times(time(5), time(18)).map(lambda wall: wall.replace(second=0, microsecond=0))),
    st.sampled_from(ZONES),
)
def test_nothing_asks_for_the_dose_before_blood_is_taken_or_the_hour_of_release(
    on: date, reminder: time, drawn: time | None, zone: ZoneInfo
) -> None:
    release_at = moment(on, RULES.release_time, zone)
    drawn_at = release_at if drawn is None else moment(on, drawn, zone)
    due_at = moment(on, reminder, zone)
    prompts = draw_day(reminder, zone, on, drawn=drawn)
    if moment(on, RULES.morning_from, zone) <= due_at < release_at:
        first_at: datetime = max(due_at, min(drawn_at, release_at))
        asked = [prompt.due_at for prompt in prompts if prompt.kind in OF_ITS_DAY]
        assert min(asked, default=None) == first_at, "asked then, and not given up"
        told = [prompt for prompt in prompts if prompt.kind in (PromptKind.DRAW_NOTICE, PromptKind.DRAW_WAIT)]
        assert all(prompt.expires_at <= max(first_at, due_at) for prompt in told)
    else:
        assert prompts == ladder(reminder, zone, on)


@settings(max_examples=25)
@given(
    st.lists(st.integers(1, 365), max_size=12, unique=True),
    st.times(time(4), time(21)).map(lambda wall: wall.replace(second=0, microsecond=0)),
    st.sampled_from(ZONES),
)
def test_in_a_planned_year_each_draw_day_waits_and_no_other_day_goes_without(
    days: list[int], reminder: time, zone: ZoneInfo
) -> None:
    """The plan itself, day by day: a forgotten draw each time, and never a dose lost or asked for too early."""
    start = date(2026, 1, 1)
    draws = tuple(DrawDay(str(day), start + timedelta(days=day)) for day in days)
    life = Life(moment(start, time(0), zone), zone, reminder)
    life.store(moment(start, time(0), zone))
    life.take(1, life.doses[1].due_at)
    for day in range(1, 366):
        on = start + timedelta(days=day)
        at = moment(on, time(0), zone)
        found = plan(replace(life.facts(), draws=draws), TRIAL, at=at, until=at + timedelta(hours=23))
        release_at = moment(on, RULES.release_time, zone)
        for dose in (one for one in found.doses if one.due_on == on):
            asked = [one.due_at for one in found.prompts if one.ordinal == dose.ordinal and one.kind in TAKE_NOW]
            assert asked, f"{on} goes without"
            waits = any(one.on == on for one in draws) and dose.due_at < release_at
            assert min(asked) == (release_at if waits else dose.due_at)
        life.store(at, at + timedelta(hours=23))
        for ordinal in [one.ordinal for one in found.doses if one.due_on == on]:
            life.take(ordinal, life.doses[ordinal].due_at)
