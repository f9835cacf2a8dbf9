"""Transfusions through the command line: recorded, corrected, taken out, on to the study, behind the site wall."""

import pytest

from tests.app.conftest import Desk, days_ago

on_one_database = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def record(desk: Desk, days: int = 9, *words: str, who: str = "Li") -> dict[str, object]:
    said = ("--on", days_ago(days), *words)
    found: dict[str, object] = desk.data("transfusion", "record", "018", *said, "--as", who)
    return found


def test_a_transfusion_reaches_the_study_version_by_version_without_who_or_why(enrolled: Desk) -> None:
    first = record(enrolled, 9, "--amount", "2", "--unit", "cn_u")
    assert (first["number"], first["amount"], first["unit"], first["source"]) == (1, 2.0, "cn_u", "chart")
    enrolled.told("transfusion", "correct", "018", "1", "--amount", "4", "--reason", "two bags more", "--as", "Wu")
    wrong = ("--entered-in-error", "--reason", "another person's", "--as", "Wu")
    said = enrolled.told("transfusion", "correct", "018", "1", *wrong)
    assert "counts again" in said
    listed = enrolled.data("transfusion", "list", "018", "--versions")
    assert [(row["version"], row["amount"], row["in_error"], row["recorded_by"]) for row in listed] == [
        (1, 2.0, False, "Li"), (2, 4.0, False, "Wu"), (3, 4.0, True, "Wu"),
    ]  # fmt: skip
    rows = enrolled.studied("transfusion")
    assert sorted((row["version"], row["amount"], row["unit"]) for row in rows) == [
        (1, 2.0, "cn_u"), (2, 4.0, "cn_u"), (3, 4.0, "cn_u"),
    ]  # fmt: skip
    assert not {"reason", "recorded_by"} & set(rows[0])
    assert [entry["actor"] for entry in enrolled.audited("correct_transfusion")] == ["staff:Wu", "staff:Wu"]


@on_one_database
def test_a_second_record_of_one_day_is_refused_until_the_first_is_taken_out(enrolled: Desk) -> None:
    record(enrolled, 9)
    refused = enrolled.refused("transfusion", "record", "018", "--on", days_ago(9), "--as", "Li")
    assert "has transfusion 1 already" in refused
    record(enrolled, 8)
    moved = ("--on", days_ago(8), "--reason", "slip")
    assert "has transfusion 2 already" in enrolled.refused("transfusion", "correct", "018", "1", *moved, "--as", "Li")
    enrolled.told("transfusion", "correct", "018", "1", "--entered-in-error", "--reason", "slip", "--as", "Li")
    assert record(enrolled, 9)["number"] == 3
    again = ("--amount", "2", "--unit", "bag", "--reason", "x")
    assert "stays so" in enrolled.refused("transfusion", "correct", "018", "1", *again, "--as", "Li")


@on_one_database
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--on", days_ago(-2)), "lies ahead"),
        (("--on", days_ago(2), "--amount", "400", "--unit", "cn_u"), "look at the number and its unit"),
        (("--on", days_ago(2), "--amount", "2"), "number and its unit"),
    ],
    ids=["ahead", "unit", "no unit"],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(enrolled: Desk, words: tuple[str, ...], told: str) -> None:
    assert told in enrolled.refused("transfusion", "record", "018", *words, "--as", "Li")
    assert enrolled.data("transfusion", "list", "018") == []


@on_one_database
def test_a_correction_says_what_and_why(enrolled: Desk) -> None:
    record(enrolled)
    assert "nothing would change" in enrolled.refused(
        "transfusion", "correct", "018", "1", "--source", "chart", "--reason", "x", "--as", "Li"
    )
    assert "there is no transfusion 2" in enrolled.refused(
        "transfusion", "correct", "018", "2", "--source", "call", "--reason", "x", "--as", "Li"
    )


@on_one_database
def test_another_site_and_a_monitor_record_nothing_and_another_site_sees_nothing(enrolled: Desk) -> None:
    record(enrolled)
    foreign = enrolled.refused("transfusion", "record", "018", "--on", days_ago(3), "--as", "Otto")
    assert foreign == enrolled.refused("transfusion", "record", "999", "--on", days_ago(3), "--as", "Otto")
    assert foreign == enrolled.refused("transfusion", "list", "018", "--as", "Otto")
    assert "monitor" in enrolled.refused("transfusion", "record", "018", "--on", days_ago(3), "--as", "Mo")
    assert len(enrolled.data("transfusion", "list", "018", "--as", "Mo")) == 1
