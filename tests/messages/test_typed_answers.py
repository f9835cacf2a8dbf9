"""Typed answers: whole known phrases say what they mean, and nothing doubtful is ever read as "taken"."""

from datetime import time
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from messages.known_phrases import KNOWN, PHRASES
from messages.screens import home_keyboard
from messages.text import Voice
from messages.typed_answers import read_typed
from protocol.taps import Phrase, Typed
from protocol.terms import Language

TAKEN = """
吃了 已吃 吃过了 已经吃了 我吃了 药吃了 吃药了 已服 已服药 刚吃了 今天的药吃了 吃过药了 吃了。 吃了！ 吃了~ 吃了👍
吃過了 已經吃了 藥吃了 【吃了】 吃\u200b了
taken|Taken.|TAKEN|took it|I took it|I've taken it|I’ve taken it|Yes, taken|yes, taken it|done|I took my tablets
"""
NOT_TAKEN = """
没吃 没有吃 还没吃 忘吃 忘吃了 忘了吃 忘了 忘记了 没服 未服药 没吃药 沒吃 還沒吃 忘記了 今天没吃
not taken|Not taken|No, not taken|forgot|I forgot|I did not take it|I didn’t take it|haven't taken|not yet
"""
NEVER_TAKEN = """
没吃 沒吃 忘吃 不吃 不吃了 别吃了 吃了吗 吃了嗎 吃了么 吃了没 吃了没有 没有吃了 没吃了 吃没吃 吃了两次 吃了兩次
吃了2次 吃了二次 又吃了 再吃了
吃了又吃 重复吃了 多吃了 少吃了 吃了一半 吃了半片 吃了一点 药吃完了 吃完了 吐了 吃了吐了 吃了？ 吃了? 可以吃了
该吃了 要吃了 快吃了 准备吃了 昨天吃了
不是吃了 没2片吃了 没8:30吃了 8点以后吃了 8点前吃了 差5分8点吃了 8点吃了9点吃了 吃了2片3片 吃了0片 吃了30片
吃了1.5片 吃了2片没 (没)吃了 没，吃了 没\u200b吃了
not taken|taken?|taken twice|taken 2 times|taken two times|did i take|did I take it|have I taken it|haven't taken
have not taken
I haven’t taken it|never taken|not sure if taken|maybe taken|taken again|taken too much|taken too many|half taken
will take it|take it
I took it and took it again|taken taken|taken not|not 2 tablets taken|taken 0 tablets|taken 1.5 tablets
taken 99 tablets|nottaken|untaken
"""
CLOCKS = {
    "8:30": (8, 30),
    "08:30": (8, 30),
    "８：３０": (8, 30),
    "8.30": (8, 30),
    "20:15": (20, 15),
    "at 8:30": (8, 30),
    "8:30 am": (8, 30),
    "8:30 p.m.": (20, 30),
    "8pm": (20, 0),
    "12 am": (0, 0),
    "12:15pm": (12, 15),
    "8 o'clock": (8, 0),
    "8点": (8, 0),
    "8點半": (8, 30),
    "8点半": (8, 30),
    "8点30": (8, 30),
    "8点30分": (8, 30),
    "8时30分": (8, 30),
    "8点一刻": (8, 15),
    "八点钟": (8, 0),
    "八点二十五": (8, 25),
    "八点零五分": (8, 5),
    "早上八点": (8, 0),
    "早上8:00": (8, 0),
    "今天早上8点": (8, 0),
    "中午12点": (12, 0),
    "中午1点": (13, 0),
    "下午3点半": (15, 30),
    "晚上8点": (20, 0),
    "晚上8:15": (20, 15),
    "晚上20:15": (20, 15),
    "二十点十五": (20, 15),
    "晚上12点": (0, 0),
}
UNITS = {
    "2": 2,
    "２": 2,
    "2片": 2,
    "两片": 2,
    "兩片": 2,
    "两": 2,
    "2 粒": 2,
    "十二片": 12,
    "2 tablets": 2,
    "two tablets": 2,
}
UNITS |= {"1 tablet": 1, "2tablets": 2, "two": 2, "20": 20}
TOGETHER = {
    "8:30吃了": (None, time(8, 30)),
    "吃了 8点半": (None, time(8, 30)),
    "我早上八点吃了两片药": (2, time(8)),
    "晚上8点吃了": (None, time(20)),
    "吃了2片": (2, None),
    "吃了2片药": (2, None),
    "已服2片": (2, None),
    "taken 8:30": (None, time(8, 30)),
    "Taken: 2 tablets": (2, None),
    "I took 2 tablets at 8:30 pm": (2, time(20, 30)),
    "taken, 1 tablet, 8.15": (1, time(8, 15)),
}
ASKED_BACK = """
36.5 37.5度 25:00 8:75 0 21 100 1.5片 半片 -3.5 2/3 早上20点 早上吃了 没2片 一点 2026-03-02 8:30:15 010-6915
at 8|8:30 9:30|2 or 3|2 tablets 8:30|118:30|12345678|²³|٣
"""


def split(table: str) -> list[str]:
    """One entry a bar on a line in English, one entry a blank on the others."""
    lines = table.strip().splitlines()
    return [entry for line in lines for entry in (line.split("|") if "a" <= line[0].lower() <= "z" else line.split())]


@pytest.mark.parametrize("text", split(TAKEN))
def test_what_says_taken_is_read_so(text: str) -> None:
    assert read_typed(text) == Typed(text, Phrase.TAKEN)


@pytest.mark.parametrize("text", split(NOT_TAKEN))
def test_what_says_not_taken_is_read_so(text: str) -> None:
    assert read_typed(text) == Typed(text, Phrase.NOT_TAKEN)


@pytest.mark.parametrize("text", split(NEVER_TAKEN))
def test_a_denial_a_question_or_a_repetition_is_never_taken(text: str) -> None:
    assert read_typed(text).phrase is not Phrase.TAKEN


@pytest.mark.parametrize(("text", "hour_minute"), CLOCKS.items())
def test_a_time_is_read_as_people_write_it(text: str, hour_minute: tuple[int, int]) -> None:
    assert read_typed(text) == Typed(text, Phrase.CLOCK, None, time(*hour_minute))


@pytest.mark.parametrize(("text", "units"), UNITS.items())
def test_a_number_of_tablets_is_read_as_people_write_it(text: str, units: int) -> None:
    assert read_typed(text) == Typed(text, Phrase.UNITS, units)


@pytest.mark.parametrize(("text", "said"), TOGETHER.items())
def test_taken_may_name_the_number_and_the_time(text: str, said: tuple[int | None, time | None]) -> None:
    assert read_typed(text) == Typed(text, Phrase.TAKEN, *said)


@pytest.mark.parametrize("text", split(ASKED_BACK))
def test_what_is_not_certain_is_asked_back(text: str) -> None:
    assert read_typed(text) == Typed(text)


@pytest.mark.parametrize("language", Language)
def test_labels_that_are_typed_instead_of_tapped_mean_the_same(language: Language) -> None:
    voice = Voice(language, "UTC")
    one_word = {"Not taken": Phrase.NOT_TAKEN, "No, not taken": Phrase.NOT_TAKEN, "Yes, taken": Phrase.TAKEN}
    one_word |= {"Remind me later": Phrase.LATER, "I feel unwell": Phrase.UNWELL, "Forgot": Phrase.NOT_TAKEN}
    for label, phrase in one_word.items():
        assert read_typed(voice.say(label)).phrase is phrase, label
    for units in (1, 2, 5):
        label = voice.count("Taken: %(count)d tablet", "Taken: %(count)d tablets", units)
        assert read_typed(label) == Typed(label, Phrase.TAKEN, units)
        number = voice.count("%(count)d tablet", "%(count)d tablets", units)
        assert read_typed(number) == Typed(number, Phrase.UNITS, units)
    keyboard = [read_typed(label).phrase for label in home_keyboard(language)]
    assert keyboard == [Phrase.TODAY, Phrase.UNWELL, Phrase.CALL]


def test_no_phrase_stands_under_two_meanings() -> None:
    assert len(KNOWN) > 150
    assert sum(len(set(phrases)) for phrases in PHRASES.values()) == len(KNOWN)
    assert [phrase for phrase, kind in KNOWN.items() if read_typed(phrase).phrase is not kind] == []


WORDS = st.sampled_from(
    [
        "吃了",
        "吃",
        "了",
        "已服",
        "我",
        "药",
        "今天",
        "taken",
        "i ",
        "took it",
        "it",
        " ",
        "2片",
        "8:30",
        "8点半",
        "，",
        ". ",
    ]
)
DOUBTS = st.sampled_from(
    [
        *(
            "没",
            "没有",
            "沒",
            "未",
            "不",
            "不是",
            "别",
            "忘",
            "忘了",
            "漏",
            "是否",
            "吗",
            "么",
            "?",
            "？",
            "两次",
            "2次",
        ),
        *("又", "再", "重复", "not ", "n't ", "never ", "forgot ", "twice", "again", "2 times", "did i ", "have i "),
    ]
)


@given(st.lists(WORDS, max_size=5), DOUBTS, st.lists(WORDS, max_size=5))
@example(["吃了"], "没", [])
@example([], "没", ["2片", "吃了"])
@example(["8:30"], "not ", ["taken"])
def test_nothing_with_a_doubt_in_it_is_taken(before: list[str], doubt: str, after: list[str]) -> None:
    assert read_typed("".join([*before, doubt, *after])).phrase is not Phrase.TAKEN


LETTERS = st.text(alphabet="没不别忘又再吗么了我药吃服过刚今天已 adeiknotuy", min_size=1, max_size=6)


@given(st.sampled_from(PHRASES[Phrase.TAKEN]), LETTERS, st.booleans())
def test_letters_beside_taken_make_another_sentence(phrase: str, added: str, at: bool) -> None:
    text = added + phrase if at else phrase + added
    if read_typed(text).phrase is Phrase.TAKEN:
        assert text.replace(" ", "") in {known.replace(" ", "") for known in PHRASES[Phrase.TAKEN]}


@given(st.text(max_size=400))
@example("1" * 100_000)
@example("8:30" * 50_000)
@example("早上" * 30 + "点")
@example("十" * 60 + "片")
@example("\ud83d吃了")
@example("﷽" * 60)
@example("①②③点④⑤分")
@example("٣片 ۳:۳۰ 八〇点")
def test_hostile_text_is_read_at_once_and_never_raises(text: str) -> None:
    began = process_time()
    assert read_typed(text).text == text
    assert process_time() - began < 0.5


@given(st.text(alphabet="0123456789零一二三四五六七八九十两点时半刻分:.片粒 apmtblesouck早晚上下午中", max_size=30))
def test_numbers_come_out_in_their_bounds(text: str) -> None:
    read = read_typed(text)
    assert read.units is None or 1 <= read.units <= 20
    assert read.clock is None or read.clock.tzinfo is None
