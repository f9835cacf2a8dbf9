"""A helper of the family: named, consented in an own chat, recorded as the source, and without a say in settings."""

from datetime import date, timedelta

from actions.enrolment import invite
from actions.facts import participant_by_code
from emulator.views import MessageView
from models.session import Actor
from models.study.dose import StudyDoseEvent
from protocol.taps import Tap, Verb
from protocol.terms import Channel, DoseState, Language, LinkRole, Source, StopKind
from tests.stories.sight import approved, consents, links, study_rows, trial_of
from tests.stories.stage import Stage

TUESDAY = date(2026, 3, 3)


async def test_a_helper_reports_as_a_helper_and_the_participants_own_message_says_so(stage: Stage) -> None:
    fang = await stage.at_home()
    daughter = await stage.helper()
    await fang.until(TUESDAY, 8)
    await daughter.type("/today")
    await daughter.tap(Verb.TAKEN)
    first = await stage.dose(1)
    assert (first.state, first.units_taken) == (DoseState.TAKEN, 2)
    event = (await stage.events())[0]
    assert event.source is Source.HELPER
    assert [(row.source, row.units) for row in await study_rows(stage, StudyDoseEvent)] == [(Source.HELPER, 2)]
    assert not fang.offers(Verb.TAKEN)  # the participant's reminder does not invite a second dose
    count = len(fang.messages())
    await fang.until(TUESDAY, 22)
    assert len(fang.messages()) == count


async def test_a_helper_sees_nothing_before_agreeing_and_nothing_after_refusing(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    son, token = await helper_link(stage)
    stage.emulator.phone.start(son, token)
    await stage.settle()
    await press(stage, son, "/today")
    texts = texts_of(stage, son)
    assert all("片" not in message.text for message in texts)
    stage.emulator.phone.tap(son, data="1.h..no.", message_id=texts[-1].id)
    await stage.settle()
    count = len(texts_of(stage, son))
    await press(stage, son, "吃了")
    assert len(texts_of(stage, son)) == count
    assert await stage.events() == []
    assert [(link.role, link.unlinked_at is None) for link in await links(stage)] == [
        (LinkRole.OWN, True),
        (LinkRole.HELPER, False),
    ]


def texts_of(stage: Stage, user: int) -> list[MessageView]:
    return [message for message in stage.emulator.phone.messages(user) if message.from_bot]


async def helper_link(stage: Stage) -> tuple[int, str]:
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        token = (await invite(change, await participant_by_code(change, "017"), LinkRole.HELPER)).token
    stage.emulator.phone.create_user("zh-hans", "Son", 3001)
    return 3001, token


async def press(stage: Stage, user: int, text: str) -> None:
    stage.emulator.phone.send_text(user, text)
    await stage.settle()


async def test_a_helper_changes_no_setting_stops_nothing_and_consents_to_nothing(stage: Stage) -> None:
    fang = await stage.at_home()
    daughter = await stage.helper()
    before = await stage.participant()
    given = len(await consents(stage))
    for command in ("/settings", "/language", "/stop"):
        await daughter.type(command)
    message = daughter.last()
    for tap in (
        Tap(Verb.LANGUAGE, "", Language.EN),
        Tap(Verb.REMINDER_TIME, "", "2000"),
        Tap(Verb.FOOD, "", "without"),
        Tap(Verb.STOP_SURE, "", StopKind.MESSAGES),
        Tap(Verb.RESUME_MESSAGES),
        Tap(Verb.CONSENT, "", "messaging:no"),
        Tap(Verb.PRACTICE),
    ):
        await daughter.forge(tap, message)
    after = await stage.participant()
    assert (after.language, after.reminder_time, after.food) == (before.language, before.reminder_time, before.food)
    assert after.messages_stopped_at is None
    assert len(await consents(stage)) == given
    await fang.until(TUESDAY, 8)
    assert fang.offers(Verb.TAKEN)


async def test_a_helper_can_say_that_the_participant_is_unwell(stage: Stage) -> None:
    await stage.at_home()
    daughter = await stage.helper()
    count = len(daughter.messages())
    await daughter.type("不舒服")
    assert daughter.messages()[count].text.startswith(approved(daughter, trial_of(daughter).texts.emergency))
    await stage.until(stage.clock.now() + timedelta(minutes=1))
    assert (await links(stage))[1].channel is Channel.TELEGRAM
