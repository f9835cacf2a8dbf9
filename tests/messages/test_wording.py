"""What any message keeps to: neutral, polite, short, with large buttons, whoever reads it over a shoulder."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import protocol
from messages.commands import command_names
from messages.screens import home_keyboard, word
from protocol.screens import (
    AskTeam,
    ConsentQuestion,
    Contact,
    DoseReminder,
    DrawAfterDose,
    DrawNoted,
    DrawNotice,
    DrawWait,
    EveningQuestion,
    FirstDoseQuestion,
    GuardNotice,
    InvitationRefused,
    LanguageQuestion,
    OrderNotice,
    PrivacyNotice,
    Reader,
    RecordQuestion,
    RefillNotice,
    ResumeNotice,
    VisitAsked,
    VisitNotice,
    VisitTakenBack,
    WhichDayQuestion,
)
from protocol.terms import Language
from tests.messages.telling import EMMA, FANG, SHEET, TRIAL, every_wording, first_line, labels

DRAW = "抽血"
NEVER_NAMED = (
    *("西罗莫司", "雷帕霉素", "贫血", "纯红", "再障", "再生障碍", "协和", "医院", "血红蛋白", "浓度", "毫克", DRAW),
    *("sirolimus", "rapamycin", "prca", "aplasia", "anaemia", "anemia", "hospital", "clinic ", "haemoglobin", "trough"),
    *("nct0", " mg", "ng/ml", "g/l", "drug", "trial", "peking union", "pumch"),
)
APPROVED = {text[language] for text in (TRIAL.texts.emergency, TRIAL.texts.privacy_notice) for language in Language}
APPROVED |= {consent.text[language] for consent in TRIAL.consents.values() for language in Language}
APPROVED |= {guard.text[language] for guard in TRIAL.guards for language in Language}
PROMPTS = (
    DoseReminder, EveningQuestion, RecordQuestion, FirstDoseQuestion, AskTeam, OrderNotice, ResumeNotice, RefillNotice,
    DrawNotice, DrawWait, GuardNotice, VisitNotice, VisitAsked, VisitTakenBack,
)  # fmt: skip
"""Messages that come by themselves: their first line stands on a locked screen."""

SHORT = 14  # letters of a label that may stand beside another
LONG = 8  # letters; a shorter word of the protocol's own stands alone on its button
MARKED = "✓ "

EVERY = list(every_wording())


def forbidden() -> list[str]:
    """What the protocol file forbids its own texts, and more."""
    file = Path(protocol.__file__).parent / "prca_1.toml"
    listed = tomllib.loads(file.read_text())["wording"]["forbidden"]
    assert len(listed) > 10
    return [*NEVER_NAMED, *(name.lower() for name in listed if name not in ("mg", "g/L"))]


def own_words(text: str) -> str:
    """Without the approved texts, which have a reader of their own: the loader of the protocol file."""
    for approved in (*APPROVED, *sorted(SHEET, key=len, reverse=True)):
        text = text.replace(approved, "") if len(approved) > LONG else text
    return "" if text.removeprefix(MARKED) in SHEET else text


OF_THE_DRAW = (DrawNotice, DrawWait, DrawNoted, DrawAfterDose)
"""What these are about has to be said, and the trial's rules say it so: blood first, then the dose."""


def said_of_no_draw() -> list[str]:
    found = [(screen, wording) for screen, _reader, wording in EVERY if not isinstance(screen, OF_THE_DRAW)]
    return [part for _screen, wording in found for part in (wording.text, *labels(wording))]


def everything_said() -> list[str]:
    said = [part for _screen, _reader, wording in EVERY for part in (wording.text, *labels(wording))]
    said += [label for language in Language for label in home_keyboard(language)]
    return said + [text for described in command_names().values() for _name, text in described]


def test_there_is_much_to_look_at() -> None:
    assert len(EVERY) > 300
    assert len({type(screen) for screen, _reader, _wording in EVERY}) > 40
    assert len(set(everything_said())) > 250


@pytest.mark.parametrize("name", forbidden())
def test_no_message_names_the_drug_the_illness_the_hospital_the_trial_or_a_value(name: str) -> None:
    said = said_of_no_draw() if name == DRAW else everything_said()
    assert [text for text in said if name in own_words(text).lower()] == []


def test_no_message_raises_its_voice_or_forgets_whom_it_speaks_to() -> None:
    for text in everything_said():
        assert not re.search("[!！你]", text), text


def test_no_message_blames_praises_or_invites_to_make_up_a_dose() -> None:
    wrong = (
        r"补服|漏服|漏吃|加倍|应该|必须|为什么不|很棒|真棒|做得好|missed|forgot to|should have|well done|great|failed"
    )
    for text in everything_said():
        assert not re.search(wrong, text.lower()), text


def test_no_place_is_left_unfilled() -> None:
    for text in everything_said():
        assert not re.search(r"%\(|%[sd]|None\b(?! at all|, a pause)", own_words(text)), text


def test_a_message_is_short_unless_an_ethics_committee_wrote_it() -> None:
    for screen, _reader, wording in EVERY:
        if not isinstance(screen, PrivacyNotice | ConsentQuestion):
            assert len(wording.text) < 700, wording.text


def test_a_label_is_short_and_stands_alone_unless_it_is_a_number_a_time_or_one_or_two_words() -> None:
    for _screen, _reader, wording in EVERY:
        for row in wording.buttons:
            assert len(row) <= 2
            for button in row:
                is_own = button.label.removeprefix(MARKED) not in SHEET
                assert len(button.label) <= (20 if is_own else 40), button.label
                if len(row) > 1:
                    assert re.search(r"\d", button.label) or len(button.label) <= SHORT, button.label


def test_no_two_buttons_of_a_message_read_the_same() -> None:
    for screen, _reader, wording in EVERY:
        if isinstance(screen, WhichDayQuestion) and screen.older.due_at == screen.newer.due_at:
            continue  # two doses of one moment: no such pair is planned
        assert len(set(labels(wording))) == len(labels(wording)), labels(wording)


def test_a_button_travels_in_64_bytes() -> None:
    for _screen, _reader, wording in EVERY:
        for row in wording.buttons:
            for button in row:
                assert len(button.tap.record_id) <= 26
                assert len(button.tap.argument) <= 28


def test_no_mark_of_a_markup_language_and_no_colour_is_needed() -> None:
    """Texts are plain; an accent on a button is never the only sign, since every button has words."""
    for text in everything_said():
        assert not re.search(r"[*_`<>\[\]🟢🔴🟡✅❌]", text), text
        assert text.strip() == text != ""


def test_times_count_24_hours() -> None:
    for text in everything_said():
        assert not re.search(r"\d ?[ap]\.?m\b|上午(1[2-9]|[1-8]:)", text, re.IGNORECASE), text


@pytest.mark.parametrize("kind", PROMPTS, ids=lambda kind: kind.__name__)
def test_the_first_line_tells_a_stranger_nothing(kind: type) -> None:
    lines = [first_line(wording) for screen, _reader, wording in EVERY if isinstance(screen, kind)]
    assert lines
    for line in lines:
        assert not re.search(r"药|服|片|吃|医|研究|tablet|dose|take|doctor|study", line), line


def test_what_comes_before_a_language_is_chosen_is_said_in_both() -> None:
    for screen in (LanguageQuestion(first=True), InvitationRefused()):
        assert word(screen, FANG, TRIAL) == word(screen, EMMA, TRIAL)
        assert re.search("[一-鿿]", word(screen, FANG, TRIAL).text)
        assert re.search("[a-z]{4}", word(screen, FANG, TRIAL).text)


def test_each_language_is_written_in_itself_alone() -> None:
    """Only the names of the languages cross over."""
    for screen, reader, wording in EVERY:
        if isinstance(screen, LanguageQuestion | InvitationRefused):
            continue
        text = re.sub(
            r"中文|语言|李老师|English|Language|Ms Li|mL|Telegram|· language|/[a-z]+",
            "",
            "\n".join((own_words(wording.text), *labels(wording))),
        )
        wrong = "[一-鿿]" if reader.language is Language.EN else r"[a-z]{3}"
        assert not re.search(wrong, text), text


@given(name=st.text(max_size=40), phone=st.text(max_size=20))
def test_any_name_and_number_is_shown_as_it_is(name: str, phone: str) -> None:
    for language in Language:
        text = word(Contact(), Reader(language, "Asia/Shanghai", name, phone), TRIAL).text
        assert name in text
        assert phone in text


def test_the_commands_are_the_same_in_every_language_and_fit_the_menu() -> None:
    names = {language: [name for name, _text in rows] for language, rows in command_names().items()}
    assert names["zh"] == names["en"] == names[""]
    wanted = {"today", "history", "settings", "language", "symptom", "help", "contact", "privacy", "stop"}
    assert wanted <= set(names["zh"])
    for name in names["zh"]:
        assert re.fullmatch("[a-z]{1,32}", name)
    assert all(3 <= len(text) <= 256 for rows in command_names().values() for _name, text in rows)
