"""The clocks of alerts: by level and staffed hours, to the next person, over outages, and on paper where no chat is."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from actions.alerts import LEVELS, acknowledge, open_alert
from actions.duty import Line, add_line, end_line, lines_of, set_day
from actions.facts import locked_participant, participant_by_code
from actions.safety import act_on
from actions.safety_events import SafetyEventError, judge, move_awareness
from models.alert import Alert, AlertCall
from models.safety_event import SafetyEvent
from models.session import Change
from models.site import Site, Staff
from protocol.alert_clock import clock_for
from protocol.awareness import AwarenessNotMovedError
from protocol.duty import ShiftDays
from protocol.terms import AlertKind, CallState, Level, Verdict
from protocol.triage import triage_of_text
from tests.stories.colleagues import Colleague, colleague
from tests.stories.stage import OPERATOR, Stage

MINUTE = timedelta(minutes=1)
FRIDAY = date(2026, 3, 6)
HERE = ZoneInfo("Asia/Shanghai")


def wall(on: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(on, time(hour, minute), HERE).astimezone(UTC)


async def opened(stage: Stage, kind: AlertKind, level: Level, *, paged: bool = False) -> str:
    async with stage.system.store.change(at=stage.clock.now(), actor=OPERATOR) as change:
        participant = await participant_by_code(change, "017")
        return (await open_alert(change, kind, participant, level=level, paged=paged)).id


async def calls(stage: Stage, alert_id: str) -> list[AlertCall]:
    async with stage.system.store.read() as session:
        rows = await session.scalars(select(AlertCall).where(AlertCall.alert_id == alert_id))
        return sorted(rows, key=lambda row: (row.at, row.place or 0))


async def rung(stage: Stage, alert_id: str, name: str = "li") -> int:
    """How often this person's phone rang for it; the phone has that many messages with the code at least."""
    return sum(call.link_id is not None and call.name == name for call in await calls(stage, alert_id))


def told(one: Colleague) -> int:
    return sum("017" in message.text for message in one.messages())


async def on_site(stage: Stage, work: str, *given: object) -> None:
    async with stage.system.store.change(at=stage.clock.now(), actor=OPERATOR) as change:
        site = await change.session.get_one(Site, "PUMCH")
        if work == "line":
            await add_line(change, site, given[0], given[1] if len(given) > 1 else None)  # type: ignore[arg-type]
        else:
            await set_day(change, site, given[0], working=bool(given[1]))  # type: ignore[arg-type]


async def test_an_amber_matter_of_friday_evening_waits_for_monday_and_not_through_the_weekend(stage: Stage) -> None:
    await stage.at_home()
    li = await colleague(stage, "li", 5001)
    await stage.until(wall(FRIDAY, 17, 30))
    alert = await opened(stage, AlertKind.DOSES_NOT_TAKEN, Level.AMBER)
    await stage.until(wall(FRIDAY + timedelta(days=3), 7, 59))
    assert await calls(stage, alert) == []
    before = told(li)
    await stage.until(wall(FRIDAY + timedelta(days=3), 8, 1))
    assert await rung(stage, alert) == 1
    assert told(li) > before
    assert {call.state for call in await calls(stage, alert) if call.link_id} == {CallState.DELIVERED}


async def test_a_weekend_day_that_the_site_works_is_a_staffed_day(stage: Stage) -> None:
    """The site's own word beats the calendar: Saturday, 7 March, is worked."""
    await stage.at_home()
    await colleague(stage, "li", 5001)
    await on_site(stage, "day", date(2026, 3, 7), True)
    await stage.until(wall(FRIDAY, 17, 30))
    alert = await opened(stage, AlertKind.STOP_ASKED, Level.AMBER)
    await stage.until(wall(date(2026, 3, 7), 8, 1))
    assert await rung(stage, alert) == 1


@pytest.mark.parametrize(
    ("from_on", "silent_on", "rings_on"),
    [
        (date(2026, 4, 3), date(2026, 4, 6), date(2026, 4, 7)),  # Tomb-Sweeping Day is made up for on a Monday
        (date(2026, 5, 8), date(2026, 5, 8), date(2026, 5, 9)),  # a Saturday worked for Labour Day
    ],
)
async def test_public_holidays_and_the_days_worked_instead_are_those_of_china(
    tmp_path: Path, from_on: date, silent_on: date, rings_on: date
) -> None:
    stage = await Stage.open("sqlite", tmp_path, wall(from_on, 17, 30))
    try:
        await stage.enrol("017")
        await colleague(stage, "li", 5001)
        alert = await opened(stage, AlertKind.STOP_ASKED, Level.AMBER)
        await stage.until(wall(silent_on, 23, 0))
        assert await rung(stage, alert) == 0
        await stage.until(wall(rings_on, 8, 1))
        assert await rung(stage, alert) == 1
    finally:
        await stage.close()


async def test_a_red_matter_rings_at_night_and_then_at_the_next_person(stage: Stage) -> None:
    await stage.at_home()
    _li, _han = await colleague(stage, "li", 5001), await colleague(stage, "han", 5002)
    await stage.until(wall(FRIDAY, 22, 0))
    alert = await opened(stage, AlertKind.DOUBLE_DOSE, Level.RED)
    await stage.until(stage.clock.now() + MINUTE)
    assert (await rung(stage, alert), await rung(stage, alert, "han")) == (1, 0)
    await stage.until(stage.clock.now() + 5 * MINUTE)
    assert await rung(stage, alert) == 2
    await stage.until(stage.clock.now() + 10 * MINUTE)
    assert await rung(stage, alert, "han") >= 1, "nobody has acknowledged it for a quarter of an hour"
    assert max(call.reach for call in await calls(stage, alert)) == 2


async def test_whoever_has_no_chat_stands_in_the_record_to_be_phoned_once(stage: Stage) -> None:
    """The list has a second line; no chat is linked at all: nothing is sent, and nobody is forgotten."""
    await stage.at_home()
    line = Line(2, "Zhao", "010-69150002", time(0), time(0), ShiftDays.EVERY)
    await on_site(stage, "line", line)
    alert = await opened(stage, AlertKind.DOUBLE_DOSE, Level.RED)
    await stage.until(stage.clock.now() + MINUTE)
    assert [(call.name, call.state) for call in await calls(stage, alert)] == [("研究团队", CallState.TO_PHONE)]
    await stage.until(stage.clock.now() + 20 * MINUTE)
    assert [call.name for call in await calls(stage, alert)] == ["研究团队", "Zhao"]
    await stage.until(stage.clock.now() + timedelta(hours=3))
    assert len(await calls(stage, alert)) == 2


async def test_after_an_outage_there_is_one_call_and_no_burst(stage: Stage) -> None:
    await stage.at_home()
    await colleague(stage, "li", 5001)
    alert = await opened(stage, AlertKind.DOUBLE_DOSE, Level.RED)
    await stage.until(stage.clock.now() + MINUTE)
    before = await rung(stage, alert)
    await stage.stop()
    await stage.start(stage.clock.now() + timedelta(hours=6))
    await stage.settle()
    assert await rung(stage, alert) == before + 1


async def test_a_call_that_a_dying_process_had_begun_is_unknown_and_the_clock_goes_on(stage: Stage) -> None:
    await stage.at_home()
    li = await colleague(stage, "li", 5001)
    before = told(li)
    alert = await opened(stage, AlertKind.DOUBLE_DOSE, Level.RED)
    await stage.dies(stage.until(stage.clock.now() + MINUTE), after="sendMessage")
    assert told(li) == before + 1
    await stage.start(stage.clock.now() + MINUTE)
    await stage.until(stage.clock.now() + 6 * MINUTE)
    states = [call.state for call in await calls(stage, alert) if call.link_id]
    assert states == [CallState.UNKNOWN, CallState.DELIVERED]


async def test_an_acknowledged_matter_that_becomes_worse_rings_again(stage: Stage) -> None:
    await stage.at_home()
    await colleague(stage, "li", 5001)
    alert = await opened(stage, AlertKind.WORDS, Level.AMBER)
    await stage.until(stage.clock.now() + MINUTE)
    async with stage.system.store.change(at=stage.clock.now(), actor=OPERATOR) as change:
        await acknowledge(change, alert, "li")
    count = await rung(stage, alert)
    await opened(stage, AlertKind.WORDS, Level.AMBER)
    await stage.until(stage.clock.now() + timedelta(minutes=30))
    assert await rung(stage, alert) == count, "the same again is counted, and no news"
    await opened(stage, AlertKind.WORDS, Level.RED)
    await stage.until(stage.clock.now() + MINUTE)
    assert await rung(stage, alert) == count + 1
    found = next(row for row in await stage.alerts() if row.id == alert)
    assert (found.times, found.level, found.acknowledged_at) == (3, Level.RED, None)


async def test_a_paged_matter_runs_by_the_red_clock_and_reaches_the_investigator_at_once(stage: Stage) -> None:
    await stage.at_home()
    han = await colleague(stage, "han", 5002)
    await stage.until(wall(FRIDAY, 22, 0))
    before = told(han)
    alert = await opened(stage, AlertKind.SYMPTOM, Level.AMBER, paged=True)
    await stage.until(stage.clock.now() + MINUTE)
    assert await rung(stage, alert, "han") == 1
    assert told(han) > before


async def possible_sae(stage: Stage) -> SafetyEvent:
    """Words of an admission, as a participant writes them."""
    async with stage.system.store.change(at=stage.clock.now(), actor=OPERATOR) as change:
        trial = stage.system.trial
        person = await locked_participant(change, (await participant_by_code(change, "017")).id)
        await act_on(change, person, trial, triage_of_text("我昨天住院了", trial).reasons, kind=AlertKind.WORDS)
    return await event_of(stage)


async def event_of(stage: Stage) -> SafetyEvent:
    async with stage.system.store.read() as session:
        return (await session.scalars(select(SafetyEvent))).one()


async def investigator(change: Change) -> Staff:
    return (await change.session.scalars(select(Staff).where(Staff.name == "han"))).one()


async def test_a_delivery_is_no_awareness_and_the_first_look_is(stage: Stage) -> None:
    await stage.at_home()
    await colleague(stage, "li", 5001)
    event = await possible_sae(stage)
    await stage.until(stage.clock.now() + MINUTE)
    event = await event_of(stage)
    assert event.delivered_at is not None
    assert (event.opened_at, event.aware_at, event.verdict) == (None, None, Verdict.OPEN)
    at = stage.clock.now() + 10 * MINUTE
    async with stage.system.store.change(at=at, actor=OPERATOR) as change:
        await acknowledge(change, event.alert_id, "li")
    event = await event_of(stage)
    assert (event.opened_at, event.aware_at) == (at, at)


async def test_awareness_moves_earlier_at_will_and_later_only_with_a_reason(stage: Stage) -> None:
    await stage.at_home()
    event = await possible_sae(stage)
    at = stage.clock.now() + 10 * MINUTE
    async with stage.system.store.change(at=at, actor=OPERATOR) as change:
        await acknowledge(change, event.alert_id, "li")
    for to_at, reason, stands in ((at - MINUTE, "", at - MINUTE), (at, "", None), (at, "told then", at)):
        async with stage.system.store.change(at=at + MINUTE, actor=OPERATOR) as change:
            row = await change.session.get_one(SafetyEvent, event.id)
            han = await investigator(change)
            if stands is None:
                with pytest.raises(AwarenessNotMovedError):
                    await move_awareness(change, row, to_at, han, reason)
            else:
                assert (await move_awareness(change, row, to_at, han, reason)).aware_at == stands


async def test_only_an_investigator_judges_and_says_why(stage: Stage) -> None:
    await stage.at_home()
    event = await possible_sae(stage)
    async with stage.system.store.change(at=stage.clock.now(), actor=OPERATOR) as change:
        row = await change.session.get_one(SafetyEvent, event.id)
        li = (await change.session.scalars(select(Staff).where(Staff.name == "li"))).one()
        han = await investigator(change)
        for staff, reason in ((li, "seen"), (han, " ")):
            with pytest.raises(SafetyEventError):
                await judge(change, row, Verdict.CONFIRMED, staff, reason)
        judged = await judge(change, row, Verdict.CONFIRMED, han, "admitted with fever")
        assert (judged.verdict, judged.verdict_by, judged.aware_at) == (Verdict.CONFIRMED, "han", stage.clock.now())


async def test_where_hours_ahead_become_uncovered_staff_are_told_once(stage: Stage) -> None:
    await stage.at_home()
    async with stage.system.store.change(at=stage.clock.now(), actor=OPERATOR) as change:
        (line,) = await lines_of(change.session, "PUMCH")
        await end_line(change, line)
    await stage.until(stage.clock.now() + timedelta(hours=5))
    async with stage.system.store.read() as session:
        found = list(await session.scalars(select(Alert).where(Alert.kind == AlertKind.NOBODY_ON_CALL)))
    assert [(row.site_code, row.times) for row in found] == [("PUMCH", 1)]


def test_every_alert_of_a_dose_has_a_clock(stage: Stage) -> None:
    clocks = stage.system.trial.alerts
    doses = (AlertKind.DOUBLE_DOSE, AlertKind.DOSES_NOT_TAKEN, AlertKind.DOSES_UNREPORTED, AlertKind.SEVEN_NOT_TAKEN)
    more = (AlertKind.SEVEN_UNREPORTED, AlertKind.UNREACHABLE, AlertKind.VOMITED_DOSE, AlertKind.FIRST_DOSE_PARTLY)
    assert [kind for kind in (*doses, *more) if clock_for(clocks, LEVELS[kind], paged=False) is None] == []
