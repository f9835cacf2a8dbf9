"""Every screen has its words in both languages, and every button they make leads to something that answers it."""

import ast
import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from actions.conversation import MENU
from actions.dose_answers import STEPS
from actions.self_rated import SELF_RATED_VERBS
from actions.symptom_flow import CHECK_VERBS
from actions.visit_answers import VISIT_VERBS
from bot.callback_data import encode
from messages.courier import Wording
from messages.screens import home_keyboard, word
from messages.staff_words import WHY
from messages.typed_answers import read_typed
from models.protocol_file import load_trial
from protocol.screens import InvitationRefused, LanguageQuestion, Reader, Screen
from protocol.taps import Phrase, Tap, Verb
from protocol.terms import Language
from protocol.texts import Texts
from protocol.travel import PLACES
from tests.house.house import dotted_name, sources, tree

SCREENS: tuple[type[Any], ...] = get_args(Screen)
TRIAL = load_trial(None)
RECORD = "k2v8w4hbz9qd5m7t"
ABOUT_ORDERS = {Verb.READ_BACK}
ABOUT_ALERTS = {Verb.STAFF_ALERT, Verb.STAFF_SEEN, Verb.STAFF_TAKE}

SAMPLES: dict[Any, tuple[Any, ...]] = {
    datetime: (datetime(2026, 3, 2, 0, 0, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    date: (date(2026, 3, 2),),
    time: (time(8), time(20, 30)),
    int: (1, 2, 5),
    float: (95.12, 100.0),
    bool: (False, True),
    Texts: ({Language.ZH: "问", Language.EN: "Q"},),
}
TAPS = {
    "older_tap": (Tap(Verb.TAKEN, RECORD, "1", "d"),),
    "newer_tap": (Tap(Verb.TAKEN, RECORD[::-1], "1", "d"),),
    "yes": (Tap(Verb.TAKEN_AT, RECORD, "2@20260302T0800", "dx"),),
    "second": (Tap(Verb.TAKEN_AT, RECORD, "1@20260302T0800", "d"),),
    "no": (Tap(Verb.KEEP, RECORD),),
}
IN_BOTH_AT_ONCE = (LanguageQuestion, InvitationRefused)
"""Shown before a language is chosen, so they say it in both."""

TEXTS = {"what": ("language", "time", "food"), "sure": ("", "d"), "dose_id": (RECORD,), "order_id": (RECORD,)} | {
    "check_id": (RECORD,),
    "visit_id": (RECORD,),
    "words": ("", "2."),
    "follows": ("", RECORD),
    "unit": ("", "cn_u"),
    "marked": ("chest_pain", "heavy"),
    "item": tuple(TRIAL.sheet.items),
    "guard": tuple(guard.key for guard in TRIAL.guards),
    "alert_id": (RECORD,),
    "participant_code": ("017", "P-017-0001"),
    "why": tuple(WHY),
    "text": ("OK.",),
    "staff_name": ("Li",),
    "seen_by": ("Li",),
    "owner": ("Wu",),
    "found": ("X",),
    "place": ("lon", "lax"),
    "places": tuple(PLACES),
    "tz": ("Europe/London", "Asia/Shanghai"),
}


def samples_of(kind: Any, name: str = "") -> tuple[Any, ...]:
    """Values of one type, the ordinary one first."""
    if kind is str:
        return TEXTS[name]
    if kind is Tap:
        return TAPS[name]
    if kind in SAMPLES:
        return SAMPLES[kind]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return tuple(kind)
    if get_origin(kind) is tuple:
        several = samples_of(get_args(kind)[0], name)
        return (several[:3], several[:1], ())
    if isinstance(kind, types.UnionType):
        return tuple(value for part in get_args(kind) for value in samples_of(part, name))
    if kind is type(None):
        return (None,)
    return tuple(variants(kind))


def variants(kind: type[Any]) -> Iterator[Any]:
    """One ordinary value of a dataclass, then one for each other sample of each field."""
    assert is_dataclass(kind), kind
    hints = get_type_hints(kind)
    choices = {field.name: samples_of(hints[field.name], field.name) for field in fields(kind)}
    ordinary = kind(**{name: values[0] for name, values in choices.items()})
    yield ordinary
    for name, values in choices.items():
        for value in values[1:]:
            yield replace(ordinary, **{name: value})


def worded(screen: Any, language: Language) -> Wording:
    reader = Reader(language, "Asia/Shanghai", "Li", "010-6915 6114")
    return word(screen, reader, TRIAL)


def every_tap() -> list[Tap]:
    found = [
        button.tap
        for kind in SCREENS
        for screen in variants(kind)
        for row in worded(screen, Language.EN).buttons
        for button in row
    ]
    return list(dict.fromkeys(found))


def verbs_compared() -> set[Verb]:
    """Verbs that an action compares a tap with: `tap.verb is Verb.X`, or `in (Verb.X, ...)`."""
    compared = [
        side
        for name in sources("actions")
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Compare) and dotted_name(node.left).endswith(".verb")
        for comparator in node.comparators
        for side in ast.walk(comparator)
        if isinstance(side, ast.Attribute) and dotted_name(side).startswith("Verb.")
    ]
    return {Verb[dotted_name(side).removeprefix("Verb.")] for side in compared}


def answered() -> set[Verb]:
    return set(STEPS) | set(MENU) | set(CHECK_VERBS) | set(SELF_RATED_VERBS) | set(VISIT_VERBS) | verbs_compared()


def test_there_are_screens_and_buttons() -> None:
    assert len(SCREENS) > 30
    assert len(every_tap()) > 30
    assert len(verbs_compared()) > 5


@pytest.mark.parametrize("kind", SCREENS, ids=lambda kind: kind.__name__)
def test_the_screen_has_its_words_in_both_languages(kind: type[Any]) -> None:
    for screen in variants(kind):
        chinese, english = (worded(screen, language) for language in (Language.ZH, Language.EN))
        assert chinese.text.strip()
        assert english.text.strip()
        assert (chinese.text == english.text) is isinstance(screen, IN_BOTH_AT_ONCE)
        assert taps_of(chinese) == taps_of(english)
        assert len(chinese.text) < 4096  # Bot API, sendMessage.text
        assert len(english.text) < 4096


def taps_of(wording: Wording) -> list[Tap]:
    return [button.tap for row in wording.buttons for button in row]


@pytest.mark.parametrize("kind", SCREENS, ids=lambda kind: kind.__name__)
def test_every_button_of_the_screen_fits_and_has_a_short_label(kind: type[Any]) -> None:
    for screen in variants(kind):
        for language in Language:
            buttons = [button for row in worded(screen, language).buttons for button in row]
            assert len({button.tap for button in buttons}) == len(buttons), "two buttons do the same"
            for button in buttons:
                encode(button.tap)
                assert 0 < len(button.label) <= 40, button.label


def test_every_button_leads_to_something_that_answers_it() -> None:
    assert {tap.verb for tap in every_tap()} - answered() == set()


def test_a_button_about_a_dose_is_answered_by_a_step_for_doses() -> None:
    others = ABOUT_ORDERS | ABOUT_ALERTS | CHECK_VERBS | SELF_RATED_VERBS | VISIT_VERBS
    about_doses = {tap.verb for tap in every_tap() if tap.record_id} - others
    assert about_doses
    assert about_doses - set(STEPS) == set()


def test_no_verb_is_left_without_a_button() -> None:
    assert set(Verb) - {tap.verb for tap in every_tap()} == set()


def test_the_small_keyboard_says_what_a_typed_text_understands() -> None:
    for language in Language:
        said = [read_typed(label).phrase for label in home_keyboard(language)]
        assert said == [Phrase.TODAY, Phrase.UNWELL, Phrase.CALL], language
