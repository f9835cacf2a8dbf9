"""The draw day: told the evening before, blood first, then the dose; moved, forgotten, or taken too early."""

from collections.abc import Awaitable, Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from actions.facts import participant_by_code
from actions.visit_plan import visits_of
from actions.visits import NewVisit, VisitError, add_visit, move_visit, record_draw, settle_visit
from models.lab import Draw
from models.participant import Participant
from models.session import Actor, Change
from models.visit import Visit
from protocol.lab_entry import LabSource
from protocol.taps import Tap, Verb
from protocol.terms import AlertKind, DoseState, Language, OrderKind, PromptKind, PromptState
from protocol.visits import VisitState
from study.reconcile import reconcile
from tests.stories.stage import Member, Stage

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 3, 2) + timedelta(days=days) for days in range(4))


async def on_drug(stage: Stage, **keywords: Any) -> Member:
    """The first dose was taken when it was due first; Wednesday's is to come."""
    fang = await stage.at_home(**keywords)
    await stage.until((await stage.dose(1)).due_at)
    await fang.tap(Verb.TAKEN)
    assert (await stage.dose(1)).state is DoseState.TAKEN
    return fang


async def staff_do(stage: Stage, act: Callable[[Change, Participant], Awaitable[object]]) -> None:
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        await act(change, await participant_by_code(change, "017"))
    stage.look_now()


async def arrange(stage: Stage, on: date, *, fasting: bool = False) -> None:
    new = NewVisit(on, time(9), draw=True, fasting=fasting)
    await staff_do(stage, lambda change, one: add_visit(change, one, new, stage.system.trial, "li"))


async def visit(stage: Stage, key: str = "unscheduled-1") -> Visit:
    async with stage.system.store.read() as session:
        return (await session.scalars(select(Visit).where(Visit.key == key))).one()


async def draws(stage: Stage) -> list[Draw]:
    async with stage.system.store.read() as session:
        return list(await session.scalars(select(Draw).order_by(col(Draw.number), col(Draw.version))))


async def shown_kinds(stage: Stage, ordinal: int) -> list[PromptKind]:
    dose = await stage.dose(ordinal)
    sent = [one for one in await stage.prompts() if one.dose_id == dose.id and one.state is PromptState.DELIVERED]
    return [one.kind for one in sorted(sent, key=lambda one: one.sent_at or one.due_at)]


async def test_blood_first_then_the_dose(stage: Stage) -> None:
    fang = await on_drug(stage)
    await arrange(stage, THURSDAY, fasting=True)
    await fang.until(WEDNESDAY, 8)
    await fang.tap(Verb.TAKEN)  # no dose before the draw day is withheld
    await fang.until(WEDNESDAY, 19)
    assert "先抽血，后服药" in fang.text()
    assert "空腹" in fang.text()
    assert not fang.offers(Verb.TAKEN)
    await fang.until(THURSDAY, 8)
    assert "请先不要服" in fang.text()
    assert not fang.offers(Verb.TAKEN)
    await fang.until(THURSDAY, 9, 10)
    assert "请先不要服" in fang.text()
    await fang.tap(Verb.DRAWN)
    await stage.settle()
    assert "请现在服用" in fang.text() or fang.offers(Verb.TAKEN)
    await fang.tap(Verb.TAKEN)
    assert (await stage.dose(3)).state is DoseState.TAKEN
    assert await shown_kinds(stage, 3) == [PromptKind.DRAW_NOTICE, PromptKind.DRAW_WAIT, PromptKind.DOSE_REMINDER]
    assert (await visit(stage)).drawn_at == fang.wall(THURSDAY, time(9, 10))
    assert [(row.drawn_at, row.source) for row in await draws(stage)] == [
        (fang.wall(THURSDAY, time(9, 10)), LabSource.PARTICIPANT)
    ]
    assert AlertKind.DOSE_BEFORE_DRAW not in [alert.kind for alert in await stage.alerts()]
    await stage.sync()
    assert await reconcile(stage.system.store, stage.system.study, stage.system.trial) == []


async def test_the_dose_before_is_confirmed_with_its_time_and_can_be_changed(stage: Stage) -> None:
    fang = await on_drug(stage)
    await arrange(stage, THURSDAY)
    await fang.until(WEDNESDAY, 8, 5)
    await fang.tap(Verb.TAKEN)
    await fang.until(THURSDAY, 9)
    await fang.tap(Verb.DRAWN)
    asked = next(message for message in reversed(fang.messages()) if "对吗" in message.text)
    assert "8:05" in asked.text
    await fang.tap(Verb.CORRECT, message=asked)
    assert "3月4日" in next(one for one in fang.messages() if one.id == asked.id).text


async def test_a_forgotten_draw_releases_the_dose_at_the_set_hour(stage: Stage) -> None:
    fang = await on_drug(stage)
    await arrange(stage, THURSDAY)
    await fang.until(THURSDAY, 11, 59)
    assert not fang.offers(Verb.TAKEN)
    await fang.until(THURSDAY, 12)
    assert fang.offers(Verb.TAKEN)
    assert (await shown_kinds(stage, 3))[-1] is PromptKind.DOSE_REMINDER


async def test_moving_the_visit_moves_the_wait_also_what_was_queued(stage: Stage) -> None:
    """Complaint of other systems: the old day's messages go out all the same."""
    fang = await on_drug(stage)
    await arrange(stage, THURSDAY)
    await fang.until(THURSDAY, 7, 30)
    moved = THURSDAY + timedelta(days=1)
    found = await visit(stage)

    async def move(change: Change, one: Participant) -> None:
        row = await change.session.get_one(Visit, found.id)
        await move_visit(change, one, row, moved, time(9), stage.system.trial, "li")

    await staff_do(stage, move)
    await fang.until(THURSDAY, 8)
    assert fang.offers(Verb.TAKEN)
    await fang.until(moved, 8)
    assert "请先不要服" in fang.text()


async def test_a_dose_taken_before_the_draw_is_told_to_staff_at_once_and_never_answered_with_a_skip(
    stage: Stage,
) -> None:
    fang = await on_drug(stage)
    await arrange(stage, THURSDAY)
    await fang.until(WEDNESDAY, 8)
    await fang.tap(Verb.TAKEN)
    await fang.until(THURSDAY, 8)
    await fang.type("吃了")
    (alert,) = [one for one in await stage.alerts() if one.kind is AlertKind.DOSE_BEFORE_DRAW]
    assert stage.clock.now() - alert.opened_at <= timedelta(seconds=2)
    await fang.until(THURSDAY, 9)
    count = len(fang.messages())
    dose = await stage.dose(3)
    await fang.forge(Tap(Verb.DRAWN, dose.id), fang.last())
    assert "其他检查请照常做" in fang.text()
    assert "跳过" not in fang.text()
    await fang.until(THURSDAY, 20)
    assert not any("现在服" in message.text for message in fang.messages()[count:])
    assert await shown_kinds(stage, 3) == [PromptKind.DRAW_NOTICE, PromptKind.DRAW_WAIT]
    assert len([one for one in await stage.alerts() if one.kind is AlertKind.DOSE_BEFORE_DRAW]) == 1


async def test_blood_taken_by_mistake_is_taken_back_and_the_dose_waits_again(stage: Stage) -> None:
    fang = await on_drug(stage)
    await arrange(stage, THURSDAY)
    await fang.until(THURSDAY, 7, 55)
    await fang.until(THURSDAY, 8)
    await fang.tap(Verb.DRAWN)
    await fang.tap(Verb.DRAWN, "no")
    assert (await visit(stage)).drawn_at is None
    assert [row.in_error for row in await draws(stage)] == [False, True]
    await fang.type("今天")
    assert not fang.offers(Verb.TAKEN)


async def test_an_evening_taker_gets_no_wait_text(stage: Stage) -> None:
    fang = await on_drug(stage, reminder=time(20))
    await arrange(stage, THURSDAY)
    await fang.until(THURSDAY, 20)
    assert fang.offers(Verb.TAKEN)
    kinds = {prompt.kind for prompt in await stage.prompts()}
    assert not kinds & {PromptKind.DRAW_NOTICE, PromptKind.DRAW_WAIT}


async def test_asking_for_today_on_a_draw_day_offers_no_dose(stage: Stage) -> None:
    fang = await on_drug(stage, language=Language.EN)
    await arrange(stage, THURSDAY)
    await fang.until(THURSDAY, 8, 30)
    await fang.type("/today")
    assert "do not take them yet" in fang.text()
    assert not fang.offers(Verb.TAKEN)


async def test_a_reminder_that_was_claimed_waits_when_staff_arrange_a_draw_for_today(stage: Stage) -> None:
    """The last look knows of it, whatever was planned before."""
    fang = await on_drug(stage)
    await fang.until(WEDNESDAY, 7, 59)
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        one = await participant_by_code(change, "017")
        change.session.add(
            Visit(
                id="unplanned", participant_id=one.id, key="unscheduled-9", planned_on=WEDNESDAY, draw=True,
                state=VisitState.PLANNED, recorded_by="li", recorded_at=change.at,
            )
        )  # fmt: skip
        await change.session.flush()
    await fang.until(WEDNESDAY, 9)
    assert not fang.offers(Verb.TAKEN)
    await fang.until(WEDNESDAY, 12)
    assert fang.offers(Verb.TAKEN)


async def test_the_first_dose_plans_the_visits_and_a_corrected_one_moves_them(stage: Stage) -> None:
    fang = await on_drug(stage)
    week_2 = await visit(stage, "w2")
    assert (week_2.target_on, week_2.from_on, week_2.until_on) == (
        date(2026, 3, 17), date(2026, 3, 14), date(2026, 3, 20),
    )  # fmt: skip
    assert (await visit(stage, "m1")).target_on == date(2026, 4, 3)
    assert (await visit(stage, "m24")).target_on == date(2028, 3, 3)
    await fang.tap(Verb.UNDO)
    await fang.tap(Verb.NOT_TAKEN)
    await fang.tap(Verb.REASON, "forgot")
    await fang.until(WEDNESDAY, 8)
    await fang.tap(Verb.TAKEN)
    assert (await visit(stage, "w2")).target_on == date(2026, 3, 18)
    async with stage.system.store.read() as session:
        keys = [one.key for one in await visits_of(session, week_2.participant_id)]
    assert len(keys) == len(set(keys)) == 12


async def test_a_stop_that_is_taken_back_takes_its_visits_with_it(stage: Stage) -> None:
    """What hangs on the last dose is called for while the drug is stopped, and no longer."""
    fang = await on_drug(stage)
    await stage.order("017", OrderKind.DISCONTINUE, WEDNESDAY)
    await fang.until(WEDNESDAY, 12)
    assert (await visit(stage, "follow_up")).target_on == TUESDAY + timedelta(days=84)
    assert (await visit(stage, "m24")).state is VisitState.PLANNED, "the outcome goes on without the drug"
    await stage.order("017", OrderKind.DOSE, THURSDAY, dose_mg=1.0)
    await fang.until(THURSDAY, 9)
    assert (await visit(stage, "follow_up")).state is VisitState.CANCELLED


async def test_a_confirmed_day_that_moves_is_not_confirmed_any_more(stage: Stage) -> None:
    fang = await on_drug(stage)
    found, trial, yes = await visit(stage, "w2"), stage.system.trial, VisitState.CONFIRMED

    async def confirm(change: Change, one: Participant) -> None:
        await settle_visit(change, one, await change.session.get_one(Visit, found.id), yes, trial, "li", on=None)

    await staff_do(stage, confirm)
    await fang.tap(Verb.UNDO)
    await fang.tap(Verb.NOT_TAKEN)
    await fang.tap(Verb.REASON, "forgot")
    await fang.until(WEDNESDAY, 8)
    await fang.tap(Verb.TAKEN)
    moved = await visit(stage, "w2")
    assert (moved.planned_on, moved.state) == (date(2026, 3, 18), VisitState.PLANNED)


async def test_what_cannot_be_is_refused_in_words(stage: Stage) -> None:
    await on_drug(stage)
    await arrange(stage, THURSDAY)
    found = await visit(stage)
    trial = stage.system.trial

    async def refused(act: Callable[[Change, Participant, Visit], Awaitable[object]]) -> str:
        with pytest.raises(VisitError) as told:
            await staff_do(stage, lambda change, one: _with(change, one, act))
        return str(told.value)

    async def _with(
        change: Change, one: Participant, act: Callable[[Change, Participant, Visit], Awaitable[object]]
    ) -> None:
        await act(change, one, await change.session.get_one(Visit, found.id))

    past, yet = MONDAY, stage.clock.now() + timedelta(hours=1)
    assert "has passed" in await refused(lambda c, one, row: move_visit(c, one, row, past, None, trial, "li"))
    assert "lies ahead" in await refused(lambda c, one, row: record_draw(c, one, row, yet, trial, "li"))
    today = stage.clock.now()
    assert "move it to the day" in await refused(lambda c, one, row: record_draw(c, one, row, today, trial, "li"))
    missed = VisitState.MISSED
    assert "can be moved" in await refused(lambda c, one, row: settle_visit(c, one, row, missed, trial, "li", on=None))
    assert (await visit(stage)).version == 1
