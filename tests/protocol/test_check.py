"""The walk through a check: computed from the answers, back and on, and only what concerns this person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.answers import Answer, AnswerState, toggled
from protocol.check import (
    Asked,
    finished,
    may_ask,
    next_question,
    question_before,
    questions,
    skipped,
    unanswered,
)
from protocol.symptoms import Applies, Ask, Item, Occasion
from tests.protocol.sheets import ANY_SHEET, SHEET, best, sensible

EVERYBODY = Asked(frozenset(Applies), photos=True)
HELPER = Asked(frozenset(Applies), helper=True, photos=True)


def walked(occasion: Occasion, asked: Asked) -> dict[str, Answer]:
    """A check answered without any trouble, question by question."""
    kept: dict[str, Answer] = {}
    while (item := next_question(SHEET, occasion, asked, kept)) is not None:
        assert item.key not in kept
        kept[item.key] = best(item)
    return kept


def test_a_person_without_trouble_is_through_the_weekly_check_in_a_minute() -> None:
    assert len(walked(Occasion.WEEKLY, EVERYBODY)) <= 28
    assert len(walked(Occasion.BASELINE, EVERYBODY)) <= 8
    assert len(walked(Occasion.AGAIN, EVERYBODY)) <= 8


@pytest.mark.parametrize("occasion", [Occasion.WEEKLY, Occasion.UNWELL, Occasion.AGAIN])
def test_dangers_are_asked_first(occasion: Occasion) -> None:
    first = next_question(SHEET, occasion, EVERYBODY, {})
    assert first is not None
    assert first.key == "danger_breath"


@given(st.sampled_from(Occasion), ANY_SHEET, st.booleans())
def test_every_walk_comes_to_its_end(occasion: Occasion, kept: dict[str, Answer], helper: bool) -> None:
    asked = HELPER if helper else EVERYBODY
    seen: list[str] = []
    while (item := next_question(SHEET, occasion, asked, kept)) is not None:
        assert item.key not in seen
        seen.append(item.key)
        kept = kept | {item.key: skipped(item)}
    assert set(seen) <= set(unanswered(SHEET, occasion, asked, kept))


@given(st.data(), st.sampled_from(Occasion))
def test_a_helper_never_sees_a_question_about_pregnancy(data: st.DataObject, occasion: Occasion) -> None:
    kept: dict[str, Answer] = {}
    while (item := next_question(SHEET, occasion, HELPER, kept)) is not None:
        assert item.applies is None
        assert "pregnan" not in item.text["en"]  # type: ignore[index]
        assert "怀孕" not in item.text["zh"]  # type: ignore[index]
        kept = kept | {item.key: Answer(item.key, data.draw(sensible(item)))}
    assert question_before(SHEET, occasion, HELPER, kept, "pregnancy_self") is None


def test_pregnancy_is_asked_of_whom_it_concerns_only() -> None:
    def asked_for(*applies: Applies) -> list[str]:
        found = questions(SHEET, Occasion.WEEKLY, Asked(frozenset(applies)), {})
        return [item.key for item in found if item.key.startswith("pregnancy")]

    assert asked_for() == []
    assert asked_for(Applies.PREGNANCY_SELF) == ["pregnancy_self"]
    assert asked_for(Applies.PREGNANCY_PARTNER) == ["pregnancy_partner"]
    partner = SHEET.items["pregnancy_partner"]
    assert not may_ask(partner, Occasion.WEEKLY, Asked(frozenset({Applies.PREGNANCY_SELF})))


def test_photos_are_offered_only_where_they_are_taken() -> None:
    kept = {"other": Answer("other", "light")}
    keys = {item.key for item in questions(SHEET, Occasion.UNWELL, Asked(), kept)}
    assert "other_text" in keys
    assert "other_photo" not in keys
    assert "other_photo" in {item.key for item in questions(SHEET, Occasion.UNWELL, EVERYBODY, kept)}


def test_the_baseline_asks_what_belongs_to_the_illness() -> None:
    keys = [item.key for item in questions(SHEET, Occasion.BASELINE, EVERYBODY, {})]
    assert keys == ["cough", "breath_exertion", "fatigue", "dizziness", "palpitations"]


def test_stopping_and_coming_back_leads_to_the_same_question() -> None:
    kept = {key: best(SHEET.items[key]) for key in ("danger_breath", "danger_head")}
    for _ in range(2):
        item = next_question(SHEET, Occasion.WEEKLY, EVERYBODY, dict(kept))
        assert item is not None
        assert item.key == "danger_bleeding"


def test_back_leads_through_what_was_asked_and_on_again() -> None:
    kept = {
        "danger_breath": Answer("danger_breath", ""),
        "danger_body": Answer("danger_body", ""),
        "feverish": Answer("feverish", "yes"),
        "can_measure": Answer("can_measure", "no"),
    }
    assert _key(next_question(SHEET, Occasion.AGAIN, EVERYBODY, kept)) == "temperature"
    assert _key(question_before(SHEET, Occasion.AGAIN, EVERYBODY, kept, "temperature")) == "can_measure"
    assert _key(question_before(SHEET, Occasion.AGAIN, EVERYBODY, kept, "feverish")) == "danger_body"
    corrected = kept | {"feverish": Answer("feverish", "no")}
    assert _key(next_question(SHEET, Occasion.AGAIN, EVERYBODY, corrected)) == "cough"
    assert question_before(SHEET, Occasion.AGAIN, EVERYBODY, kept, "danger_breath") is None


def test_a_temperature_brings_its_site_and_the_question_about_fever_medicine() -> None:
    kept = {"feverish": Answer("feverish", "yes"), "temperature": Answer("temperature", "37.6")}
    keys = [item.key for item in questions(SHEET, Occasion.WEEKLY, EVERYBODY, kept)]
    assert keys[keys.index("temperature") :][:3] == ["temperature", "temperature_site", "antipyretic"]


def test_several_options_are_marked_one_by_one_until_done() -> None:
    item = SHEET.items["danger_breath"]
    one = toggled(item, None, "chest_pain")
    two = toggled(item, one, "at_rest")
    assert (two.value, two.state) == ("at_rest,chest_pain", AnswerState.CHOOSING)
    assert toggled(item, two, "at_rest") == one
    assert _key(next_question(SHEET, Occasion.WEEKLY, EVERYBODY, {item.key: two})) == item.key
    done = finished(item, {item.key: two})
    assert done == Answer(item.key, "at_rest,chest_pain")
    assert _key(next_question(SHEET, Occasion.WEEKLY, EVERYBODY, {item.key: done})) == "danger_head"
    assert finished(item, {item.key: skipped(item)}) == Answer(item.key, "")


def test_what_was_skipped_is_told_and_never_read_as_no() -> None:
    kept = walked(Occasion.WEEKLY, EVERYBODY)
    assert unanswered(SHEET, Occasion.WEEKLY, EVERYBODY, kept) == ()
    item = SHEET.items["danger_head"]
    assert unanswered(SHEET, Occasion.WEEKLY, EVERYBODY, kept | {item.key: skipped(item)}) == (item.key,)


def test_every_item_is_reached_by_somebody() -> None:
    reached = {
        item.key
        for occasion in Occasion
        for item in questions(SHEET, occasion, EVERYBODY, {key: _most(one) for key, one in SHEET.items.items()})
    }
    assert reached == set(SHEET.items)


def _most(item: Item) -> Answer:
    ends = {Ask.SEVERITY: "very_bad", Ask.YES_NO: "yes", Ask.TEMPERATURE: "39.0"}
    return Answer(item.key, ends.get(item.ask) or (list(item.options)[-1] if item.options else ""))


def _key(item: Item | None) -> str:
    return item.key if item else ""
