"""Triage raises and never lowers: each danger is red, a worse answer never helps, and nothing makes it fail."""

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocol.answers import Answer, AnswerState
from protocol.symptoms import Ask, Tier
from protocol.terms import Level
from protocol.triage import TIERS, Reason, ReasonKind, Triage, added, triage, triage_of_answer, triage_of_text
from tests.protocol.sheets import ANY_SHEET, SHEET, TRIAL, answers, healthy, said, sheets, worsened

DANGERS = [
    *[("danger_breath", one) for one in ("at_rest", "lying", "chest_pain", "blood_cough", "swollen_face")],
    *[("danger_head", one) for one in ("fainted", "confused", "seizure", "one_side", "sight", "self_harm")],
    *[("danger_bleeding", one) for one in ("heavy", "black_stool", "head_injury", "fall", "belly_pain")],
    *[("danger_body", one) for one in ("rigors", "one_leg", "yellow_eyes", "dark_urine", "little_urine")],
    *[("danger_skin", one) for one in ("blisters", "eye_blisters", "chickenpox")],
]
NO_BASELINE: dict[str, Answer] = {}


def told(**values: str) -> Triage:
    return triage(said(**values), NO_BASELINE, TRIAL)


def no_lower(before: Triage, after: Triage) -> None:
    """`after` asks for at least as much as `before`, in every way and for each reason by itself."""
    assert TIERS.index(after.tier) >= TIERS.index(before.tier)
    for reason in before.reasons:
        again = [one for one in after.reasons if one.cause == reason.cause]
        assert max((TIERS.index(one.tier) for one in again), default=-1) >= TIERS.index(reason.tier), reason.cause
        for effect in ("emergency", "holds_dose", "possible_sae", "pages_investigator"):
            assert any(getattr(one, effect) for one in again) >= getattr(reason, effect), (reason.cause, effect)


@pytest.mark.parametrize(("item", "option"), DANGERS, ids=lambda one: str(one))
def test_each_danger_is_red_shows_the_emergency_text_and_holds_the_dose(item: str, option: str) -> None:
    found = told(**{item: option})
    assert (found.tier, found.level, found.emergency, found.holds_dose) == (Tier.RED, Level.RED, True, True)
    assert [reason.items for reason in found.reasons] == [(item,)]


def test_no_danger_that_is_asked_about_is_left_out() -> None:
    asked = {(key, one) for key, item in SHEET.items.items() if key.startswith("danger_") for one in item.options}
    assert asked == set(DANGERS)


@pytest.mark.parametrize(
    ("degrees", "tier"),
    [
        ("36.5", Tier.GREEN),
        ("37.2", Tier.GREEN),
        ("37.24", Tier.GREEN),
        ("37.25", Tier.AMBER),
        ("37.3", Tier.AMBER),
        ("37.9", Tier.AMBER),
        ("37.94", Tier.AMBER),
        ("37.95", Tier.RED),
        ("38", Tier.RED),
        ("38.0", Tier.RED),
        ("42.5", Tier.RED),
        ("50", Tier.RED),
    ],
)
def test_no_temperature_falls_between_the_tiers(degrees: str, tier: Tier) -> None:
    assert told(temperature=degrees).tier is tier


def test_a_slightly_raised_temperature_is_asked_about_again_after_four_hours() -> None:
    assert told(temperature="37.5").again_after == timedelta(hours=4)
    assert told(feverish="yes").again_after == timedelta(hours=4)
    assert told(temperature="38.5").again_after is None
    assert told(temperature="36.8").again_after is None


@pytest.mark.parametrize("fever", [{"temperature": "37.3"}, {"feverish": "yes"}], ids=["measured", "felt"])
@pytest.mark.parametrize(
    "sign", [{"cough": "light"}, {"breath_exertion": "light"}, {"danger_head": "confused"}], ids=lambda one: str(one)
)
def test_any_fever_with_cough_breathlessness_or_confusion_is_red(fever: dict[str, str], sign: dict[str, str]) -> None:
    assert told(**fever).tier is Tier.AMBER
    found = told(**fever, **sign)
    assert (found.tier, found.emergency) == (Tier.RED, True)


def test_rigors_are_red_at_any_temperature() -> None:
    assert told(danger_body="rigors", temperature="36.0", feverish="no").tier is Tier.RED


@pytest.mark.parametrize("key", ["fatigue", "palpitations", "dizziness", "breath_exertion"])
def test_the_illness_own_symptoms_alert_when_they_are_worse_than_at_the_baseline(key: str) -> None:
    usual = said(**{key: "moderate"})
    assert triage(said(**{key: "moderate"}), usual, TRIAL).tier is Tier.GREEN
    assert triage(said(**{key: "light"}), usual, TRIAL).tier is Tier.GREEN
    worse = triage(said(**{key: "bad"}), usual, TRIAL)
    assert (worse.tier, worse.reasons[0].without_baseline) == (Tier.AMBER, False)


@pytest.mark.parametrize("key", ["fatigue_rest", "palpitations_rest", "dizziness_rest"])
def test_at_rest_they_alert_whatever_the_baseline(key: str) -> None:
    assert triage(said(**{key: "yes"}), said(**{key: "yes"}), TRIAL).tier is Tier.AMBER


def test_without_a_baseline_any_of_it_counts_as_worse_and_says_so() -> None:
    found = told(fatigue="light")
    assert (found.tier, found.reasons[0].without_baseline) == (Tier.AMBER, True)


def test_a_baseline_judged_by_itself_is_no_worsening() -> None:
    usual = said(fatigue="very_bad", cough="bad", dizziness="bad", palpitations="bad", breath_exertion="very_bad")
    assert triage(usual, usual, TRIAL).tier is Tier.GREEN


AMBER = [
    {"mouth_eating": "yes"},
    {"stools": "four"},
    {"stool_blood": "yes"},
    {"belly_signs": "vomiting"},
    {"swelling_both": "yes"},
    {"belly_signs": "foamy_urine"},
    {"belly_signs": "weight_gain"},
    {"skin_band": "yes"},
    {"infection_signs": "burning"},
    {"infection_signs": "wound"},
    {"surgery": "yes"},
    {"vaccine": "yes"},
    {"medicine": "yes"},
    {"cough": "light"},
    {"breath_exertion": "light"},
    {"transfusion": "unexpected"},
    {"other_text": "膝盖有点酸"},
]
GREEN = [
    {"mouth": "light"},
    {"skin": "light"},
    {"headache": "light"},
    {"headache": "moderate"},
    {"diarrhoea": "light", "stools": "few"},
    {"transfusion": "none"},
    {"transfusion": "expected", "transfusion_amount": "2 cn_u"},
    {"admission": "for_transfusion"},
]


@pytest.mark.parametrize("values", AMBER, ids=lambda one: str(one))
def test_what_staff_must_see_the_same_day_is_amber(values: dict[str, str]) -> None:
    found = triage(answers(values), NO_BASELINE, TRIAL)
    assert (found.tier, found.level, found.emergency) == (Tier.AMBER, Level.AMBER, False)


@pytest.mark.parametrize("values", GREEN, ids=lambda one: str(one))
def test_what_is_mild_or_expected_is_green_and_no_alert(values: dict[str, str]) -> None:
    found = triage(answers(values), NO_BASELINE, TRIAL)
    assert (found.tier, found.level, found.reasons) == (Tier.GREEN, None, ())


@pytest.mark.parametrize("where", ["planned", "emergency", "admitted"])
def test_a_past_admission_pages_and_may_be_serious_without_the_emergency_text(where: str) -> None:
    found = told(admission=where, admission_now="no")
    assert (found.level, found.possible_sae, found.emergency) == (Level.RED, True, False)
    now = told(admission=where, admission_now="yes")
    assert (now.level, now.possible_sae, now.emergency) == (Level.RED, True, True)
    assert told(admission=where, danger_breath="chest_pain").emergency


@pytest.mark.parametrize("whose", ["pregnancy_self", "pregnancy_partner"])
def test_a_possible_pregnancy_pages_the_investigator_and_holds_the_dose(whose: str) -> None:
    found = told(**{whose: "yes"})
    assert (found.tier, found.pages_investigator, found.holds_dose) == (Tier.AMBER, True, True)
    assert not found.emergency


@pytest.mark.parametrize("name", ["克拉霉素", "伊曲康唑", "利福平", "奈玛特韦/利托那韦", "Paxlovid", "voriconazole"])
def test_a_strong_interacting_medicine_pages_the_investigator(name: str) -> None:
    assert told(medicine="yes").pages_investigator is False
    found = told(medicine="yes", medicine_names=f"医生开了{name}")
    assert (found.tier, found.pages_investigator, found.holds_dose) == (Tier.AMBER, True, False)


@given(worsened(), sheets())
def test_a_worse_answer_never_lowers_anything(
    pair: tuple[dict[str, Answer], dict[str, Answer]], baseline: dict[str, Answer]
) -> None:
    before, after = pair
    no_lower(triage(before, baseline, TRIAL), triage(after, baseline, TRIAL))


@pytest.mark.parametrize("rule", TRIAL.rules, ids=lambda rule: rule.key)
def test_each_rule_holds_on_while_its_answers_get_worse(rule: object) -> None:
    """Every rule by itself, over every answer that fulfils it: all its items at their worst still fulfil it."""
    found = next(one for one in TRIAL.rules if one is rule)
    keys = {condition.item for condition in found.when}
    worst = {key: _worst(key) for key in keys}
    alone = triage({key: Answer(key, value) for key, value in worst.items()}, NO_BASELINE, TRIAL)
    assert f"rule.{found.key}" in {reason.cause for reason in alone.reasons}


def _worst(key: str) -> str:
    item = SHEET.items[key]
    ends = {Ask.SEVERITY: "very_bad", Ask.YES_NO: "yes", Ask.TEMPERATURE: "42.5", Ask.TEXT: "x", Ask.PHOTO: "sent"}
    return ends.get(item.ask) or (",".join(item.options) if item.ask is Ask.SEVERAL else list(item.options)[-1])


@given(ANY_SHEET, ANY_SHEET)
@example({"temperature": Answer("temperature", "nan")}, {})
@example({"fatigue": Answer("fatigue", "bad")}, {"fatigue": Answer("fatigue", "perfect")})
def test_whatever_is_kept_gives_a_tier(kept: dict[str, Answer], baseline: dict[str, Answer]) -> None:
    assert triage(kept, baseline, TRIAL).tier in TIERS


@given(st.text())
def test_whatever_is_written_gives_a_tier(text: str) -> None:
    assert triage_of_text(text, TRIAL).tier in TIERS


@given(sheets(), ANY_SHEET)
def test_what_is_unreadable_or_skipped_lowers_nothing(sheet: dict[str, Answer], other: dict[str, Answer]) -> None:
    added_ones = {key: answer for key, answer in other.items() if key not in sheet}
    no_lower(triage(sheet, {}, TRIAL), triage(sheet | added_ones, {}, TRIAL))


def test_an_answer_nobody_can_read_is_amber_and_named() -> None:
    for answer in (Answer("danger_head", "fell_over"), Answer("temperature", "warm"), Answer("gone", "yes")):
        found = triage({answer.item: answer}, {}, TRIAL)
        assert (found.tier, found.reasons[0].kind) == (Tier.AMBER, ReasonKind.UNREADABLE)


def test_a_healthy_person_is_green() -> None:
    assert triage(healthy(), {}, TRIAL).reasons == ()


@given(sheets())
def test_one_answer_alone_is_never_above_the_whole(sheet: dict[str, Answer]) -> None:
    whole = triage(sheet, {}, TRIAL)
    for answer in sheet.values():
        no_lower(triage_of_answer(answer, TRIAL), whole)


@given(sheets(), sheets())
def test_a_skipped_baseline_counts_as_none(sheet: dict[str, Answer], baseline: dict[str, Answer]) -> None:
    passed = {key: Answer(key, answer.value, AnswerState.SKIPPED) for key, answer in baseline.items()}
    assert triage(sheet, passed, TRIAL) == triage(sheet, {}, TRIAL)
    no_lower(triage(sheet, baseline, TRIAL), triage(sheet, {}, TRIAL))


def test_options_still_being_marked_already_count() -> None:
    half = Answer("danger_breath", "chest_pain", AnswerState.CHOOSING)
    assert triage({half.item: half}, {}, TRIAL).emergency


def test_reasons_stand_from_the_worst_on_and_new_ones_are_told_apart() -> None:
    before = told(stool_blood="yes")
    after = told(stool_blood="yes", danger_breath="chest_pain")
    assert [reason.tier for reason in after.reasons] == [Tier.RED, Tier.AMBER]
    assert [reason.cause for reason in added(before, after)] == ["rule.chest_pain"]
    assert added(after, before) == ()
    assert isinstance(after.reasons[0], Reason)
