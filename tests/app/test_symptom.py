"""Symptoms told on the phone: one check with source staff call, all of it or nothing, behind the site wall."""

from typing import Any

import pytest

from protocol.trial import Trial
from tests.app.conftest import Desk, admit

CHECKED = ("danger_breath=none", "feverish=yes", "temperature=37.6", "temperature_site=ear")


@pytest.fixture
def called(desk: Desk, trial: Trial) -> Desk:
    """018 has no chat."""

    async def enrol(change: Any) -> None:
        await admit(change, trial, "018", phone=True)

    desk.within(enrol)
    return desk


def test_what_was_said_on_the_phone_is_kept_judged_and_told_to_staff(called: Desk) -> None:
    told = called.data("symptom", "record", "018", *CHECKED, "--as", "Li")
    assert (told["tier"], told["emergency"]) == ("amber", False)
    assert "danger_head" in told["not_answered"]
    rows = called.data("symptom", "show", "018")
    assert {row["source"] for row in rows} == {"staff_call"}
    assert {row["item"]: row["value"] for row in rows}["temperature"] == "37.6"
    assert any(row["kind"] == "symptom" for row in called.data("alert", "list"))


def test_a_second_call_goes_on_where_the_first_one_ended(called: Desk) -> None:
    first = called.data("symptom", "record", "018", "cough=light", "--as", "Li")
    second = called.data("symptom", "record", "018", "fatigue=none", "--as", "Li")
    assert first["check"] == second["check"]


def test_a_baseline_is_recorded_once_its_questions_are_answered(called: Desk) -> None:
    usual = [f"{item}=none" for item in ("cough", "breath_exertion", "fatigue", "dizziness", "palpitations")]
    told = called.data("symptom", "record", "018", *usual, "--occasion", "baseline", "--as", "Li")
    assert (told["finished"], told["tier"]) == (True, "green")


def test_a_red_report_prints_the_approved_text_to_be_read_out(called: Desk) -> None:
    text = called.told("symptom", "record", "018", "temperature=38.4", "--as", "Li")
    assert "120" in text.partition("\n")[0]
    assert "temperature_red" in text


def test_one_wrong_answer_and_nothing_is_recorded(called: Desk) -> None:
    told = called.refused("symptom", "record", "018", "cough=light", "temperature=48", "nose=yes", "--as", "Li")
    assert len(told.splitlines()) == 2
    assert "implausible" in told
    assert called.data("symptom", "show", "018") == []


def test_a_question_about_a_pregnancy_is_asked_only_where_it_was_set(called: Desk) -> None:
    said = ("symptom", "record", "018", "pregnancy_self=yes", "--as", "Li")
    assert "not of this participant" in called.refused(*said)
    called.told("symptom", "pregnancy", "018", "self", "--reason", "told at the visit", "--as", "Li")
    assert called.data(*said)["reasons"] == ["rule.pregnancy_self"]


def test_own_words_are_opened_for_a_named_person_alone(called: Desk) -> None:
    called.told("symptom", "record", "018", "other=light", "other_text=itching", "--as", "Li")
    assert "itching" not in called.told("symptom", "show", "018")
    assert "--as" in called.misused("symptom", "show", "018", "--texts")
    assert "itching" in called.told("symptom", "show", "018", "--texts", "--as", "Li")


def test_another_site_sees_and_records_nothing(called: Desk) -> None:
    called.told("symptom", "record", "018", "cough=light", "--as", "Li")
    assert "no such participant" in called.refused("symptom", "show", "018", "--as", "Otto")
    assert "no such participant" in called.refused("symptom", "record", "018", "cough=bad", "--as", "Otto")
    assert "no such participant" in called.refused("symptom", "show", "018", "--texts", "--as", "Otto")
