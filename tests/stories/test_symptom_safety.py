"""What a symptom check sets going: the emergency text, alerts, a held dose, a second question."""

from datetime import date, timedelta

from actions.conversation import answer
from actions.facts import participant_by_code
from actions.hearing import Heard
from models.chat_access import access_chat
from protocol.screens import Emergency, SymptomQuestion
from protocol.symptoms import Applies, Occasion, Tier
from protocol.taps import Tap, Verb
from protocol.terms import AlertKind, Channel, Language, Level, PromptKind, PromptState
from tests.stories.sight import trial_of
from tests.stories.stage import Stage
from tests.stories.walking import (
    answers,
    causes,
    checks,
    feels_unwell,
    has_emergency,
    nothing,
    open_item,
    press,
    symptom_alerts,
    until_asked,
)


async def test_a_red_answer_shows_the_emergency_text_before_the_next_question_and_tells_staff(stage: Stage) -> None:
    fang = await feels_unwell(stage)
    before = len(fang.messages())
    await press(fang, "chest_pain")
    texts = [message.text for message in fang.messages()[before:]]
    assert has_emergency(fang, texts[0])
    assert open_item(fang).key == "danger_breath"  # the question stands below it again
    assert "✓ 胸口痛" in fang.labels()
    (alert,) = await symptom_alerts(stage)
    assert (alert.level, alert.cause_key.rpartition("|")[2]) == (Level.RED, "rule.chest_pain")
    assert (await stage.participant()).blocked_at is not None
    await fang.tap(Verb.SYMPTOM_DONE)
    assert open_item(fang).key == "danger_head"
    (check,) = await checks(stage)
    assert check.tier is Tier.RED


async def test_the_answer_itself_begins_with_the_emergency_text_whatever_the_alarm_has_done(stage: Stage) -> None:
    fang = await feels_unwell(stage)
    (check,) = await checks(stage)
    async with stage.system.store.change(at=stage.clock.now()) as change:
        chat = await access_chat(change, Channel.TELEGRAM, str(fang.user))
        assert chat is not None
        participant = await participant_by_code(change, "017")
        heard = Heard(change, chat, participant, stage.system.trial, "below the door", change.at)
        shown = await answer(heard, Tap(Verb.SYMPTOM_ANSWER, check.id, "danger_breath:chest_pain"))
    assert [type(one.screen) for one in shown] == [Emergency, SymptomQuestion]


async def test_after_red_no_reminder_invites_to_take_and_a_dose_taken_all_the_same_is_told(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(date(2026, 3, 3), 8)
    reminder = fang.last()
    _, taken = fang.button(Verb.TAKEN)
    await fang.type("我不舒服")
    await press(fang, "at_rest")
    standing = next(message for message in fang.messages() if message.id == reminder.id)
    assert trial_of(fang).texts.ask_team[Language.ZH] in standing.text
    assert not any(":" not in button.data and ".t." in button.data for row in standing.buttons for button in row)
    stage.emulator.phone.tap(fang.user, data=taken, message_id=reminder.id)  # an old phone still shows it
    await stage.settle()
    assert (await stage.dose(1)).units_taken == 2
    kinds = {alert.kind for alert in await stage.alerts()}
    assert AlertKind.TAKEN_ON_HOLD in kinds
    before = len(fang.messages())
    await fang.until(date(2026, 3, 4), 9)
    assert any(trial_of(fang).texts.ask_team[Language.ZH] in message.text for message in fang.messages()[before:])
    assert not fang.offers(Verb.TAKEN)


async def test_a_temperature_is_typed_or_tapped_and_an_unlikely_one_is_asked_for_again(stage: Stage) -> None:
    fang = await feels_unwell(stage)
    await until_asked(fang, "feverish")
    await press(fang, "yes")
    await press(fang, "yes")  # a thermometer is at hand
    assert open_item(fang).key == "temperature"
    for typed in ("385", "43.2", "hot"):
        await fang.type(typed)
        assert open_item(fang).key == "temperature"
    assert await answers(stage, "temperature") == []
    await fang.type("38.0")
    assert open_item(fang).key == "temperature_site"
    assert has_emergency(fang, fang.messages()[-2].text)
    await press(fang, "ear")
    await press(fang, "yes")  # something for fever in the last six hours
    told = {row.item: row.value for row in await answers(stage)}
    assert (told["temperature"], told["temperature_site"], told["antipyretic"]) == ("38.0", "ear", "yes")
    assert "rule.temperature_red" in causes(await symptom_alerts(stage))


async def test_a_raised_temperature_is_asked_about_again_after_four_hours_outside_the_quiet_ones(stage: Stage) -> None:
    fang = await feels_unwell(stage)
    await until_asked(fang, "feverish")
    await press(fang, "yes")
    await press(fang, "yes")
    await press(fang, "37_5")
    (check,) = await checks(stage)
    told_at = stage.clock.now()
    assert check.again_at is not None
    assert abs(check.again_at - told_at - timedelta(hours=4)) < timedelta(seconds=5)
    await stage.until(told_at + timedelta(hours=4, minutes=1))
    assert fang.offers(Verb.SYMPTOM_BEGIN)
    await fang.tap(Verb.SYMPTOM_BEGIN)
    again = (await checks(stage))[-1]
    assert (again.occasion, again.follows_id) == (Occasion.AGAIN, check.id)


async def test_in_the_night_it_is_asked_about_again_in_the_morning(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(date(2026, 3, 2), 20)
    await fang.type("我不舒服")
    await until_asked(fang, "feverish")
    await press(fang, "yes")
    await press(fang, "yes")
    await press(fang, "37_5")
    count = len(fang.messages())
    await fang.until(date(2026, 3, 3), 6, 59)
    assert len(fang.messages()) == count
    await fang.until(date(2026, 3, 3), 7, 1)
    assert fang.offers(Verb.SYMPTOM_BEGIN)


async def test_it_is_not_asked_about_again_once_it_was_corrected_or_is_red(stage: Stage) -> None:
    fang = await feels_unwell(stage)
    await until_asked(fang, "feverish")
    shown, no = fang.button(Verb.SYMPTOM_ANSWER, ":no")
    await press(fang, "yes")
    await press(fang, "yes")
    await press(fang, "37_5")
    assert (await checks(stage))[0].again_at is not None
    await fang.tap(Verb.SYMPTOM_BACK)
    assert open_item(fang).key == "temperature"
    await press(fang, "36_5")
    stage.emulator.phone.tap(fang.user, data=no, message_id=shown.id)
    await stage.settle()
    (check,) = await checks(stage)
    assert check.again_at is None
    (prompt,) = [row for row in await stage.prompts() if row.kind is PromptKind.SYMPTOM_AGAIN]
    assert prompt.state is PromptState.CANCELLED


async def test_a_possible_pregnancy_holds_the_dose_and_pages_an_investigator(stage: Stage) -> None:
    emma = await stage.at_home(language=Language.EN)
    async with stage.system.store.change(at=stage.clock.now()) as change:
        row = await participant_by_code(change, "017")
        row.pregnancy_item = Applies.PREGNANCY_SELF
    await emma.type("I feel unwell")
    await until_asked(emma, "pregnancy_self")
    await press(emma, "yes")
    assert (await stage.participant()).blocked_at is not None
    assert "rule.pregnancy_self" in causes(await symptom_alerts(stage))


async def test_the_baseline_is_offered_after_entry_and_later_only_what_is_worse_is_told(stage: Stage) -> None:
    fang = await stage.set_up()
    assert fang.offers(Verb.SYMPTOM_BEGIN)
    await fang.tap(Verb.SYMPTOM_BEGIN)
    assert open_item(fang).key == "cough"
    await nothing(fang)
    await press(fang, "moderate")  # short of breath on the stairs, as always
    while fang.offers(Verb.SYMPTOM_SKIP):
        await nothing(fang)
    assert await symptom_alerts(stage) == []
    await fang.type("我不舒服")
    await until_asked(fang, "breath_exertion")
    await press(fang, "moderate")
    assert await symptom_alerts(stage) == []
    await fang.tap(Verb.SYMPTOM_BACK)
    await press(fang, "bad")
    assert causes(await symptom_alerts(stage)) == {"rule.breath_worse"}


async def test_an_old_button_of_a_closed_check_that_says_something_red_is_heard(stage: Stage) -> None:
    fang = await feels_unwell(stage)
    shown, data = fang.button(Verb.SYMPTOM_ANSWER, ":chest_pain")
    await stage.until(stage.clock.now() + timedelta(hours=80))
    (check,) = await checks(stage)
    assert check.closed_at is not None
    before = len(fang.messages())
    stage.emulator.phone.tap(fang.user, data=data, message_id=shown.id)
    await stage.settle()
    assert any(has_emergency(fang, message.text) for message in fang.messages()[before:])
    assert [one.occasion for one in await checks(stage)] == [Occasion.UNWELL, Occasion.UNWELL]
    assert [alert.level for alert in await symptom_alerts(stage)] == [Level.RED]
