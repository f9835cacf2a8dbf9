"""Visits and decisions on the worklist: from the day before, until somebody has written what became of them."""

from datetime import date, timedelta

from actions.facts import participant_by_code
from actions.month_six import correct_month_six, decide_month_six
from actions.visit_plan import visits_of
from actions.visits import move_visit, settle_visit
from models.session import Actor
from models.visit import Visit
from protocol.month_six import MonthSixChoice
from protocol.taps import Verb
from protocol.visits import VisitState
from reports.worklist import Row, Section, Why, worklist_report
from tests.stories.stage import Member, Stage

DAY_ONE = date(2026, 3, 3)
DAY = timedelta(days=1)


async def at_home(stage: Stage) -> Member:
    fang = await stage.at_home()
    await fang.until(DAY_ONE, 8, 5)
    await fang.tap(Verb.TAKEN)
    return fang


async def rows(stage: Stage, fang: Member, on: date, section: Section = Section.VISIT) -> list[Row]:
    """The part of the list as it stands at noon of a day; the visit of day 1 itself was never written down here."""
    noon = fang.wall(on, fang.reminder.replace(hour=12))
    found = await worklist_report(stage.system.store, stage.system.trial, as_of=noon, site="PUMCH")
    return [row for row in found.section(section) if row.due_on != DAY_ONE]


async def two_weeks(stage: Stage) -> Visit:
    one = await stage.participant()
    async with stage.system.store.read() as session:
        return next(visit for visit in await visits_of(session, one.id) if visit.key == "w2")


async def test_a_visit_stands_there_from_the_day_before_until_it_is_settled(stage: Stage) -> None:
    fang = await at_home(stage)
    visit = await two_weeks(stage)
    on = visit.planned_on
    assert [row.why for row in await rows(stage, fang, on - 2 * DAY)] == []
    (eve,) = await rows(stage, fang, on - DAY)
    assert (eve.why, eve.due_on, eve.draw, eve.confirmed, eve.by_phone) == (Why.VISIT_TOMORROW, on, True, False, False)
    assert [row.why for row in await rows(stage, fang, on)] == [Why.VISIT_TODAY]
    assert [row.why for row in await rows(stage, fang, on + DAY)] == [Why.VISIT_NOT_RECORDED]
    async with stage.system.store.change(at=fang.wall(on, fang.reminder), actor=Actor("staff", "li")) as change:
        one = await participant_by_code(change, "017")
        found = await change.session.get_one(Visit, visit.id)
        await settle_visit(change, one, found, VisitState.ATTENDED, stage.system.trial, "li", on=on)
    assert await rows(stage, fang, on + DAY) == []


async def test_a_moved_visit_stands_under_its_new_day_alone(stage: Stage) -> None:
    fang = await at_home(stage)
    visit = await two_weeks(stage)
    on, later = visit.planned_on, visit.planned_on + DAY
    async with stage.system.store.change(at=fang.wall(DAY_ONE, fang.reminder), actor=Actor("staff", "li")) as change:
        one = await participant_by_code(change, "017")
        found = await change.session.get_one(Visit, visit.id)
        await move_visit(change, one, found, later, None, stage.system.trial, "li")
    assert await rows(stage, fang, on - DAY) == []
    assert [row.due_on for row in await rows(stage, fang, on)] == [later]


async def test_month_six_without_a_decision_waits_for_an_investigator(stage: Stage) -> None:
    fang = await at_home(stage)
    target = date(2026, 9, 3)
    assert await rows(stage, fang, target - DAY, Section.DECISION) == []
    (row,) = await rows(stage, fang, target, Section.DECISION)
    assert (row.why, row.code, row.due_on) == (Why.MONTH_SIX_UNDECIDED, "017", target)
    han, on = await stage.staff("han"), fang.wall(target, fang.reminder)
    async with stage.system.store.change(at=on, actor=Actor("staff", "han")) as change:
        one = await participant_by_code(change, "017")
        decided = MonthSixChoice.CONTINUE
        await decide_month_six(change, one, decided, target, han, stage.system.trial, reason="few doses are known")
    assert await rows(stage, fang, target, Section.DECISION) == []
    async with stage.system.store.change(at=on, actor=Actor("staff", "han")) as change:
        one = await participant_by_code(change, "017")
        wrong = {"in_error": True}
        await correct_month_six(change, one, 1, wrong, han, stage.system.trial, reason="it was 018")
    assert len(await rows(stage, fang, target, Section.DECISION)) == 1, "a decision in error decides nothing"
