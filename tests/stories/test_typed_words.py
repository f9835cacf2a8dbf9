"""Typed answers: whole known phrases count, everything else is kept for staff and answered at once."""

from datetime import date, time

from protocol.screens import Shown, WhichDayQuestion
from protocol.taps import Tap, Verb
from protocol.terms import AlertKind, DoseAnswer, DoseState, Language, Level
from tests.stories.sight import approved, kept_messages, opened, reads, study_days, trial_of
from tests.stories.stage import LONDON, Member, Stage

MONDAY, TUESDAY, THURSDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 5)
PICTURE = b"\xff\xd8\xff\xe0" + b"x" * 100


async def test_a_typed_taken_counts_with_its_time_in_both_languages(stage: Stage) -> None:
    fang = await stage.at_home()
    emma = await stage.at_home("018", language=Language.EN, tz=LONDON)
    await emma.until(MONDAY, 9, 15)
    await emma.type("Taken 8:30")
    theirs = await stage.dose(1, "018")
    assert (theirs.units_taken, theirs.taken_at) == (2, emma.wall(MONDAY, time(8, 30)))
    await fang.until(TUESDAY, 8, 3)
    await fang.type("吃了")
    first = await stage.dose(1)
    assert (first.state, first.units_taken, first.taken_at) == (DoseState.TAKEN, 2, fang.wall(TUESDAY, time(8, 3)))
    assert (await study_days(stage, "018"))[0].state is DoseState.TAKEN


async def test_a_typed_no_asks_why_and_is_not_a_yes(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    await fang.type("没吃")
    assert fang.offers(Verb.REASON)
    assert await stage.events() == []
    await fang.tap(Verb.REASON, "ran_out")
    assert [(event.answer, event.reason) for event in await stage.events()] == [(DoseAnswer.NOT_TAKEN, "ran_out")]


async def test_words_that_only_look_like_yes_record_nothing_and_are_kept_for_staff(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    said = ["吃了吗", "吃了两次", "吃了？", "不吃", "我吃了没有", "明天再说", "taken twice", "did I take it"]
    for words in said:
        await fang.type(words)
        assert approved(fang, trial_of(fang).texts.not_watched) in fang.text(), words
        assert fang.offers(Verb.UNWELL)
    assert await stage.events() == []
    assert (await stage.dose(1)).state is DoseState.OPEN
    kept = await kept_messages(stage)
    assert [opened(stage, message) for message in kept] == said
    assert all(words not in message.body for words, message in zip(said, kept, strict=True))
    alert = next(alert for alert in await stage.alerts() if alert.kind is AlertKind.MESSAGE)
    assert alert.times == len(said)


async def test_photos_and_voice_are_kept_and_answered_at_once(stage: Stage) -> None:
    fang = await stage.at_home()
    stage.emulator.phone.send_photo(fang.user, PICTURE, "my arm")
    await stage.settle()
    assert approved(fang, trial_of(fang).texts.not_watched) in fang.text()
    stage.emulator.phone.send_voice(fang.user)
    await stage.settle()
    assert approved(fang, trial_of(fang).texts.not_watched) in fang.text()
    kept = await kept_messages(stage)
    assert [message.kind for message in kept] == ["photo", "voice"]
    assert "my arm" in opened(stage, kept[0])
    assert "my arm" not in kept[0].body
    assert {alert.kind for alert in await stage.alerts()} == {AlertKind.MESSAGE}


async def test_feeling_unwell_shows_the_emergency_text_first_and_pages_staff(stage: Stage) -> None:
    fang = await stage.at_home()
    emergency = approved(fang, trial_of(fang).texts.emergency)
    for words in ("我不舒服", "/symptom"):
        await fang.type(words)
        assert fang.text().startswith(emergency)
        assert "010-69150000" in fang.text()
    alert = next(alert for alert in await stage.alerts() if alert.kind is AlertKind.FEELS_UNWELL)
    assert (alert.level, alert.times, alert.acknowledged_at) == (Level.RED, 2, None)
    await fang.type("昨天晚上发烧39度")
    kept = [opened(stage, message) for message in await kept_messages(stage)]
    assert kept[-1] == "昨天晚上发烧39度"
    assert all("39" not in message.body for message in await kept_messages(stage))
    assert "昨天" not in alert.cause_key


async def test_a_typed_answer_with_two_open_doses_asks_which(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    await fang.type("吃了")
    await fang.until(THURSDAY, 8, 5)
    await fang.type("吃了")
    taps = Tap(Verb.TAKEN), Tap(Verb.TAKEN)
    assert fang.text() == reads(fang, WhichDayQuestion(await shown(stage, 2), await shown(stage, 3), *taps))
    assert len(await stage.events()) == 1
    third = await stage.dose(3)
    data = next(button.data for row in fang.last().buttons for button in row if third.id in button.data)
    await press(fang, data)
    assert ((await stage.dose(2)).state, (await stage.dose(3)).state) == (DoseState.OPEN, DoseState.TAKEN)


async def shown(stage: Stage, ordinal: int) -> Shown:
    dose = await stage.dose(ordinal)
    return Shown(dose.id, dose.ordinal, dose.due_at, dose.due_on, dose.units, dose.is_first)


async def press(member: Member, data: str) -> None:
    member.stage.emulator.phone.tap(member.user, data=data, message_id=member.last().id)
    await member.stage.settle()
