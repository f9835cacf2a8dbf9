"""Staff write to participants: neutral, sealed, by day, and never to somebody who has left or wants none."""

from datetime import timedelta

import pytest
from sqlmodel import select

from actions.facts import participant_by_code
from actions.staff_messages import MessageRefusedError, write_to
from models.identity import ParticipantMessage
from models.session import Actor
from models.study.contact import StudyMessageDelivery
from models.study.staff_message import StudyStaffMessage
from protocol.screens import (
    StaffWrites,
)
from protocol.taps import Verb
from protocol.terms import PromptKind, PromptState
from study.reconcile import reconcile
from tests.stories.colleagues import PLEASE, colleague, said, staff_messages
from tests.stories.sight import reads
from tests.stories.stage import Stage


async def test_a_message_of_staff_reaches_the_participant_in_a_frame_that_promises_nothing(stage: Stage) -> None:
    fang = await stage.at_home()
    li = await colleague(stage, "li", 5001)
    await li.type(f"/answer 017 {PLEASE}")
    await stage.settle()
    assert reads(fang, StaffWrites(PLEASE)) in [message.text for message in fang.messages()]
    assert fang.offers(Verb.UNWELL)
    (kept,) = await staff_messages(stage)
    assert PLEASE not in kept.body
    assert stage.vault.open(f"staff_message.body/{kept.id}", kept.body) == PLEASE
    assert [prompt.state for prompt in await stage.prompts() if prompt.kind is PromptKind.STAFF_MESSAGE] == [
        PromptState.DELIVERED
    ]
    await stage.sync()
    async with stage.system.study.read() as session:
        (told,) = await session.scalars(select(StudyStaffMessage))
        delivery = await session.get_one(StudyMessageDelivery, told.delivery_id)
    assert (told.participant_code, delivery.state) == ("017", PromptState.DELIVERED)
    assert await reconcile(stage.system.store, stage.system.study, stage.system.trial) == []


async def test_a_reply_to_a_message_about_somebody_goes_to_them(stage: Stage) -> None:
    fang = await stage.at_home()
    await stage.at_home("018")
    li = await colleague(stage, "li", 5001)
    await li.type("/who 017")
    about = li.last()
    await li.type("/who 018")
    await li.reply(PLEASE, about)
    await stage.settle()
    assert fang.text() == reads(fang, StaffWrites(PLEASE))


async def test_a_word_that_no_chat_may_say_is_named_and_nothing_is_sent(stage: Stage) -> None:
    fang = await stage.at_home()
    li = await colleague(stage, "li", 5001)
    count = len(fang.messages())
    for wrong in ("您的血红蛋白不错", "请继续吃 ２ ＭＧ", "Sirolimus tomorrow"):
        await li.type(f"/answer 017 {wrong}")
        assert "没有发出" in li.text()
    assert "sirolimus" in li.text()
    await li.type("/answer 017 " + "好" * 1001)
    assert "没有发出" in li.text()
    await stage.settle()
    assert len(fang.messages()) == count
    assert await staff_messages(stage) == []


async def test_a_message_at_night_waits_for_the_morning(stage: Stage) -> None:
    fang = await stage.at_home()
    li = await colleague(stage, "li", 5001)
    on = stage.clock.now().date()
    await fang.until(on, 23, 30)
    count = len(fang.messages())
    await li.type(f"/answer 017 {PLEASE}")
    assert "夜间" in li.text()
    await fang.until(on + timedelta(days=1), 5)
    assert reads(fang, StaffWrites(PLEASE)) not in said(fang, count)
    await fang.until(on + timedelta(days=1), 9)
    assert said(fang, count).count(reads(fang, StaffWrites(PLEASE))) == 1


async def test_nobody_is_written_to_who_wants_no_messages_or_has_left_before_it_goes_out(stage: Stage) -> None:
    fang = await stage.at_home()
    li = await colleague(stage, "li", 5001)
    on = stage.clock.now().date()
    await fang.until(on, 23, 30)
    await li.type(f"/answer 017 {PLEASE}")
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        (await participant_by_code(change, "017")).messages_stopped_at = change.at
    await li.type(f"/answer 017 {PLEASE}")
    assert "没有发出" in li.text()
    count = len(fang.messages())
    await fang.until(on + timedelta(days=1), 10)
    assert reads(fang, StaffWrites(PLEASE)) not in said(fang, count)
    assert [prompt.state for prompt in await stage.prompts() if prompt.kind is PromptKind.STAFF_MESSAGE] == [
        PromptState.SKIPPED
    ]


async def test_a_message_answers_only_a_message_of_the_same_person(stage: Stage) -> None:
    fang = await stage.at_home()
    await stage.at_home("018")
    await fang.type("请问周五几点来")
    trial, staff = stage.system.trial, await stage.staff("li")
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        (asked,) = await change.session.scalars(select(ParticipantMessage))
        other = await participant_by_code(change, "018")
        with pytest.raises(MessageRefusedError):
            await write_to(change, other, PLEASE, staff, trial=trial, answers=asked)
        kept = await write_to(
            change, await participant_by_code(change, "017"), PLEASE, staff, trial=trial, answers=asked
        )
        assert kept.answers == asked.id
    stage.look_now()
    await stage.settle()
    assert fang.text() == reads(fang, StaffWrites(PLEASE))
    assert [one.answers for one in await staff_messages(stage)] == [asked.id]
