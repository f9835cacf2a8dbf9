"""Symptoms told in the chat: asked one question a screen, kept as they come, and never lost."""

from datetime import date, timedelta

from actions.facts import participant_by_code
from models.study.symptom import StudySymptomAnswer
from protocol.screens import SymptomStopped, SymptomThanks
from protocol.symptoms import Applies, Occasion, Tier
from protocol.taps import Tap, Verb
from protocol.terms import AlertKind, Language, Source
from study.reconcile import reconcile
from tests.stories.sight import kept_messages, opened, reads, study_rows
from tests.stories.stage import LONDON, Stage
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


async def test_i_feel_unwell_shows_the_emergency_text_at_once_and_then_asks_one_question(stage: Stage) -> None:
    fang = await stage.at_home()
    before = len(fang.messages())
    await fang.type("我不舒服")
    texts = [message.text for message in fang.messages()[before:]]
    assert has_emergency(fang, texts[0])
    assert "010-69150000" in texts[0]
    assert open_item(fang).key == "danger_breath"
    assert [check.occasion for check in await checks(stage)] == [Occasion.UNWELL]
    kinds = [alert.kind for alert in await stage.alerts()]
    assert AlertKind.FEELS_UNWELL in kinds


async def test_one_refused_call_does_not_keep_the_emergency_text_from_who_is_unwell(stage: Stage) -> None:
    """Telegram refuses the message on arrival and once more: it is tried a third time, before the first question."""
    fang = await stage.at_home()
    before = len(fang.messages())
    stage.emulator.faults.add(kind="status", method="sendMessage", code=400, description="Bad Request", times=2)
    await fang.type("我不舒服")
    texts = [message.text for message in fang.messages()[before:]]
    assert has_emergency(fang, texts[0])
    assert open_item(fang).key == "danger_breath"


async def test_a_check_is_one_question_a_screen_in_one_message_and_ends_without_an_all_clear(stage: Stage) -> None:
    fang = await feels_unwell(stage)
    shown, count = fang.last().id, len(fang.messages())
    places = []
    while fang.offers(Verb.SYMPTOM_SKIP):
        places.append(fang.text().partition("\n")[0])
        await nothing(fang)
    assert places[0] == "第1题 / 共23题"
    assert len(set(places)) == len(places) == 23
    assert (fang.last().id, len(fang.messages())) == (shown, count)
    assert fang.text() == reads(fang, SymptomThanks(emergency=False, told=False))
    for word in ("放心", "正常", "没事", "fine"):
        assert word not in fang.text()
    (check,) = await checks(stage)
    assert (check.tier, check.finished_at is not None) == (Tier.GREEN, True)
    assert await symptom_alerts(stage) == []


async def test_back_skip_stop_and_go_on_later_lose_no_answer(stage: Stage) -> None:
    emma = await feels_unwell(stage, language=Language.EN, tz=LONDON)
    await emma.tap(Verb.SYMPTOM_NONE)
    await emma.tap(Verb.SYMPTOM_SKIP)
    assert open_item(emma).key == "danger_bleeding"
    await emma.tap(Verb.SYMPTOM_BACK)
    assert open_item(emma).key == "danger_head"
    await emma.tap(Verb.SYMPTOM_NONE)
    await emma.tap(Verb.SYMPTOM_STOP)
    (check,) = await checks(stage)
    assert emma.text() == reads(emma, SymptomStopped(check.id))
    await stage.until(stage.clock.now() + timedelta(hours=5))
    await emma.tap(Verb.SYMPTOM_BEGIN)
    assert open_item(emma).key == "danger_bleeding"
    told = [(row.item, row.value, row.state.value) for row in await answers(stage)]
    assert told == [
        ("danger_breath", "", "answered"),
        ("danger_head", "", "skipped"),
        ("danger_head", "", "answered"),
    ]


async def test_a_restart_loses_no_answer_and_a_start_goes_on_where_it_was(stage: Stage) -> None:
    fang = await feels_unwell(stage)
    await fang.tap(Verb.SYMPTOM_NONE)
    await stage.stop()
    await stage.start()
    await fang.type("/start")
    assert open_item(fang).key == "danger_head"
    await fang.tap(Verb.SYMPTOM_NONE)
    assert open_item(fang).key == "danger_bleeding"
    assert len(await checks(stage)) == 1


async def test_two_presses_on_one_option_are_one_and_a_second_press_takes_nothing_back(stage: Stage) -> None:
    fang = await feels_unwell(stage)
    shown, data = fang.button(Verb.SYMPTOM_ANSWER, ":chest_pain")
    for _ in range(2):
        stage.emulator.phone.tap(fang.user, data=data, message_id=shown.id)
    await stage.settle()
    assert [row.value for row in await answers(stage, "danger_breath")] == ["chest_pain"]
    assert "✓ 胸口痛" in fang.labels()


async def test_an_old_screens_button_corrects_the_item_it_asked_about(stage: Stage) -> None:
    fang = await feels_unwell(stage)
    await until_asked(fang, "cough")
    shown, bad = fang.button(Verb.SYMPTOM_ANSWER, ":bad")
    _, none = fang.button(Verb.SYMPTOM_ANSWER, ":none")
    await press(fang, "bad")
    assert open_item(fang).key == "breath_exertion"
    for data in (bad, none):
        stage.emulator.phone.tap(fang.user, data=data, message_id=shown.id)
        await stage.settle()
    assert [row.value for row in await answers(stage, "cough")] == ["bad", "none"]
    assert open_item(fang).key == "breath_exertion"
    (check,) = await checks(stage)
    assert check.tier is Tier.AMBER  # what was said before is not forgotten


async def test_a_helper_may_tell_symptoms_and_is_never_asked_about_a_pregnancy(stage: Stage) -> None:
    await stage.at_home()
    async with stage.system.store.change(at=stage.clock.now()) as change:
        (await participant_by_code(change, "017")).pregnancy_item = Applies.PREGNANCY_SELF
    helper = await stage.helper()
    await helper.type("我不舒服")
    asked = []
    while helper.offers(Verb.SYMPTOM_SKIP):
        asked.append(open_item(helper).key)
        await nothing(helper)
    assert "pregnancy_self" not in asked
    assert {row.source for row in await answers(stage)} == {Source.HELPER}
    (check,) = await checks(stage)
    data = Tap(Verb.SYMPTOM_ANSWER, check.id, "pregnancy_self:yes")
    await helper.forge(data, helper.last())
    assert await answers(stage, "pregnancy_self") == []


async def test_nobody_answers_a_check_of_another_chat(stage: Stage) -> None:
    fang = await feels_unwell(stage)
    helper = await stage.helper()
    (check,) = await checks(stage)
    await helper.forge(Tap(Verb.SYMPTOM_ANSWER, check.id, "danger_breath:chest_pain"), helper.last())
    other = await stage.at_home("018")
    await other.forge(Tap(Verb.SYMPTOM_ANSWER, check.id, "danger_breath:chest_pain"), other.last())
    assert await answers(stage) == []
    assert fang.offers(Verb.SYMPTOM_SKIP)


async def test_words_of_the_participants_own_stay_sealed_and_out_of_the_study(stage: Stage) -> None:
    fang = await feels_unwell(stage)
    await until_asked(fang, "medicine")
    await press(fang, "yes")
    assert open_item(fang).key == "medicine_names"
    await fang.type("新吃的：克拉霉素")
    (row,) = await answers(stage, "medicine_names")
    assert (row.value, "克拉霉素" in (row.body or "")) == ("", False)
    assert stage.vault.open(f"symptom_answer.body/{row.id}", row.body or "") == "新吃的：克拉霉素"
    found_causes = causes(await symptom_alerts(stage))
    assert "medicine.macrolides_strong" in found_causes
    told = await study_rows(stage, StudySymptomAnswer)
    assert [(one.has_text, one.value) for one in told if one.item == "medicine_names"] == [(True, "")]
    assert "克拉霉素" not in str([one.model_dump() for one in told])
    found = await reconcile(stage.system.store, stage.system.study, stage.system.trial)
    assert [one for one in found if one.record_type.startswith("symptom")] == []


async def test_other_words_are_kept_for_staff_and_the_question_stays(stage: Stage) -> None:
    fang = await feels_unwell(stage)
    await fang.type("昨天晚上开始的")
    assert open_item(fang).key == "danger_breath"
    assert await answers(stage) == []
    assert [opened(stage, message) for message in await kept_messages(stage)][-1] == "昨天晚上开始的"


async def test_taken_typed_to_a_question_of_the_check_records_no_dose(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(date(2026, 3, 3), 8)
    await fang.type("我不舒服")
    await until_asked(fang, "feverish")
    await press(fang, "yes")
    await press(fang, "no")
    await fang.tap(Verb.SYMPTOM_SKIP)
    assert open_item(fang).key == "antipyretic"
    await fang.type("吃了")
    assert (await stage.dose(1)).units_taken == 0
    assert open_item(fang).key == "antipyretic"


async def test_feeling_unwell_again_later_asks_from_the_beginning(stage: Stage) -> None:
    fang = await feels_unwell(stage)
    await fang.tap(Verb.SYMPTOM_NONE)
    await fang.type("我不舒服")
    assert open_item(fang).key == "danger_head"  # within minutes: the same check goes on
    await stage.until(stage.clock.now() + timedelta(hours=2))
    await fang.type("我不舒服")
    assert open_item(fang).key == "danger_breath"
    first, second = await checks(stage)
    assert (first.closed_at is not None, second.closed_at) == (True, None)


async def test_before_the_consents_nothing_is_asked_about_how_somebody_feels(stage: Stage) -> None:
    fang, token = await stage.enrol()
    stage.emulator.phone.start(fang.user, token)
    await stage.settle()
    await fang.type("我不舒服")
    assert any(has_emergency(fang, message.text) for message in fang.messages())
    assert await checks(stage) == []
