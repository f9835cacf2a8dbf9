"""What a button of the check says alone: red is known from the press, and nothing made up becomes an answer."""

import pytest

from models.protocol_file import load_trial
from protocol.answers import AnswerState
from protocol.check_taps import answer_of, argument, argument_of_option, is_red_tap, item_of, marked
from protocol.symptoms import Ask
from protocol.taps import Tap, Verb
from protocol.triage import triage_of_answer

TRIAL = load_trial(None)
EVERY = [
    (item, value)
    for item in TRIAL.sheet.items.values()
    for value in item.options
    if item.ask in (Ask.SEVERAL, Ask.CHOICE)
]


def press(item: str, value: str, verb: Verb = Verb.SYMPTOM_ANSWER) -> Tap:
    return Tap(verb, "k1", argument(item, value))


@pytest.mark.parametrize(("item", "value"), EVERY, ids=lambda one: getattr(one, "key", one))
def test_a_press_is_red_exactly_where_its_answer_alone_is(item: object, value: str) -> None:
    tap = press(item.key, value)  # type: ignore[attr-defined]
    found = answer_of(tap, TRIAL)
    assert found is not None
    assert is_red_tap(tap, TRIAL) is triage_of_answer(found, TRIAL).emergency


def test_some_presses_are_red_and_some_are_not() -> None:
    red = [value for item, value in EVERY if is_red_tap(press(item.key, value), TRIAL)]
    assert 20 < len(red) < len(EVERY)


def test_a_tapped_temperature_is_red_from_38_on() -> None:
    assert [is_red_tap(press("temperature", value), TRIAL) for value in ("37.5", "38.0", "40.0")] == [False, True, True]


def test_taking_a_mark_back_is_never_red_and_a_second_press_changes_nothing() -> None:
    item = TRIAL.sheet.items["danger_breath"]
    on = Tap(Verb.SYMPTOM_ANSWER, "k1", argument_of_option(item.key, "chest_pain", is_marked=False))
    off = Tap(Verb.SYMPTOM_ANSWER, "k1", argument_of_option(item.key, "chest_pain", is_marked=True))
    once = marked(on, item, None)
    assert marked(on, item, once) == once
    assert (once.value, once.state) == ("chest_pain", AnswerState.CHOOSING)
    assert marked(off, item, marked(off, item, once)).value == ""
    assert (is_red_tap(on, TRIAL), is_red_tap(off, TRIAL)) == (True, False)


@pytest.mark.parametrize(
    "tap",
    [
        press("danger_breath", "no_such_option"),
        press("no_such_item", "yes"),
        press("cough", "terrible"),
        press("temperature", "99"),
        press("other_text", "chest pain"),
        Tap(Verb.SYMPTOM_ANSWER, "k1", ""),
        Tap(Verb.TAKEN, "k1", argument("danger_breath", "chest_pain")),
    ],
)
def test_what_no_button_could_carry_is_no_answer(tap: Tap) -> None:
    assert answer_of(tap, TRIAL) is None
    assert not is_red_tap(tap, TRIAL)


def test_a_skip_names_its_item() -> None:
    tap = Tap(Verb.SYMPTOM_SKIP, "k1", "cough")
    found, item = answer_of(tap, TRIAL), item_of(tap, TRIAL)
    assert found is not None
    assert item is not None
    assert (found.state, item.key) == (AnswerState.SKIPPED, "cough")
