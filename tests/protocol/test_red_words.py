"""Red words only raise: a denial is believed only where a clause says nothing else, and even then a human looks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.red_words import temperatures_in
from protocol.symptoms import Tier
from protocol.triage import TIERS, triage_of_text
from tests.protocol.sheets import TRIAL

RED = [
    "胸痛",
    "我胸 口 痛，怎么办",
    "从没这么胸痛过",
    "没有胸痛？",
    "没有发烧，但是胸痛",
    "没有以前那么胸痛",
    "没有力气，胸痛",
    "不想活了",
    "早上晕倒了一次",
    "大便发黑两天",
    "突然看不见",
    "一条腿肿了",
    "Chest pain since this morning",
    "CHEST  PAIN",
    "no chest pain like this before",
    "no chest pain but I fainted",
    "I want to die",
    "我有chest pain",
    "烧到38度5",
    "体温38度",
    "38.0",
    "39.2 fever",
    "不是没有胸痛",
]
AMBER = ["没有胸痛", "我没有胸痛。", "无胸痛", "也没胸痛", "no chest pain", "I have no chest pain.", "有点发烧", "37.5"]
GREEN = [
    "昨天忘了吃药",
    "I am at the hospital for the blood draw",
    "我没有吃多药",
    "谢谢",
    "几点抽血",
    "我39岁",
    "thank you, all is well",
    "38",
    "房间在105",
    "138.5",
]


@pytest.mark.parametrize("text", RED)
def test_danger_in_own_words_is_red(text: str) -> None:
    found = triage_of_text(text, TRIAL)
    assert (found.tier, found.emergency, found.holds_dose) == (Tier.RED, True, True)


@pytest.mark.parametrize("text", AMBER)
def test_a_plain_denial_or_a_slight_fever_still_lets_a_human_look(text: str) -> None:
    found = triage_of_text(text, TRIAL)
    assert (found.tier, found.emergency) == (Tier.AMBER, False)


@pytest.mark.parametrize("text", GREEN)
def test_ordinary_messages_raise_nothing(text: str) -> None:
    assert triage_of_text(text, TRIAL).tier is Tier.GREEN


def test_a_double_dose_in_words_is_red_with_its_own_text() -> None:
    found = triage_of_text("我今天吃了两次", TRIAL)
    assert (found.tier, found.emergency, found.reasons[0].key) == (Tier.RED, False, "overdose")


def test_an_admission_in_words_may_be_serious_and_a_denied_one_is_not() -> None:
    assert triage_of_text("上周住院了", TRIAL).possible_sae
    assert not triage_of_text("没有住院", TRIAL).possible_sae
    assert triage_of_text("我好像怀孕了", TRIAL).holds_dose


@given(st.text(max_size=40), st.sampled_from(RED), st.text(max_size=40))
def test_no_words_around_it_take_a_danger_away(before: str, danger: str, after: str) -> None:
    """Set off by a full stop: what stands in the same clause may name another number or word."""
    assert triage_of_text(f"{before}。{danger}。{after}", TRIAL).tier is Tier.RED


@pytest.mark.parametrize("words", TRIAL.red_words, ids=lambda words: words.key)
def test_every_word_of_every_list_is_found(words: object) -> None:
    found = next(one for one in TRIAL.red_words if one is words)
    for word in found.words:
        for text in (word, f"今天{word}了", f"well: {word.upper()}"):
            triage = triage_of_text(text, TRIAL)
            assert TIERS.index(triage.tier) >= TIERS.index(found.tier), text
            assert any(reason.key == found.key and not reason.negated for reason in triage.reasons), text


def test_temperatures_are_read_in_all_their_spellings() -> None:
    assert temperatures_in("３８．５℃") == (38.5,)
    assert temperatures_in("38度5，后来37度") == (38.5, 37.0)
    assert temperatures_in("血压138.5") == ()
    assert temperatures_in("2 tablets at 8:38") == ()
