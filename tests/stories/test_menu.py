"""The menu: what can be asked at any time, what can be changed, and the four different things "stop" may mean."""

from datetime import date, time

from bot.commands import register_commands
from messages.commands import command_names
from models.study.participant import StudyParticipant
from protocol.screens import Contact, Help, StopAnswered, StopConfirm, StopQuestion
from protocol.taps import Tap, Verb
from protocol.terms import AlertKind, DoseState, FoodMode, Language, ParticipantState, PromptState, StopKind
from tests.stories.sight import approved, reads, study_rows, trial_of
from tests.stories.stage import Stage

TUESDAY, WEDNESDAY, THURSDAY = date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 5)


async def test_today_asks_what_is_open_and_tells_what_stands(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.type("/today")
    assert not fang.offers(Verb.TAKEN)
    await fang.until(TUESDAY, 8, 5)
    await fang.type("今天")
    assert fang.offers(Verb.TAKEN)
    assert "2片" in fang.text()
    await fang.tap(Verb.TAKEN)
    await fang.type("/today")
    assert not fang.offers(Verb.TAKEN)
    assert len(await stage.events()) == 1


async def test_history_shows_a_month_and_leads_to_the_others(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    await fang.tap(Verb.TAKEN)
    await fang.type("/history")
    assert "2–8  · ●" in fang.text()
    await fang.forge(Tap(Verb.HISTORY, "", "202602"), fang.last())
    assert "2–8" not in fang.text()
    assert fang.offers(Verb.HISTORY)
    await fang.tap(Verb.HISTORY, "202603")
    assert "2–8  · ●" in fang.text()


async def test_the_language_changes_both_ways_and_the_next_reminder_follows(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.type("/language")
    await fang.tap(Verb.LANGUAGE, Language.EN)
    await fang.until(TUESDAY, 8)
    assert "2 tablets" in fang.text()
    assert "片" not in fang.text()
    assert (await study_rows(stage, StudyParticipant))[0].language is Language.EN
    await fang.type("/settings")
    await fang.tap(Verb.SETTINGS, "language")
    await fang.tap(Verb.LANGUAGE, Language.ZH)
    await fang.until(TUESDAY, 8, 30)
    assert "2片" in fang.text()


async def test_another_reminder_time_moves_what_is_planned_and_the_old_time_stays_quiet(stage: Stage) -> None:
    fang = await stage.at_home()
    ids = [dose.id for dose in await stage.doses()]
    await fang.type("/settings")
    await fang.tap(Verb.SETTINGS, "time")
    await fang.type("9:45")
    count = len(fang.messages())
    await fang.until(TUESDAY, 9, 44)
    assert len(fang.messages()) == count
    await fang.until(TUESDAY, 9, 45)
    assert fang.offers(Verb.TAKEN)
    doses = await stage.doses()
    assert [dose.id for dose in doses][: len(ids)] == ids  # the same doses, moved; none twice
    assert doses[0].due_at == fang.wall(TUESDAY, time(9, 45))
    assert (await study_rows(stage, StudyParticipant))[0].reminder_time == time(9, 45)


async def test_the_food_mode_changes_and_the_next_reminder_repeats_it(stage: Stage) -> None:
    fang, other = await stage.at_home(), await stage.at_home("018")
    await fang.type("/settings")
    await fang.tap(Verb.SETTINGS, "food")
    await fang.tap(Verb.FOOD, FoodMode.WITHOUT)
    await fang.until(TUESDAY, 8)
    assert (await stage.participant()).food is FoodMode.WITHOUT
    assert fang.text() != other.text()
    assert fang.labels() == other.labels()


async def test_help_contact_and_privacy_answer_at_any_time(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.type("/help")
    assert fang.text() == reads(fang, Help(own=True))
    for words in ("/contact", "打电话"):
        await fang.type(words)
        assert fang.text() == reads(fang, Contact(own=True))
        assert "010-69150000" in fang.text()
    await fang.type("/privacy")
    assert approved(fang, trial_of(fang).texts.privacy_notice) in fang.text()


async def test_settings_and_stopping_are_found_from_the_small_keyboard_without_a_command(stage: Stage) -> None:
    fang = await stage.at_home()
    for words in ("打电话", "/help"):
        await fang.type(words)
        assert fang.labels() == ["设置", "我想停止"]
        await fang.tap(Verb.SETTINGS, "")
        await fang.tap(Verb.SETTINGS, "food")
        await fang.tap(Verb.FOOD, FoodMode.WITHOUT)
        assert (await stage.participant()).food is FoodMode.WITHOUT
        await fang.type(words)
        await fang.tap(Verb.STOP, "")
        assert fang.text() == reads(fang, StopQuestion())
    assert await stage.alerts() == []  # the question alone stops nothing and tells nobody
    helper = await stage.helper()
    await helper.type("打电话")
    assert "010-69150000" in helper.text()
    assert helper.labels() == []


async def test_stopping_messages_asks_once_more_and_stops_messages_only(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.type("/stop")
    await fang.tap(Verb.STOP, StopKind.MESSAGES)
    assert fang.text() == reads(fang, StopConfirm())
    assert (await stage.participant()).messages_stopped_at is None
    await fang.tap(Verb.STOP_SURE)
    count = len(fang.messages())
    await fang.until(WEDNESDAY, 20)
    assert len(fang.messages()) == count
    first = await stage.dose(1)
    assert (first.state, first.cause) == (DoseState.NOT_ASKED, "messages_stopped")
    assert (await stage.participant()).state is ParticipantState.ACTIVE
    assert {alert.kind for alert in await stage.alerts()} == {AlertKind.STOP_ASKED}
    await fang.type("/settings")
    await fang.tap(Verb.RESUME_MESSAGES)
    await fang.until(THURSDAY, 8)
    assert fang.last().id > count


async def test_the_other_three_stops_stop_nothing_and_are_told_to_staff(stage: Stage) -> None:
    fang = await stage.at_home()
    for kind in (StopKind.DRUG, StopKind.STUDY, StopKind.CONSENT):
        await fang.type("/stop")
        await fang.tap(Verb.STOP, kind)
        assert fang.text() == reads(fang, StopAnswered(kind))
    stops = [alert for alert in await stage.alerts() if alert.kind is AlertKind.STOP_ASKED]
    assert {alert.cause_key.rpartition("|")[2] for alert in stops} == {"drug", "study", "consent"}
    person = await stage.participant()
    assert (person.state, person.messages_stopped_at) == (ParticipantState.ACTIVE, None)
    await fang.until(TUESDAY, 8)
    assert fang.offers(Verb.TAKEN)
    assert PromptState.DELIVERED in {prompt.state for prompt in await stage.prompts()}


async def test_the_commands_that_are_registered_are_exactly_those_that_work(stage: Stage) -> None:
    fang = await stage.at_home()
    await register_commands(stage.system.bot, command_names())
    registered = [command["command"] for command in stage.emulator.phone.commands(fang.user)]
    assert len(registered) >= 9
    await fang.type("/nosuchcommand")
    unknown = fang.text()
    for name in registered:
        count = len(fang.messages())
        await fang.type(f"/{name}")
        assert len(fang.messages()) == count + (3 if name == "symptom" else 1)  # after the emergency text it asks
        assert fang.text() != unknown, name
    for name in ("start", "admin", "debug", "doses", "undo"):
        assert name not in registered
