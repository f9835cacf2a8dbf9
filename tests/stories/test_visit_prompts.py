"""Visits as a participant hears of them: in time, once, never of a day that is off, never beside a draw's text."""

from collections.abc import Awaitable, Callable
from datetime import date, time, timedelta

import pytest
from sqlmodel import col, select

from actions.disposition import record_death
from actions.facts import participant_by_code
from actions.sites import set_habits
from actions.visits import NewVisit, add_visit, move_visit, settle_visit
from models.identity import ParticipantMessage
from models.participant import Participant
from models.prompt import Prompt
from models.session import Actor, Change
from models.site import Site
from models.visit import Visit
from protocol.taps import Tap, Verb
from protocol.terms import AlertKind, Language, PromptKind, PromptState, StopKind
from protocol.visit_prompts import ABOUT_A_VISIT
from protocol.visits import VisitState
from study.reconcile import reconcile
from tests.stories.stage import Member, Stage
from tests.stories.test_draw_day import on_drug, shown_kinds, staff_do, visit

TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 3, 3) + timedelta(days=days) for days in range(3))
FRIDAY = THURSDAY + timedelta(days=1)
FAR = date(2026, 3, 12)  # a Thursday, nine days ahead
KEY = "unscheduled-1"

pytestmark = pytest.mark.parametrize("kind", ["sqlite"])
"""The statements are those of the draw day's stories, which run on both databases."""


async def arrange(stage: Stage, on: date = FAR, at: time | None = time(9), *, draw: bool = False) -> None:
    new = NewVisit(on, at, draw=draw, fasting=True)
    await staff_do(stage, lambda change, one: add_visit(change, one, new, stage.system.trial, "li"))


async def change_visit(
    stage: Stage, act: Callable[[Change, Participant, Visit], Awaitable[object]], key: str = KEY
) -> None:
    found = await visit(stage, key)

    async def do(change: Change, one: Participant) -> None:
        await act(change, one, await change.session.get_one(Visit, found.id))

    await staff_do(stage, do)


async def move(stage: Stage, on: date, at: time | None = time(9)) -> None:
    trial = stage.system.trial
    await change_visit(stage, lambda change, one, row: move_visit(change, one, row, on, at, trial, "li"))


async def settle(stage: Stage, state: VisitState) -> None:
    trial = stage.system.trial
    await change_visit(stage, lambda change, one, row: settle_visit(change, one, row, state, trial, "li", on=None))


async def about(stage: Stage, state: PromptState | None = None, key: str = KEY) -> list[Prompt]:
    """The messages about this visit, in the order in which they were due."""
    found = await visit(stage, key)
    rows = [one for one in await stage.prompts() if one.kind in ABOUT_A_VISIT and f":{found.id}:" in one.key]
    return sorted((one for one in rows if state in (None, one.state)), key=lambda one: one.due_at)


async def sent(stage: Stage) -> list[PromptKind]:
    return [one.kind for one in await about(stage, PromptState.DELIVERED)]


def texts(member: Member, since: int = 0) -> str:
    return "\n---\n".join(message.text for message in member.messages()[since:])


async def test_told_a_week_before_the_day_before_and_that_morning_and_asked_in_the_evening(stage: Stage) -> None:
    fang = await on_drug(stage)
    await arrange(stage)
    await fang.until(FAR - timedelta(days=7), 10, 30)
    assert "请记一下" in fang.text()
    assert "空腹" in fang.text() or "不吃早饭" in fang.text() or "早餐" in fang.text()
    await fang.until(FAR - timedelta(days=1), 17)
    assert "明天" in fang.text()
    await fang.until(FAR, 7, 30)
    assert "今天" in fang.text()
    assert not fang.offers(Verb.VISIT_COME), "that morning nobody is asked to confirm"
    await fang.until(FAR, 18)
    assert fang.offers(Verb.VISIT_CAME)
    await fang.tap(Verb.VISIT_CAME)
    found = await visit(stage)
    assert (found.state, found.attended_on) == (VisitState.ATTENDED, FAR)
    assert await sent(stage) == [
        PromptKind.VISIT_WEEK, PromptKind.VISIT_EVE, PromptKind.VISIT_DAY, PromptKind.VISIT_ASKED,
    ]  # fmt: skip
    await stage.sync()
    assert await reconcile(stage.system.store, stage.system.study, stage.system.trial) == []


async def test_who_will_come_says_so_with_one_tap(stage: Stage) -> None:
    fang = await on_drug(stage)
    await arrange(stage)
    await fang.until(FAR - timedelta(days=7), 10, 30)
    await fang.tap(Verb.VISIT_COME)
    assert (await visit(stage)).state is VisitState.CONFIRMED
    await fang.until(FAR - timedelta(days=1), 17)
    assert not fang.offers(Verb.VISIT_COME)
    await fang.tap(Verb.VISIT_CANNOT)
    assert (await visit(stage)).state is VisitState.PLANNED, "a mind may change"


async def test_who_cannot_come_says_which_day_suits_and_staff_get_a_task_with_it(stage: Stage) -> None:
    fang = await on_drug(stage)
    await arrange(stage)
    await fang.until(FAR - timedelta(days=7), 10, 30)
    await fang.tap(Verb.VISIT_CANNOT)
    (task,) = [one for one in await stage.alerts() if one.kind is AlertKind.VISIT_CANNOT_COME]
    assert task.next_call_at is None
    await fang.type("下周二或者周三上午")
    (task,) = [one for one in await stage.alerts() if one.kind is AlertKind.VISIT_CANNOT_COME]
    async with stage.system.store.read() as session:
        (kept,) = await session.scalars(select(ParticipantMessage).order_by(col(ParticipantMessage.id)))
    assert task.message_id == kept.id
    await move(stage, FAR + timedelta(days=5))
    (task,) = [one for one in await stage.alerts() if one.kind is AlertKind.VISIT_CANNOT_COME]
    assert task.closed_at is not None, "the new day is what was to be done"


async def test_red_words_typed_about_a_day_still_bring_the_emergency_text(stage: Stage) -> None:
    fang = await on_drug(stage)
    await arrange(stage)
    await fang.until(FAR - timedelta(days=7), 10, 30)
    await fang.tap(Verb.VISIT_CANNOT)
    count = len(fang.messages())
    await fang.type("我胸口痛，喘不上气，来不了")
    assert "120" in texts(fang, count)


async def test_a_moved_visit_leaves_no_prompt_of_the_old_day(stage: Stage) -> None:
    """What was queued for the old day is taken back with its reason; the phone that showed it is told the new one."""
    fang = await on_drug(stage)
    await arrange(stage)
    await fang.until(FAR - timedelta(days=7), 10, 30)
    count = len(fang.messages())
    moved = FAR + timedelta(days=4)
    await move(stage, moved, time(10, 30))
    await stage.settle()
    assert "日子改了" in texts(fang, count)
    assert "10:30" in texts(fang, count)
    await fang.until(moved, 20)
    old = f"{FAR:%Y%m%d}T0900"
    rows = await about(stage)
    assert {(one.state, one.reason) for one in rows if old in one.key and one.kind is not PromptKind.VISIT_WEEK} == {
        (PromptState.CANCELLED, "visit_moved")
    }
    assert "09:00" not in texts(fang, count)
    assert [one.kind for one in rows if one.state is PromptState.DELIVERED and old not in one.key] == [
        PromptKind.VISIT_MOVED, PromptKind.VISIT_WEEK, PromptKind.VISIT_EVE, PromptKind.VISIT_DAY,
        PromptKind.VISIT_ASKED,
    ]  # fmt: skip


async def test_a_message_already_claimed_for_the_old_day_is_not_sent_after_the_move(stage: Stage) -> None:
    """The last look knows the new day, whatever stands in the queue."""
    fang = await on_drug(stage)
    await arrange(stage)
    await fang.until(FAR - timedelta(days=1), 16, 59)
    found, count = await visit(stage), len(fang.messages())
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        row = await change.session.get_one(Visit, found.id)
        row.planned_on = FAR + timedelta(days=1)  # behind the plan's back: its prompts still wait
    await fang.until(FAR, 12)
    assert "明天" not in texts(fang, count)
    eve = next(one for one in await about(stage) if one.kind is PromptKind.VISIT_EVE)
    assert (eve.state, eve.reason) == (PromptState.SKIPPED, "visit_moved")


async def test_an_old_button_confirms_nothing_about_the_new_day(stage: Stage) -> None:
    fang = await on_drug(stage)
    await arrange(stage)
    await fang.until(FAR - timedelta(days=7), 10, 30)
    old, found = fang.last(), await visit(stage)
    await move(stage, FAR + timedelta(days=4))
    await stage.settle()
    await fang.forge(Tap(Verb.VISIT_COME, found.id, found.slot().written()), old)
    assert (await visit(stage)).state is VisitState.PLANNED
    assert "3月16日" in fang.text()


async def test_a_cancelled_visit_is_taken_back_where_it_was_told_and_nothing_more_is_sent(stage: Stage) -> None:
    fang = await on_drug(stage)
    await arrange(stage)
    await fang.until(FAR - timedelta(days=7), 10, 30)
    count = len(fang.messages())
    await settle(stage, VisitState.CANCELLED)
    await stage.settle()
    assert "不用来了" in texts(fang, count)
    count = len(fang.messages())
    await fang.until(FAR, 20)
    assert "09:00" not in texts(fang, count)
    assert await sent(stage) == [PromptKind.VISIT_WEEK, PromptKind.VISIT_CANCELLED]


async def test_a_visit_nobody_was_told_of_is_cancelled_without_a_word(stage: Stage) -> None:
    fang = await on_drug(stage)
    await arrange(stage)
    await settle(stage, VisitState.CANCELLED)
    await fang.until(FAR, 20)
    assert await sent(stage) == []


async def test_on_a_draw_morning_one_message_speaks_of_the_visit_and_the_wait(stage: Stage) -> None:
    fang = await on_drug(stage)
    await arrange(stage, THURSDAY, time(9, 30), draw=True)
    await fang.until(WEDNESDAY, 8)
    await fang.tap(Verb.TAKEN)
    count = len(fang.messages())
    await fang.until(THURSDAY, 9)
    told = [one.text for one in fang.messages()[count:]]
    assert len(told) == 2, told
    notice, wait = told
    assert "明天的事" in notice or "先抽血" in notice
    assert "9:30" in notice
    assert "请先不要服" in wait
    assert "9:30" in wait
    assert await shown_kinds(stage, 3) == [PromptKind.DRAW_NOTICE, PromptKind.DRAW_WAIT]
    assert {one.kind: one.reason for one in await about(stage) if one.state is PromptState.SKIPPED} == {
        PromptKind.VISIT_EVE: "merged", PromptKind.VISIT_DAY: "merged",
    }  # fmt: skip


async def test_a_draw_morning_whose_dose_was_taken_already_still_tells_of_the_visit(stage: Stage) -> None:
    fang = await on_drug(stage)
    await arrange(stage, THURSDAY, time(9, 30), draw=True)
    await fang.until(WEDNESDAY, 8)
    await fang.tap(Verb.TAKEN)
    await fang.until(THURSDAY, 7, 40)
    await fang.type("吃了")
    await fang.until(THURSDAY, 9)
    assert await shown_kinds(stage, 3) == [PromptKind.DRAW_NOTICE]
    assert PromptKind.VISIT_DAY in await sent(stage)


async def test_a_draw_visit_that_moves_tells_the_phone_that_showed_it_with_the_notice(stage: Stage) -> None:
    fang = await on_drug(stage)
    await arrange(stage, THURSDAY, draw=True)
    await fang.until(WEDNESDAY, 19)
    count = len(fang.messages())
    await move(stage, FRIDAY)
    await stage.settle()
    assert "日子改了" in texts(fang, count)


async def test_an_evening_taker_is_told_of_the_visit_by_its_own_messages(stage: Stage) -> None:
    fang = await on_drug(stage, reminder=time(20))
    await arrange(stage, THURSDAY + timedelta(days=1), draw=True)
    await fang.until(FRIDAY, 8)
    assert await sent(stage) == [PromptKind.VISIT_EVE, PromptKind.VISIT_DAY]


async def test_no_to_did_you_come_is_a_task_and_no_blame(stage: Stage) -> None:
    fang = await on_drug(stage)
    await arrange(stage, THURSDAY)
    await fang.until(THURSDAY, 18)
    await fang.tap(Verb.VISIT_MISSED)
    assert (await visit(stage)).state is VisitState.MISSED
    assert [one.kind for one in await stage.alerts()].count(AlertKind.VISIT_MISSED) == 1
    assert "谢谢" in fang.text()


async def test_what_staff_recorded_is_not_asked_about(stage: Stage) -> None:
    fang = await on_drug(stage)
    await arrange(stage, THURSDAY)
    await fang.until(THURSDAY, 12)
    await settle(stage, VisitState.ATTENDED)
    await fang.until(FRIDAY, 20)
    assert PromptKind.VISIT_ASKED not in await sent(stage)


async def test_who_wants_no_messages_hears_nothing_of_visits(stage: Stage) -> None:
    fang = await on_drug(stage)
    await arrange(stage)
    await fang.type("/stop")
    await fang.tap(Verb.STOP, StopKind.MESSAGES)
    await fang.tap(Verb.STOP_SURE, StopKind.MESSAGES)
    await fang.until(FAR, 20)
    assert await sent(stage) == []


async def test_a_death_silences_the_visits_too(stage: Stage) -> None:
    fang = await on_drug(stage)
    await arrange(stage)
    await fang.until(FAR - timedelta(days=7), 10, 30)
    trial, doctor = stage.system.trial, await stage.staff("han")

    async def dies(change: Change, one: Participant) -> None:
        await record_death(change, one, FAR - timedelta(days=6), doctor, trial)

    await fang.until(FAR - timedelta(days=6), 9)
    count = len(fang.messages())
    await staff_do(stage, dies)
    await fang.until(FAR, 20)
    assert texts(fang, count) == ""


async def test_visits_can_be_asked_for_at_any_time(stage: Stage) -> None:
    fang = await on_drug(stage, language=Language.EN)
    await fang.type("/visits")
    assert "17 March" in fang.text()
    assert fang.offers(Verb.VISIT_COME)
    await fang.tap(Verb.VISIT_WAY)
    assert "Your team tells you the way" in fang.text()
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        site = await change.session.get_one(Site, (await participant_by_code(change, "017")).site_code)
        words = {"directions_zh": "东门进，二楼左转", "directions_en": "East gate, second floor, to the left"}
        await set_habits(change, site, (), takes_photos=None, alerts_with_text=None, **words)
    await fang.type("/visits")
    await fang.tap(Verb.VISIT_WAY)
    assert "East gate" in fang.text()
