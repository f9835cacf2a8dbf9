"""Typed answers: whole known phrases count, everything else is kept for staff and answered at once."""

from datetime import date, time, timedelta

from actions.chatter import SAID_MAX
from protocol.screens import PhotoNotKept, Shown, Slower, WhichDayQuestion
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
        count = len(fang.messages())
        await fang.type(words)
        answer = fang.messages()[count]
        assert approved(fang, trial_of(fang).texts.not_watched) in answer.text, words
        assert fang.button(Verb.UNWELL, message=answer)
    assert await stage.events() == []
    assert (await stage.dose(1)).state is DoseState.OPEN
    kept = await kept_messages(stage)
    assert [opened(stage, message) for message in kept] == said
    assert all(words not in message.body for words, message in zip(said, kept, strict=True))
    alert = next(alert for alert in await stage.alerts() if alert.kind is AlertKind.MESSAGE)
    assert alert.times == len(said)


async def test_voice_and_the_words_below_a_photo_are_kept_and_answered_at_once(stage: Stage) -> None:
    fang = await stage.at_home()
    stage.emulator.phone.send_photo(fang.user, PICTURE, "my arm")
    await stage.settle()
    assert fang.text() == reads(fang, PhotoNotKept(words_kept=True))  # the site takes none
    stage.emulator.phone.send_voice(fang.user)
    await stage.settle()
    assert approved(fang, trial_of(fang).texts.not_watched) in fang.text()
    kept = await kept_messages(stage)
    assert [(message.kind, message.unheard) for message in kept] == [("text", False), ("voice", True)]
    assert opened(stage, kept[0]) == "my arm"
    assert "my arm" not in kept[0].body
    assert {alert.kind for alert in await stage.alerts()} == {AlertKind.MESSAGE}


async def test_feeling_unwell_shows_the_emergency_text_first_and_pages_staff(stage: Stage) -> None:
    fang = await stage.at_home()
    emergency = approved(fang, trial_of(fang).texts.emergency)
    for words in ("我不舒服", "/symptom"):
        count = len(fang.messages())
        await fang.type(words)
        first, *others = [message.text for message in fang.messages()[count:]]
        assert first.startswith(emergency)
        assert "010-69150000" in first
        assert not any(emergency in other for other in others)  # said on arrival, and not once more
    alert = next(alert for alert in await stage.alerts() if alert.kind is AlertKind.FEELS_UNWELL)
    assert (alert.level, alert.times, alert.acknowledged_at) == (Level.RED, 2, None)
    await fang.type("昨天晚上发烧39度")
    kept = [opened(stage, message) for message in await kept_messages(stage)]
    assert kept[-1] == "昨天晚上发烧39度"
    assert all("39" not in message.body for message in await kept_messages(stage))
    assert "昨天" not in alert.cause_key


async def test_a_flood_of_words_is_told_once_to_slow_down_and_a_report_in_it_counts(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    prompt, before = fang.last(), len(fang.messages())
    for number in range(SAID_MAX + 10):
        stage.emulator.phone.send_text(fang.user, f"word {number}")
    for command in ("/history", "/settings", "/start"):
        stage.emulator.phone.send_text(fang.user, command)
    stage.emulator.phone.send_text(fang.user, "我不舒服")
    await stage.settle()
    texts = [message.text for message in fang.messages()[before:]]
    assert len(texts) == SAID_MAX + 4  # the emergency text, the team is told, the first question; and once "slower"
    assert approved(fang, trial_of(fang).texts.emergency) in texts[0]  # what is urgent waits for nothing
    assert texts.count(reads(fang, Slower())) == 1
    assert len(await kept_messages(stage)) == SAID_MAX + 10 + 1  # nothing anybody wrote is lost

    await fang.tap(Verb.TAKEN, message=prompt)
    assert (await stage.dose(1)).state is DoseState.TAKEN
    await stage.until(stage.clock.now() + timedelta(minutes=2))
    await fang.type("one more word")
    assert approved(fang, trial_of(fang).texts.not_watched) in fang.text()


async def test_one_who_floods_is_not_anothers_silence(stage: Stage) -> None:
    fang, emma = await stage.at_home(), await stage.at_home("018", language=Language.EN, tz=LONDON)
    for number in range(SAID_MAX * 3):
        stage.emulator.phone.send_text(fang.user, f"word {number}")
    await emma.type("hello")
    assert approved(emma, trial_of(emma).texts.not_watched) in emma.text()


async def test_a_typed_taken_in_a_flood_is_a_report(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    for number in range(SAID_MAX + 5):
        stage.emulator.phone.send_text(fang.user, f"word {number}")
    await fang.type("吃了")
    assert (await stage.dose(1)).state is DoseState.TAKEN


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
