"""What is said after an answer: what stands, since when, how to change it; the approved words where it is serious."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import count as counted

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.today import MARKS, NO_DOSE
from protocol.screens import (
    DayLine,
    DoubleDoseQuestion,
    DoubleDoseTold,
    Emergency,
    Help,
    History,
    KeptForStaff,
    LateAdvice,
    OrderNotice,
    ReadBackKept,
    Recorded,
    ReportClosed,
    ResumeNotice,
    StopAnswered,
    StopQuestion,
    Today,
    WhichDayQuestion,
)
from protocol.taps import MediaKind, Tap, Verb
from protocol.terms import DoseAnswer, DoseState, NotTakenReason, StopKind
from tests.messages.telling import DOSE, DUE_AT, EMMA, FANG, PHONE, TRIAL, buttons, labels, month, told

TAKEN = Recorded(DOSE, DoseAnswer.TAKEN, 2, DUE_AT + timedelta(minutes=5), DUE_AT + timedelta(minutes=6))
NOT_TAKEN = replace(TAKEN, answer=DoseAnswer.NOT_TAKEN, units=0, taken_at=None, reason=NotTakenReason.FORGOT)
ZH = FANG.language


def test_a_record_says_what_when_taken_when_recorded_and_how_to_undo() -> None:
    assert told(TAKEN).text.splitlines() == [
        "已记录",
        "",
        "11月23日（周一）08:00的那一次：已服2片",
        "服药时间：11月23日（周一）08:05",
        "记录时间：11月23日（周一）08:06",
        "",
        "如果不对，请按“改正”或“撤销”。",
    ]
    assert labels(told(TAKEN)) == ["改正", "撤销"]


def test_a_second_press_hears_that_nothing_was_counted_twice() -> None:
    assert "没有重复记录" in told(replace(TAKEN, already=True)).text
    assert "另一个人" in told(replace(TAKEN, by_other=True)).text
    assert "研究团队根据您的电话记录" in told(replace(TAKEN, by_other=True, by_team=True)).text


def test_what_can_no_longer_be_changed_here_has_the_number_to_call() -> None:
    for screen in (replace(TAKEN, can_change=False), ReportClosed(DOSE)):
        assert PHONE in told(screen).text
        assert {Verb.CORRECT, Verb.UNDO}.isdisjoint(button.tap.verb for button in buttons(told(screen)))


def test_only_a_dose_not_taken_may_still_be_taken() -> None:
    still = told(replace(NOT_TAKEN, advice=LateAdvice.STILL_TAKE))
    assert TRIAL.texts.late_before_cutoff[ZH] in still.text
    assert labels(still) == ["已服2片", "改正", "撤销"]
    late = told(replace(NOT_TAKEN, advice=LateAdvice.TOO_LATE))
    assert TRIAL.texts.late_after_cutoff[ZH] in late.text
    assert labels(late) == ["改正", "撤销"]


@pytest.mark.parametrize("advice", [None, *LateAdvice])
def test_one_tablet_of_two_is_never_topped_up(advice: LateAdvice | None) -> None:
    partly = told(replace(TAKEN, units=1, advice=advice))
    assert "已服1片" in partly.text
    assert labels(partly) == ["改正", "撤销"]
    assert TRIAL.texts.late_before_cutoff[ZH] not in partly.text


def test_which_day_is_asked_with_both_dates_and_the_older_first() -> None:
    newer = replace(DOSE, due_at=DUE_AT + timedelta(days=1), due_on=date(2026, 11, 24))
    older_tap, newer_tap = Tap(Verb.TAKEN, "a", "1", "d"), Tap(Verb.TAKEN, "b", "1", "d")
    wording = told(WhichDayQuestion(DOSE, newer, older_tap, newer_tap))
    assert labels(wording) == ["11月23日（周一）08:00", "11月24日（周二）08:00"]
    assert [button.tap for button in buttons(wording)] == [older_tap, newer_tap]


def test_a_double_dose_is_asked_about_as_what_it_is() -> None:
    no = Tap(Verb.KEEP, DOSE.dose_id)
    another = DoubleDoseQuestion(DOSE, DUE_AT, Tap(Verb.TAKEN_AT, DOSE.dose_id, "2@20261123T0900", "dx"), no)
    assert "已经有一次记录" in told(another).text
    more = replace(another, yes=Tap(Verb.TAKEN_AT, DOSE.dose_id, "4@20261123T0900", "dx"))
    assert "服了4片，比安排的2片多" in told(more).text
    assert [button.tap.verb for button in buttons(told(more))] == [Verb.KEEP, Verb.TAKEN_AT]


def test_a_true_double_dose_gets_the_approved_words_and_the_number_in_full() -> None:
    for reader in (FANG, EMMA):
        text = told(DoubleDoseTold(DOSE), reader).text
        assert text.startswith(TRIAL.texts.double_dose[reader.language])
        assert PHONE in text


def test_the_emergency_screen_is_the_approved_text_and_the_phone() -> None:
    for reader in (FANG, EMMA):
        text = told(Emergency(), reader).text
        assert text.startswith(TRIAL.texts.emergency[reader.language])
        assert PHONE in text


@pytest.mark.parametrize("media", [None, *MediaKind])
def test_whatever_is_kept_is_said_to_be_unwatched(media: MediaKind | None) -> None:
    wording = told(KeptForStaff(media))
    assert wording.text.startswith(TRIAL.texts.not_watched[ZH])
    assert Verb.UNWELL in [button.tap.verb for button in buttons(wording)]


def test_help_shows_the_number_in_full() -> None:
    assert PHONE in told(Help()).text
    assert PHONE in told(Help(), EMMA).text


def test_four_things_may_be_stopped_and_three_of_them_are_a_matter_for_people() -> None:
    assert labels(told(StopQuestion())) == ["只停消息", "想停药", "退出研究", "撤回同意"]
    for kind in StopKind:
        text = told(StopAnswered(kind)).text
        assert "以前的记录都保留" in text
        if kind is not StopKind.MESSAGES:
            assert PHONE in text
            assert "研究医生" in text
            assert "转告" in text


def test_a_changed_order_is_read_back() -> None:
    notice = OrderNotice("order", date(2026, 11, 26), 2, 1, held=False, choices=(1, 2, 3))
    assert "从11月26日（周四）起：每天2片。" in told(notice).text
    assert [button.tap.argument for button in buttons(told(notice))] == ["1", "2", "3"]
    assert "每2天服一次，一次2片" in told(replace(notice, every_days=2)).text
    turns = told(replace(notice, units=1, then_units=(2,))).text
    assert "从11月26日（周四）起，每天的片数不一样：\n11月26日（周四）：1片\n11月27日（周五）：2片\n" in turns
    assert "11月26日（周四）您准备服几片？" in turns
    assert "Thursday 26 November: 1 tablet" in told(replace(notice, units=1, then_units=(2,)), EMMA).text
    held = told(replace(notice, held=True, choices=(0, 1)))
    assert "请先不要服" in held.text
    assert "几片" not in held.text
    assert labels(held) == []
    assert PHONE in told(ReadBackKept(3, right=False)).text
    assert "2片" in told(ReadBackKept(2, right=True)).text


def test_a_resume_says_when_and_how_many_and_asks_back_only_what_changed() -> None:
    notice = ResumeNotice("order", date(2026, 11, 24), DUE_AT + timedelta(days=1), 1)
    text = told(notice).text
    assert "11月24日（周二）起暂停结束，请恢复服用。" in text
    assert "下一次是11月24日（周二）08:00，1片。" in text
    assert (labels(told(notice)), "几片" in text) == ([], False)
    assert "The next time is Tuesday 24 November" in told(notice, EMMA).text
    assert "1 tablet." in told(notice, EMMA).text
    changed = told(replace(notice, units=2, choices=(1, 2, 3)))
    assert [button.tap.argument for button in buttons(changed)] == ["1", "2", "3"]
    assert "片" not in told(replace(notice, units=None)).text
    assert "到时候会提醒您" in told(replace(notice, next_due_at=None)).text


def test_today_tells_what_stands_and_what_comes() -> None:
    line = DayLine(DOSE.due_on, DoseState.TAKEN, 2, DUE_AT + timedelta(hours=7), late=True)
    text = told(Today((line,), DUE_AT + timedelta(days=1), held=False)).text
    assert "11月23日（周一）：已服2片，15:00，晚服（当日）" in text
    assert "下一次是11月24日（周二）08:00。" in text
    assert "暂停" in told(Today((), None, held=True)).text


def test_the_month_reads_without_columns_or_colours() -> None:
    text = told(month()).text
    assert text.startswith("2026年11月")
    assert "● 已服" in text
    assert "其中晚服（当日）" in text
    assert labels(told(month())) == ["上个月"]


@given(st.lists(st.tuples(st.integers(1, 30), st.sampled_from(DoseState)), unique_by=lambda day: day[0], max_size=30))
def test_every_day_of_a_month_stands_there_once_and_the_totals_are_right(days: list[tuple[int, DoseState]]) -> None:
    lines = tuple(DayLine(date(2026, 11, day), state, 1, None) for day, state in days)
    text = told(History(date(2026, 11, 1), lines, earlier=False, later=False), EMMA).text
    weeks = text.split("\n\n")[1].splitlines() if days else []
    read = {on: mark for week in weeks for on, mark in _read_week(week)}
    assert {on: mark for on, mark in read.items() if mark != NO_DOSE} == {day: MARKS[state] for day, state in days}
    assert all(len(week) <= 22 for week in weeks), "a line wraps on a phone"
    counts = {state: sum(1 for _day, found in days if found is state) for state in DoseState}
    for state, count in counts.items():
        assert (f"{MARKS[state]} " in text.split("\n\n")[-1]) is bool(count)
        assert not count or f": {count} day" in text


def _read_week(week: str) -> Iterator[tuple[int, str]]:
    """The days of a line as a person counts them off: from its first day on, one mark each."""
    span, *marks = week.split()
    return zip(counted(int(span.partition("–")[0])), marks, strict=False)


def test_the_marks_differ_in_shape() -> None:
    assert len(set(MARKS.values())) == len(DoseState)
