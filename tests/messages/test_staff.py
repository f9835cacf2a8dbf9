"""What staff read in a chat: codes, neutral words, and both languages; and the words the worklist can give."""

from datetime import UTC, datetime
from typing import get_args

import pytest

import protocol.screens.staff as staff_screens
from messages.staff_words import WHY, alert_name
from messages.text import Voice
from protocol.chat_words import forbidden_word
from protocol.roles import ANSWERS, READS
from protocol.screens import Screen, StaffAlert, StaffItem, StaffWork, StaffWrites
from protocol.terms import AlertKind, Language, Level, Role
from reports.worklist import Why
from tests.messages.telling import FANG, READERS, TRIAL, first_line, labels, told
from web.permissions import Permission, may

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
ALERT = StaffAlert("k2v8w4hbz9qd5m7t", Level.RED, AlertKind.SYMPTOM, "017", 1, AT)
TELLING = ("咳", "发热", "呕吐", "疼", "痛", "血", "肿", "孕", "fever", "cough", "vomit", "pain", "blood", "adverse")
"""What would tell a stranger of an illness."""


def test_every_screen_of_staff_is_shown_somewhere() -> None:
    made = {name for name in vars(staff_screens) if name.startswith("Staff") and name != "StaffItem"}
    assert made == {kind.__name__ for kind in get_args(Screen) if kind.__name__.startswith("Staff")}


def test_every_reason_of_the_worklist_has_its_words() -> None:
    assert set(WHY) == {str(why) for why in Why}


@pytest.mark.parametrize("kind", AlertKind)
def test_no_alert_tells_a_stranger_what_somebody_suffers_from(kind: AlertKind) -> None:
    for language in Language:
        name = alert_name(Voice(language, "UTC"), kind)
        assert [word for word in TELLING if word in name.lower()] == []
        assert forbidden_word(name, TRIAL.forbidden) is None


def test_an_alert_rings_with_a_level_and_a_code() -> None:
    assert first_line(told(ALERT)) == "红色：017"
    assert [first_line(told(ALERT, reader)) for reader in READERS][1] == "Red: 017"


def test_a_text_of_the_participant_stands_only_where_the_alert_carries_one() -> None:
    with_text = StaffAlert("k2v8w4hbz9qd5m7t", Level.RED, AlertKind.WORDS, "017", 1, AT, 1, "我头很晕")
    assert "我头很晕" in told(with_text).text
    assert "我头很晕" not in first_line(told(with_text))


def test_who_only_reads_is_offered_no_button_that_acts() -> None:
    shown = StaffAlert("k2v8w4hbz9qd5m7t", Level.RED, AlertKind.SYMPTOM, "017", 1, AT, read_only=True)
    assert labels(told(shown)) == ["查看"]
    assert labels(told(ALERT)) == ["已知悉", "由我处理", "查看", "给其发消息"]


def test_a_page_of_the_longest_lines_is_one_message() -> None:
    items = tuple(
        StaffItem("P" * 20, "alert", AT, f"k2v8w4hbz9qd5m{number}t", Level.AMBER, kind, 99, "Li")
        for number, kind in enumerate(list(AlertKind)[:5])
    )
    for reader in READERS:
        wording = told(StaffWork(AT, items, 2, 9), reader)
        assert len(wording.text) < 1200
        assert all(len(label) <= 20 for label in labels(wording))


def test_a_message_of_staff_says_whose_it_is_and_that_nobody_watches() -> None:
    assert told(StaffWrites("请带卡。"), FANG).text == (
        "研究团队给您的消息：\n\n请带卡。\n\n这里不是时刻有人看。如果您不舒服，请按“我不舒服”。"
    )


@pytest.mark.parametrize("text", ["一毫克", "SIROLIMUS", "１ ＭＧ", "您的血红蛋白", "PRCA-1", "Peking union"])
def test_a_listed_word_is_found_in_any_case_and_width(text: str) -> None:
    assert forbidden_word(text, TRIAL.forbidden) is not None


def test_plain_words_may_be_written() -> None:
    assert forbidden_word("请您明天来之前先打个电话。 Please call before you come.", TRIAL.forbidden) is None


@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_in_the_chat_what_it_may_on_the_pages(role: Role) -> None:
    assert (role in READS) is may(role, Permission.READ_TRIAL)
    assert (role in ANSWERS) is may(role, Permission.ANSWER_ALERTS)
