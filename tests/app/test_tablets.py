"""Tablets on the command line: every one accounted for, nothing rewritten, and the study knows it by code."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.app.conftest import Desk, days_ago

BEFORE = ("--on", days_ago(4), "--at", "09:00")
on_one_database = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def dispense(desk: Desk, units: int = 30, *more: str, code: str = "018", who: str = "Li") -> dict[str, Any]:
    words = ("--units", str(units), *(more or BEFORE), "--as", who)
    found: dict[str, Any] = desk.data("tablets", "dispense", code, *words)
    return found


def movements(desk: Desk, *more: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.data("tablets", "list", "018", *more)["movements"]
    return found


def study_rows(desk: Desk) -> list[dict[str, Any]]:
    return sorted(desk.studied("tablet_movement"), key=lambda row: (int(row["number"]), int(row["version"])))


@pytest.mark.slow
def test_what_went_out_and_came_back_stands_in_the_study_by_code(enrolled: Desk) -> None:
    given = dispense(enrolled, 30, *BEFORE, "--pack", "A-123/4")
    assert (given["number"], given["version"], given["kind"], given["units"]) == (1, 1, "dispensed", 30)
    assert given["moved_at_local"] == f"{days_ago(4)} 09:00"
    enrolled.told("tablets", "lose", "018", "--units", "1", "--on", days_ago(3), "--as", "Li")
    enrolled.told("tablets", "count", "018", "--units", "27", "--as", "Wu")
    returned = enrolled.data("tablets", "return", "018", "--units", "27", "--as", "Wu")
    assert (returned["expected_high"], returned["likely_low"]) == (2, 0)
    rows = study_rows(enrolled)
    assert [(row["kind"], row["units"], row["source"]) for row in rows] == [
        ("dispensed", 30, "staff"), ("lost", 1, "staff"), ("counted", 27, "staff"), ("returned", 27, "staff"),
    ]  # fmt: skip
    assert {row["participant_code"] for row in rows} == {"018"}
    assert (rows[0]["pack"], rows[0]["strength_mg"]) == ("A-123/4", 1.0)
    assert not {"recorded_by", "reason"} & set(rows[0])


def test_a_correction_is_one_more_version_and_the_old_one_stays(enrolled: Desk) -> None:
    dispense(enrolled, 20)
    made = enrolled.data(
        "tablets", "correct", "018", "1", "--units", "30", "--reason", "the slip says 30", "--as", "Wu"
    )
    assert (made["number"], made["version"], made["units"], made["recorded_by"]) == (1, 2, 30, "Wu")
    assert [(row["version"], row["units"]) for row in movements(enrolled)] == [(2, 30)]
    assert [(row["version"], row["units"]) for row in movements(enrolled, "--versions")] == [(1, 20), (2, 30)]
    assert [(row["version"], row["units"]) for row in study_rows(enrolled)] == [(1, 20), (2, 30)]
    (entry,) = enrolled.audited("correct_tablets")
    assert (entry["old"]["units"], entry["new"]["units"], entry["reason"]) == (20, 30, "the slip says 30")


@on_one_database
def test_what_never_was_is_taken_out_of_the_reckoning_and_stays_to_be_read(enrolled: Desk) -> None:
    dispense(enrolled, 30)
    dispense(enrolled, 30)
    words = ("tablets", "correct", "018", "2", "--entered-in-error", "--reason", "typed twice", "--as", "Li")
    assert "entered in error" in enrolled.told(*words)
    assert enrolled.data("tablets", "list", "018")["expected_high"] == 30
    assert [(row["number"], row["in_error"]) for row in movements(enrolled)] == [(1, False), (2, True)]
    assert "stays so" in enrolled.refused(*words)


@on_one_database
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("return", "018", "--units", "31"), "where at most 30 could be left"),
        (("lose", "018", "--units", "0"), "write a whole number from 1 to 400"),
        (("count", "018", "--units", "31"), "enter the missing dispensing first"),
        (("count", "018", "--units", "-1"), "write a whole number from 0 to 400"),
        (("dispense", "018", "--units", "3000"), "write a whole number from 1 to 400"),
        (("dispense", "018", "--units", "30", "--on", days_ago(-1)), "lies ahead"),
        (("dispense", "018", "--units", "30", "--on", days_ago(9)), "before the enrolment"),
        (("dispense", "018", "--units", "30", "--pack", "13800000000"), "no telephone number"),
        (("dispense", "018", "--units", "30", "--pack", "Ms Fang's box"), "is no lot"),
        (("correct", "018", "1", "--units", "30", "--reason", "x"), "nothing would change"),
        (("correct", "018", "7", "--units", "30", "--reason", "x"), "018 has no movement 7"),
        (("correct", "018", "1", "--units", "29", "--reason", " "), "say why"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(enrolled: Desk, words: tuple[str, ...], told: str) -> None:
    dispense(enrolled)
    assert told in enrolled.refused("tablets", *words, "--as", "Li")
    assert len(movements(enrolled, "--versions")) == 1


@on_one_database
def test_a_correction_that_makes_a_later_movement_impossible_is_refused(enrolled: Desk) -> None:
    dispense(enrolled, 30)
    enrolled.told("tablets", "return", "018", "--units", "25", "--as", "Li")
    told = enrolled.refused("tablets", "correct", "018", "1", "--units", "20", "--reason", "x", "--as", "Li")
    assert "returned: 25 units" in told
    never = enrolled.refused("tablets", "correct", "018", "1", "--entered-in-error", "--reason", "x", "--as", "Li")
    assert "returned: 25 units" in never


@on_one_database
def test_a_participants_own_number_is_never_rewritten(enrolled: Desk) -> None:
    dispense(enrolled)
    told = enrolled.data("tablets", "count", "018", "--units", "12", "--told", "--as", "Li")
    assert (told["source"], told["recorded_by"]) == ("participant", "Li")
    assert (told["expected_high"], told["likely_high"], told["likely_low"]) == (30, 30, 12)
    refused = enrolled.refused("tablets", "correct", "018", "2", "--units", "21", "--reason", "x", "--as", "Li")
    assert "is not rewritten" in refused
    enrolled.told("tablets", "correct", "018", "2", "--entered-in-error", "--reason", "other person", "--as", "Li")


def test_only_who_knows_the_participants_moves_tablets_and_only_of_the_own_site(enrolled: Desk) -> None:
    for who in ("Mo", "Ada"):
        refused = enrolled.refused("tablets", "dispense", "018", "--units", "30", "--as", who)
        assert "this is for: coordinator or investigator" in refused
    missing = enrolled.refused("tablets", "dispense", "555", "--units", "30", "--as", "Otto")
    assert enrolled.refused("tablets", "dispense", "018", "--units", "30", "--as", "Otto") == missing
    assert enrolled.refused("tablets", "list", "018", "--as", "Otto") == missing


@on_one_database
def test_nothing_is_given_to_who_has_left_and_everything_taken_back(enrolled: Desk) -> None:
    dispense(enrolled)
    enrolled.told("disposition", "withdraw", "018", "--because", "other", "--reason", "moves away", "--as", "Li")
    refused = enrolled.refused("tablets", "dispense", "018", "--units", "30", "--as", "Li")
    assert "no tablets are dispensed any more" in refused
    back = enrolled.data("tablets", "return", "018", "--units", "22", "--as", "Li")
    assert (back["kind"], back["runs_out_on"]) == ("returned", None)


@on_one_database
def test_the_list_says_until_when_they_last(enrolled: Desk) -> None:
    assert "No tablets were given out." in enrolled.told("tablets", "list", "018")
    dispense(enrolled, 30)
    assert "a refill is asked for from" in enrolled.told("tablets", "list", "018")


@on_one_database
def test_what_was_reported_taken_has_left_the_box_and_silence_leaves_two_figures(enrolled: Desk) -> None:
    dispense(enrolled, 30, "--on", days_ago(5))
    said = (days_ago(4), f"{days_ago(3)}=taken", f"{days_ago(2)}=not-taken")
    enrolled.told("dose", "record", "018", *said, "--reason", "back from a journey", "--as", "Li")
    found = enrolled.data("tablets", "list", "018")
    assert found["expected_high"] == 30 - 2 - 1
    assert 1 <= found["expected_high"] - found["expected_low"] <= 2  # yesterday's, and today's once it is open
    last = date.fromisoformat(found["runs_out_on"])
    assert last - date.fromisoformat(days_ago(0)) in {
        timedelta(found["likely_low"]),
        timedelta(found["likely_low"] + 1),
    }
    assert date.fromisoformat(found["refill_due_on"]) == last - timedelta(days=7)
