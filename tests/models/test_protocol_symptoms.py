"""The symptom tables of a protocol file: no rule may lower a level, no helper see what is private, no hour be empty."""

import re

import pytest

from models.protocol_file import BUILT_IN, Problem, ProtocolFileError, load_trial, trial_from
from protocol.symptoms import Ask, Occasion, Severity, Tier
from protocol.terms import Language, Level

TEXT = BUILT_IN.read_text(encoding="utf-8")


def problems(*changes: tuple[str, str]) -> dict[str, Problem]:
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the built-in file"
        text = text.replace(old, new)
    with pytest.raises(ProtocolFileError) as refused:
        trial_from(text)
    return {re.sub(r" \(line \d+\)$", "", one.place): one for one in refused.value.problems}


def test_the_built_in_file_asks_and_alerts_by_the_trials_rules() -> None:
    trial = load_trial(None)
    assert {item.ask for item in trial.sheet.items.values()} == set(Ask)
    assert {rule.tier for rule in trial.rules} == {Tier.AMBER, Tier.RED}
    assert all(trial.sheet.scale[word][language] for word in trial.sheet.scale for language in Language)
    assert [trial.sheet.scale[step][Language.ZH] for step in Severity] == [  # type: ignore[index]
        "没有",
        "轻",
        "中等",
        "厉害",
        "非常厉害",
    ]
    assert set(trial.alerts) == {Level.RED, Level.AMBER}
    assert trial.sae.exempt_admissions == ("admission.for_transfusion",)
    assert {"items.temperature", "rules.rigors", "red_words.chest", "medicines.wuzhi"} <= set(trial.unconfirmed())


NOT_RISING = [
    ("a threshold from above", "at_least = 38.0", "at_most = 38.0"),
    ("an exact value", "at_least = 38.0", "equals = 38.0"),
    ("two thresholds", "at_least = 38.0", "at_least = 38.0, less_than = 39.0"),
    ("a negation", 'has = "rigors"', 'has_not = "rigors"'),
    ("nothing", ', has = "rigors"', ""),
]


@pytest.mark.parametrize(("old", "new"), [row[1:] for row in NOT_RISING], ids=[row[0] for row in NOT_RISING])
def test_a_condition_that_a_worse_answer_could_end_is_refused(old: str, new: str) -> None:
    found = problems((old, new))
    place, problem = next((place, one) for place, one in found.items() if place.startswith("rules."))
    assert re.fullmatch(r"rules\.(temperature_red|rigors)\.when\.0", place)
    assert "lower the level when an answer gets worse" in problem.message
    assert "at_least" in problem.remedy


def test_a_threshold_on_an_unordered_choice_is_refused() -> None:
    found = problems(
        (
            "[rules]\n",
            '[rules]\nhot_ear = { tier = "amber", when = [{ item = "temperature_site", at_least = "ear" }] }\n',
        )
    )
    assert "could fall" in found["rules.hot_ear.when.0.at_least"].message


BROKEN = [
    (
        "a rule on no item",
        'item = "danger_body", has = "rigors"',
        'item = "danger", has = "rigors"',
        "rules.rigors.when.0",
    ),
    ("a rule on no option", 'has = "rigors"', 'has = "rigor"', "rules.rigors.when.0.has"),
    (
        "a place the scale has not",
        'item = "headache", at_least = "bad"',
        'item = "headache", at_least = "terrible"',
        "rules.headache.when.0.at_least",
    ),
    (
        "a rule that everybody fulfils",
        'item = "headache", at_least = "bad"',
        'item = "headache", at_least = "none"',
        "rules.headache.when.0.at_least",
    ),
    (
        "worse than a baseline nobody was asked for",
        'item = "fatigue", worse_by = 1',
        'item = "headache", worse_by = 1',
        "rules.fatigue_worse.when.0.worse_by",
    ),
    (
        "more steps than the scale has",
        'item = "fatigue", worse_by = 1',
        'item = "fatigue", worse_by = 5',
        "rules.fatigue_worse.when.0.worse_by",
    ),
    (
        "a fever that is never red",
        'temperature_red = { tier = "red"',
        'temperature_red = { tier = "amber"',
        "items.temperature",
    ),
    (
        "a rule that never matters",
        'item = "temperature", at_least = 37.3 }], again_after',
        'item = "temperature", at_least = 38.4 }], again_after',
        "rules.temperature_amber",
    ),
    ("a green rule", 'stools = { tier = "amber"', 'stools = { tier = "green"', "rules.stools.tier"),
    (
        "an amber emergency",
        'vaccine = { tier = "amber", ',
        'vaccine = { tier = "amber", emergency = true, ',
        "rules.vaccine",
    ),
    (
        "a question about pregnancy for helpers",
        'applies = "pregnancy_partner"\nself_only = true',
        'applies = "pregnancy_partner"',
        "items.pregnancy_partner.self_only",
    ),
    ("options that nobody chooses from", 'ask = "amount"', 'ask = "yes_no"', "items.transfusion_amount.options"),
    ("an unknown kind of question", 'ask = "temperature"', 'ask = "thermometer"', "items.temperature.ask"),
    ("a number without bounds", "min = 34.0\n", "", "items.temperature.min"),
    (
        "a question before the one it hangs on",
        'asked_if = [{ item = "feverish", at_least = "yes" }, { item = "can_measure", at_least = "yes" }]',
        'asked_if = [{ item = "other", at_least = "light" }]',
        "items.temperature.asked_if.0",
    ),
    (
        "an admission both exempt and serious",
        '"admission.for_transfusion"]',
        '"admission.planned"]',
        "sae.exempt_admissions.0",
    ),
    ("an exemption of nothing", '"admission.for_transfusion"]', '"admission.dialysis"]', "sae.exempt_admissions.0"),
    ("red that sleeps at night", "always = true", "always = false", "alerts.red.always"),
    (
        "the next person before the first one twice",
        'next_after = "15 min"',
        'next_after = "4 min"',
        "alerts.red.next_after",
    ),
    ("a day that ends before it begins", 'staffed_until = "17:00"', 'staffed_until = "07:00"', "duty.staffed_until"),
    ("a check that closes before it repeats", 'repeats = ["24 h"]', 'repeats = ["72 h"]', "check.repeats"),
    ("no day of the week", 'weekday = "sunday"', 'weekday = "sonntag"', "check.weekday"),
    ("an item the instrument has not", "items = [3, 16,", "items = [4, 16,", "pro_ctcae.items"),
    ("a round within the recall", 'every = "7 days"', 'every = "6 days"', "pro_ctcae.every"),
    ("a word of one letter", 'zh = ["发烧", ', 'zh = ["烧", ', "red_words.fever.zh.0"),
    (
        "a list in one language",
        '"feverish", "chills"]\n',
        '"feverish", "chills"]\nfr = ["fièvre"]\n',
        "red_words.fever.fr",
    ),
    ("the drug in a question", 'zh = "咳嗽吗？"', 'zh = "吃了西罗莫司以后咳嗽吗？"', "items.cough.zh"),
    ("asking for side effects", 'zh = "还有别的不适吗？"', 'zh = "还有别的副作用吗？"', "items.other.zh"),
    ("你 on a button", 'zh = "胸口痛"', 'zh = "你胸口痛"', "items.danger_breath.options.chest_pain.zh"),
    ("a long question", 'en = "Do you cough?"', f'en = "{"Do you cough? " * 9}"', "items.cough.en"),
    ("a question in one language", 'en = "Do you cough?"\n', "", "items.cough.en"),
]


@pytest.mark.parametrize(("old", "new", "place"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_file_is_refused_for(old: str, new: str, place: str) -> None:
    found = problems((old, new))
    assert place in found, sorted(found)
    assert found[place].message
    assert found[place].remedy


@pytest.mark.parametrize(
    "table",
    ["check", "scale", "items", "rules", "red_words", "medicines", "duty", "alerts", "sae", "pro_ctcae"],
)
def test_each_table_is_asked_for_and_a_wrong_one_is_no_crash(table: str) -> None:
    text = re.sub(r"(?ms)^\[(" + table + r")(\.[a-z_]+)*\]\n.*?(?=^\[|^# ---|\Z)", "", TEXT)
    for broken in (text, f"{table} = 3\n{text}", f"{table} = {{ a = 1 }}\n{text}"):
        with pytest.raises(ProtocolFileError) as refused:
            trial_from(broken)
        assert any(one.place.startswith(table) for one in refused.value.problems)


def test_the_danger_items_are_asked_in_every_check_about_how_somebody_is() -> None:
    trial = load_trial(None)
    dangers = [item for key, item in trial.sheet.items.items() if key.startswith("danger_")]
    assert len(dangers) == 5
    assert all({Occasion.WEEKLY, Occasion.UNWELL} <= set(item.occasions) for item in dangers)
