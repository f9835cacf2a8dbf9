"""What is asked about a dose: the same five buttons every day, and never two messages that read as two doses."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from protocol.screens import (
    AskTeam,
    CorrectQuestion,
    DoseReminder,
    EveningQuestion,
    FirstDoseQuestion,
    HowManyQuestion,
    LateAdvice,
    Reader,
    RecordQuestion,
    Snoozed,
    SnoozeQuestion,
    Undone,
    WhenQuestion,
    WhyQuestion,
)
from protocol.taps import Sure, Verb
from protocol.terms import FoodMode, NotTakenReason
from tests.messages.telling import DOSE, DUE_AT, EMMA, FANG, PHONE, REMINDER, TRIAL, buttons, labels, of_tablets, told


def test_a_reminder_names_day_time_tablets_and_food() -> None:
    assert told(REMINDER).text.splitlines() == [
        "11月23日（周一）早上8:00的提醒",
        "",
        "到时间了，请您服2片。",
        "请随餐服用。",
        "服好以后，请按下面的按钮。",
    ]
    english = told(replace(REMINDER, dose=of_tablets(1), food=FoodMode.WITHOUT), EMMA).text
    assert "Monday 23 November, 0:00 at night" in english
    assert "1 tablet now" in english
    assert "without food" in english


def test_the_buttons_stand_in_the_same_order_every_day() -> None:
    once = told(replace(REMINDER, dose=of_tablets(1)))
    assert labels(once) == ["已服1片", "之前已服", "没有服", "稍后提醒", "片数不同"]
    order = [Verb.TAKEN, Verb.EARLIER, Verb.NOT_TAKEN, Verb.LATER, Verb.HOW_MANY]
    for screen in (
        REMINDER,
        replace(REMINDER, again=True),
        EveningQuestion(DOSE, FoodMode.WITH, LateAdvice.STILL_TAKE),
        EveningQuestion(DOSE, FoodMode.WITH, LateAdvice.TOO_LATE),
        Snoozed(DOSE, DUE_AT),
        Undone(DOSE, can_take_now=True),
        Undone(DOSE, can_take_now=False),
    ):
        verbs = [button.tap.verb for button in buttons(told(screen))]
        assert verbs == [verb for verb in order if verb in verbs]
        assert len(verbs) <= 5


@pytest.mark.parametrize("units", [1, 2])
def test_another_number_than_ordered_can_be_told_at_once(units: int) -> None:
    """One of two is not the only slip: two where one was ordered must be as easy to say."""
    for again in (False, True):
        wording = told(replace(REMINDER, dose=of_tablets(units), again=again))
        assert Verb.HOW_MANY in [button.tap.verb for button in buttons(wording)]


def test_a_repeat_says_that_it_is_the_same_dose() -> None:
    """Two messages on the screen must never be read as two doses."""
    again = told(replace(REMINDER, again=True)).text
    assert "还是早上8:00的那一次，不是新的一次" in again
    assert "不要再服" in again
    assert "请您服" not in again
    english = told(replace(REMINDER, again=True), EMMA).text
    assert "Still the same dose" in english
    assert "do not take it again" in english


def test_the_evening_says_the_approved_sentence_and_offers_no_more_than_it_allows() -> None:
    still = told(EveningQuestion(DOSE, FoodMode.WITH, LateAdvice.STILL_TAKE))
    late = told(EveningQuestion(DOSE, FoodMode.WITH, LateAdvice.TOO_LATE))
    assert TRIAL.texts.late_before_cutoff[FANG.language] in still.text
    assert TRIAL.texts.late_after_cutoff[FANG.language] in late.text
    assert labels(still)[0] == "刚刚服了2片"
    assert Verb.TAKEN not in [button.tap.verb for button in buttons(late)]
    assert "随餐" not in late.text


@pytest.mark.parametrize("reader", [FANG, EMMA], ids=["zh", "en"])
@pytest.mark.parametrize("units", [1, 2, 5])
def test_a_question_for_the_record_gives_no_order_and_no_amount(reader: Reader, units: int) -> None:
    for screen in (RecordQuestion(of_tablets(units)), FirstDoseQuestion(of_tablets(units))):
        wording = told(screen, reader)
        text = "\n".join((wording.text, *labels(wording)))
        assert not re.search(r"\d ?(片|粒|tablet)|\btake\b|请您?服|现在服", text, re.IGNORECASE)
        assert not re.search(r"[一两二三四五]片", text)


def test_a_question_for_the_record_names_its_day_and_its_buttons_know_it() -> None:
    wording = told(RecordQuestion(DOSE))
    assert wording.text.count("11月23日（周一）") == 2
    assert all(button.tap.confirmed(Sure.DAY) for button in buttons(wording))
    assert buttons(wording)[0].tap.verb is Verb.EARLIER  # asks when: never recorded as of this moment


def test_while_a_human_must_decide_nothing_is_to_be_taken_and_the_number_stands_there() -> None:
    wording = told(AskTeam(DOSE))
    assert TRIAL.texts.ask_team[FANG.language] in wording.text
    assert PHONE in wording.text
    assert [button.tap.verb for button in buttons(wording)] == [Verb.EARLIER, Verb.UNWELL]
    assert "片" not in wording.text


def test_the_answer_how_many_goes_from_none_to_six() -> None:
    wording = told(HowManyQuestion(DOSE, sure="d"))
    assert [button.tap.argument for button in buttons(wording)] == ["1", "2", "3", "4", "5", "6", ""]
    assert buttons(wording)[-1].tap.verb is Verb.NOT_TAKEN
    assert {button.tap.sure for button in buttons(wording)} == {"d"}


def test_the_time_is_tapped_or_typed_and_another_day_is_named() -> None:
    choices = (DUE_AT + timedelta(hours=20), DUE_AT)
    wording = told(WhenQuestion(DOSE, 2, choices, sure="d"))
    assert labels(wording)[:2] == ["11月24日（周二）04:00", "08:00"]
    assert buttons(wording)[1].tap.argument == "2@20261123T0800"
    assert "8:30" in wording.text
    assert {button.tap.sure for button in buttons(wording)} == {"d"}


def test_every_reason_is_offered_and_all_are_fine() -> None:
    wording = told(WhyQuestion(DOSE, sure="d"))
    assert [button.tap.argument for button in buttons(wording)] == [str(reason) for reason in NotTakenReason]
    assert "选哪一项都可以" in wording.text


def test_a_snooze_says_when_and_stays_the_same_dose() -> None:
    assert labels(told(SnoozeQuestion(DOSE, (30, 60, 120)))) == ["30分钟后", "1小时后", "2小时后"]
    text = told(Snoozed(DOSE, DUE_AT + timedelta(hours=1))).text
    assert text == "好的，上午9:00再提醒您。\n还是早上8:00的那一次。"


def test_a_correction_shows_all_answers_and_a_way_back() -> None:
    today = [button.tap.verb for button in buttons(told(CorrectQuestion(DOSE, is_today=True)))]
    assert today == [Verb.TAKEN, Verb.EARLIER, Verb.NOT_TAKEN, Verb.HOW_MANY, Verb.KEEP]
    before = buttons(told(CorrectQuestion(DOSE, is_today=False, sure="d")))
    assert [button.tap.verb for button in before] == today[1:]
    assert all(button.tap.sure == "d" for button in before if button.tap.verb is not Verb.KEEP)


def test_a_reminder_in_summer_time_shows_the_readers_own_wall() -> None:
    summer = replace(DOSE, due_at=DUE_AT.replace(month=7, hour=7), due_on=date(2026, 7, 23))
    assert "Thursday 23 July, 8:00 in the morning" in told(DoseReminder(summer, FoodMode.WITH), EMMA).text
