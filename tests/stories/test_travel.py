"""A journey told in the chat: where, when, which clock; the doses then keep their distance, and the night is quiet."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from actions.facts import participant_by_code
from actions.travel import journeys_known
from actions.visits import NewVisit, add_visit, move_visit
from models.journey import JourneyRow
from models.ledger import AuditEntry
from models.session import Actor
from models.study.journey import StudyJourney
from models.visit import Visit
from protocol.moments import local_time
from protocol.taps import Tap, Verb
from protocol.terms import DoseState, Language, PromptKind, PromptState, Source, TravelClock
from reports.worklist import worklist_report
from reports.worklist_rows import Section, Why
from tests.stories.sight import study_rows
from tests.stories.stage import Member, Stage
from tests.stories.test_zones import GAP, asked_at, lives

DAY = timedelta(days=1)
FRIDAY, TUESDAY = date(2026, 3, 6), date(2026, 3, 10)
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
NIGHT = (time(22), time(7))


async def journeys(stage: Stage) -> list[JourneyRow]:
    one = await stage.participant()
    async with stage.system.store.read() as session:
        return await journeys_known(session, one.id)


async def goes(member: Member, place: str, clock: TravelClock) -> None:
    """From Friday to Tuesday, by tapping."""
    await member.type("/travel")
    await member.tap(Verb.TRAVEL, place)
    await member.tap(Verb.TRAVEL, f"{FRIDAY:%y%m%d}")
    await member.tap(Verb.TRAVEL, f"-{TUESDAY:%y%m%d}")
    await member.tap(Verb.TRAVEL, f":{clock}")


async def test_a_journey_by_the_local_clock_is_told_with_the_doses_that_then_come(stage: Stage) -> None:
    emma = await stage.at_home(language=Language.EN)
    await goes(emma, "lax", TravelClock.LOCAL)
    assert "Los Angeles" in emma.text()
    assert "16 hours after the last" in emma.text()
    assert "23 hours" not in emma.text()  # on Sunday the clocks change there: not near a turn of the journey
    promised = [line.split(" (")[0].removeprefix("• ") for line in emma.text().splitlines() if line.startswith("•")]
    (row,) = await journeys(stage)
    assert (row.tz, row.clock, row.source) == ("America/Los_Angeles", TravelClock.LOCAL, Source.PARTICIPANT)
    await lives(emma, 12)
    asked = await asked_at(stage)
    assert all(GAP <= later - earlier <= DAY + GAP for earlier, later in pairwise(asked))
    there = [at for at in asked if row.starts_at <= at < row.ends_at]
    assert {f"{local_time(at, LOS_ANGELES):%H:%M}" for at in there} == {"08:00"}
    zones = [LOS_ANGELES if row.starts_at <= at < row.ends_at else ZoneInfo("Asia/Shanghai") for at in asked]
    walls = {f"{at.astimezone(zone):%a %-d %b, %H:%M}" for at, zone in zip(asked, zones, strict=True)}
    assert promised
    assert set(promised) <= walls  # what was shown is what was sent
    done = [dose for dose in await stage.doses() if dose.due_at <= stage.clock.now()]
    assert {dose.state for dose in done} == {DoseState.TAKEN}
    assert [dose.ordinal for dose in done] == list(range(1, len(done) + 1))


async def test_by_the_clock_of_home_nothing_moves_and_nothing_rings_in_the_night_there(stage: Stage) -> None:
    fang = await stage.at_home()
    await lives(fang, 3)
    await goes(fang, "lon", TravelClock.HOME)
    (row,) = await journeys(stage)
    await stage.until(row.ends_at + DAY)
    london = ZoneInfo("Europe/London")
    prompts = [one for one in await stage.prompts() if one.sent_at and row.starts_at <= one.sent_at < row.ends_at]
    reminders = [one for one in prompts if one.kind is PromptKind.DOSE_REMINDER]
    assert {f"{local_time(one.sent_at, ZoneInfo('Asia/Shanghai')):%H:%M}" for one in reminders if one.sent_at} == {
        "08:00"
    }
    others = [one.sent_at for one in prompts if one.kind is not PromptKind.DOSE_REMINDER and one.sent_at]
    assert others
    assert not [at for at in others if not NIGHT[1] <= local_time(at, london) < NIGHT[0]]


async def test_times_are_said_and_typed_on_the_wall_where_they_are(stage: Stage) -> None:
    emma = await stage.at_home(language=Language.EN)
    await goes(emma, "lax", TravelClock.LOCAL)
    (row,) = await journeys(stage)
    on = datetime.combine(FRIDAY + DAY, time(9, 15), tzinfo=LOS_ANGELES)
    await lives(emma, 5)
    await stage.until(on)
    await emma.type("taken 8:30")
    taken = [event.taken_at for event in await stage.events() if event.taken_at]
    assert max(taken) == datetime.combine(FRIDAY + DAY, time(8, 30), tzinfo=LOS_ANGELES)
    assert "8:30" in emma.text()
    assert row.starts_at < max(taken)


async def test_a_button_from_before_the_journey_means_what_it_said(stage: Stage) -> None:
    """The time in a button is that of home, whatever wall it is pressed under."""
    emma = await stage.at_home(language=Language.EN)
    await lives(emma, 2)
    await goes(emma, "lon", TravelClock.LOCAL)
    at = emma.wall(FRIDAY - DAY, time(8))
    await stage.until(at + timedelta(hours=3))
    await emma.tap(Verb.EARLIER)
    (row,) = await journeys(stage)
    await stage.until(row.starts_at + timedelta(minutes=10))
    assert (await stage.participant()).away_tz == "Europe/London"
    await emma.tap(Verb.TAKEN_AT, f"@{FRIDAY - DAY:%Y%m%d}T0800")
    assert max(event.taken_at for event in await stage.events() if event.taken_at) == at


async def test_back_earlier_is_back_to_normal_and_the_old_button_changes_nothing_more(stage: Stage) -> None:
    emma = await stage.at_home(language=Language.EN)
    await goes(emma, "lax", TravelClock.LOCAL)
    await lives(emma, 6)
    await emma.type("/travel")
    shown = emma.last()
    assert "I am back" in emma.labels()
    await emma.tap(Verb.TRAVEL, "end:1")
    assert "Back to normal" in emma.text()
    (ended,) = await journeys(stage)
    assert timedelta(0) <= stage.clock.now() - ended.ends_at < timedelta(minutes=1)
    assert (await stage.participant()).away_tz is None
    await emma.tap(Verb.TRAVEL, "end:1", message=shown)
    assert await journeys(stage) == [ended]
    await lives(emma, 3)
    asked = await asked_at(stage)
    assert all(later - earlier >= GAP for earlier, later in pairwise(asked))
    assert local_time(asked[-1], ZoneInfo("Asia/Shanghai")) == time(8)


async def test_a_journey_ahead_that_is_not_made_was_never_made(stage: Stage) -> None:
    emma = await stage.at_home(language=Language.EN)
    await goes(emma, "lax", TravelClock.LOCAL)
    assert "I am not going" in emma.labels()
    await emma.tap(Verb.TRAVEL, "end:1")
    assert await journeys(stage) == []
    await lives(emma, 8)
    assert {later - earlier for earlier, later in pairwise(await asked_at(stage))} == {DAY}


async def test_where_the_clock_is_the_same_nothing_is_asked_and_it_is_kept(stage: Stage) -> None:
    emma = await stage.at_home(language=Language.EN)
    await emma.type("/travel")
    await emma.tap(Verb.TRAVEL, "sin")
    await emma.tap(Verb.TRAVEL, f"{FRIDAY:%y%m%d}")
    await emma.tap(Verb.TRAVEL, f"-{TUESDAY:%y%m%d}")
    assert "Noted" in emma.text()
    assert len(await journeys(stage)) == 1


async def test_a_visit_that_falls_into_a_journey_is_said_to_the_participant_and_waits_for_staff(stage: Stage) -> None:
    emma = await stage.at_home(language=Language.EN)
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        one = await participant_by_code(change, "017")
        visit = await add_visit(change, one, NewVisit(FRIDAY + DAY), stage.system.trial, "li")
    await goes(emma, "lon", TravelClock.HOME)
    assert "A visit falls into these days: Sat 7 Mar." in emma.text()

    async def waits() -> list[date | None]:
        work = await worklist_report(stage.system.store, stage.system.trial, as_of=stage.clock.now(), site="PUMCH")
        return [row.due_on for row in work.section(Section.VISIT) if row.why is Why.VISIT_AWAY]

    assert await waits() == [FRIDAY + DAY]
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        one, visit = await participant_by_code(change, "017"), await change.session.get_one(Visit, visit.id)
        await move_visit(change, one, visit, TUESDAY + DAY, None, stage.system.trial, "li")
    assert await waits() == []


async def test_a_helper_tells_no_journey(stage: Stage) -> None:
    await stage.at_home()
    helper = await stage.helper()
    before = len(helper.messages())
    await helper.forge(Tap(Verb.TRAVEL, "", f"lax@{FRIDAY:%y%m%d}-{TUESDAY:%y%m%d}:local"), helper.last())
    assert await journeys(stage) == []
    await helper.type("/travel")
    assert not helper.offers(Verb.TRAVEL)
    assert len(helper.messages()) > before


async def test_forged_and_impossible_days_change_nothing_and_say_so(stage: Stage) -> None:
    emma = await stage.at_home(language=Language.EN)
    await emma.type("/travel")
    menu = emma.last()
    for argument in ("xxx", "lax@999999", f"lax@{FRIDAY:%y%m%d}-{TUESDAY:%y%m%d}:mars", "end:99", "lax@p999"):
        await emma.forge(Tap(Verb.TRAVEL, "", argument), menu)
        assert await journeys(stage) == []
    await emma.forge(Tap(Verb.TRAVEL, "", f"lax@{TUESDAY:%y%m%d}-{FRIDAY:%y%m%d}:local"), menu)
    assert "nothing has changed" in emma.messages()[[one.id for one in emma.messages()].index(menu.id)].text
    assert await journeys(stage) == []


async def test_a_journey_is_audited_and_reaches_the_study_by_code(stage: Stage) -> None:
    emma = await stage.at_home(language=Language.EN)
    await goes(emma, "lax", TravelClock.LOCAL)
    await emma.tap(Verb.TRAVEL, "end:1")
    async with stage.system.store.read() as session:
        told = col(AuditEntry.action).in_(("tell_journey", "end_journey"))
        found = list(await session.scalars(select(AuditEntry.action).where(told).order_by(col(AuditEntry.seq))))
    assert found == ["tell_journey", "end_journey"]
    await stage.sync()
    rows = await study_rows(stage, StudyJourney)
    assert sorted((row.version, row.starts_at == row.ends_at) for row in rows) == [(1, False), (2, True)]


async def test_a_prompt_queued_before_the_journey_is_not_sent_besides_the_one_after_it(stage: Stage) -> None:
    """A dose has one reminder delivered, however often the clock was turned over it."""
    emma = await stage.at_home(language=Language.EN)
    for _ in range(3):
        await goes(emma, "lax", TravelClock.LOCAL)
        await emma.type("/travel")
        await emma.tap(Verb.TRAVEL, f"end:{len(await every_number(stage))}")
    await goes(emma, "lax", TravelClock.LOCAL)
    await lives(emma, 6)
    delivered = [
        one.dose_id
        for one in await stage.prompts()
        if one.kind is PromptKind.DOSE_REMINDER and one.state is PromptState.DELIVERED
    ]
    assert len(delivered) == len(set(delivered)) >= 6


async def every_number(stage: Stage) -> set[int]:
    async with stage.system.store.read() as session:
        return set(await session.scalars(select(JourneyRow.number)))
