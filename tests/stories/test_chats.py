"""Chats: a new phone takes the place of the old one, staff silence a lost one, nobody reads another's dose."""

from datetime import date

from actions.enrolment import invite, unlink
from actions.facts import participant_by_code
from models.session import Actor
from protocol.taps import Verb
from protocol.terms import Cause, DoseState
from tests.stories.stage import Member, Stage

TUESDAY, WEDNESDAY, THURSDAY = date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 5)
LI = Actor("staff", "li")


async def new_phone(stage: Stage, old: Member) -> Member:
    """Staff invite again, and the participant opens the link on another phone."""
    async with stage.system.store.change(at=stage.clock.now(), actor=LI) as change:
        token = (await invite(change, await participant_by_code(change, old.code))).token
    user = stage.emulator.phone.create_user("zh-hans", "Fang", old.user + 500, tz=old.tz)
    stage.emulator.phone.start(user, token)
    await stage.settle()
    return Member(stage, old.code, user, old.language, old.tz, old.reminder)


async def test_a_new_phone_takes_over_and_the_old_one_falls_silent(stage: Stage) -> None:
    old = await stage.set_up()
    await old.until(TUESDAY, 8)
    await old.tap(Verb.TAKEN)
    new = await new_phone(stage, old)
    await new.tap(Verb.LANGUAGE, "zh")
    await new.tap(Verb.NOTICE_READ)
    for _ in range(3):
        await new.tap(Verb.CONSENT, ":yes")
    await new.type("08:00")
    await new.tap(Verb.FOOD, "with")
    await new.tap(Verb.PRACTICE)
    seen = len(old.messages())

    await new.until(WEDNESDAY, 8)
    assert "1片" in new.text()
    assert len(old.messages()) == seen
    await old.type("吃了")
    assert (await stage.dose(2)).state is DoseState.OPEN
    assert len(old.messages()) == seen
    await new.tap(Verb.TAKEN)
    assert (await stage.dose(2)).state is DoseState.TAKEN


async def test_an_old_phones_button_records_nothing_after_the_change(stage: Stage) -> None:
    old = await stage.set_up()
    await old.until(TUESDAY, 8)
    prompt = old.last()
    await new_phone(stage, old)
    await old.tap(Verb.TAKEN, message=prompt)
    assert await stage.events() == []


async def test_a_lost_phone_is_silenced_by_staff_and_its_days_are_not_the_participants(stage: Stage) -> None:
    fang = await stage.set_up()
    await fang.until(TUESDAY, 8)
    await fang.tap(Verb.TAKEN)
    async with stage.system.store.change(at=stage.clock.now(), actor=LI) as change:
        participant = await participant_by_code(change, "017")
        assert await unlink(change, participant, "the phone is lost", stage.system.trial) == 1
    seen = len(fang.messages())
    await fang.until(THURSDAY, 21)
    assert len(fang.messages()) == seen
    second = await stage.dose(2)
    assert (second.state, second.cause) == (DoseState.NOT_ASKED, Cause.BEFORE_CONSENT)
    await fang.type("今天")
    assert len(fang.messages()) == seen


async def test_two_participants_never_see_each_others_dose(stage: Stage) -> None:
    fang, emma = await stage.set_up("017"), await stage.set_up("018")
    await fang.until(TUESDAY, 8)
    shown, data = fang.button(Verb.TAKEN)
    own = emma.last()
    stage.emulator.phone.tap(emma.user, data=data, message_id=own.id)
    await stage.settle()
    assert await stage.events("017") == []
    assert await stage.events("018") == []
    assert (await stage.dose(1, "017")).state is DoseState.OPEN
    assert shown.id
