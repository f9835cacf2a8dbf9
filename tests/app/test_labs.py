"""Draws, laboratory values and the decision at month 6 through the command line, and on to the study database."""

from datetime import timedelta

import pytest

from app.clock import RealClock
from tests.app.conftest import SHANGHAI, Desk, days_ago

on_one_database = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
LEVEL = ("--assay", "LC-MS/MS", "--laboratory", "central laboratory")


def wall(days: int, time: str = "08:30") -> str:
    return f"{days_ago(days)}T{time}"


def record(desk: Desk, *words: str, code: str = "018", who: str = "Li") -> dict[str, object]:
    found: dict[str, object] = desk.data("lab", "record", code, *words, "--as", who)
    return found


def test_a_level_with_its_draw_reaches_the_study_version_by_version(enrolled: Desk) -> None:
    enrolled.told("lab", "draw", "018", "--planned", days_ago(1), "--as", "Li")
    done = ("--drawn", wall(1), "--last-dose", wall(2, "08:00"), "--dose-waited")
    draw = enrolled.data("lab", "draw", "018", "--number", "1", *done, "--as", "Li")
    assert (draw["version"], draw["dose_held"], draw["drawn_at_local"]) == (2, True, f"{days_ago(1)} 08:30")
    first = record(enrolled, "sirolimus", "7.5", "ug/L", "--draw", "1", *LEVEL)
    assert (first["value"], first["unit"], first["given_unit"], first["draw_number"]) == (7.5, "ng/mL", "µg/L", 1)
    assert first["drawn_at_local"] == f"{days_ago(1)} 08:30"
    enrolled.told("lab", "correct", "018", "1", "--value", "5.7", "--reason", "digits turned", "--as", "Wu")
    listed = enrolled.data("lab", "list", "018", "--versions")
    assert [(row["version"], row["value"], row["reason"]) for row in listed["results"]] == [
        (1, 7.5, None), (2, 5.7, "digits turned"),
    ]  # fmt: skip
    rows = enrolled.studied("lab_result")
    assert sorted((row["version"], row["value"], row["assay"]) for row in rows) == [
        (1, 7.5, "LC-MS/MS"), (2, 5.7, "LC-MS/MS"),
    ]  # fmt: skip
    assert not {"reason", "recorded_by"} & set(rows[0])
    assert sorted(row["version"] for row in enrolled.studied("draw")) == [1, 2]
    assert [entry["actor"] for entry in enrolled.audited("correct_result")] == ["staff:Wu"]


@on_one_database
def test_the_hardly_possible_is_kept_only_when_it_is_typed_twice(enrolled: Desk) -> None:
    words = ("haemoglobin", "9.6", "g/L", "--drawn", wall(1))
    refused = enrolled.refused("lab", "record", "018", *words, "--as", "Li")
    assert "look at the sheet and its unit" in refused
    assert "giving the value a second time" in refused
    other = enrolled.refused("lab", "record", "018", *words, "--confirm", "96", "--as", "Li")
    assert "is another value" in other
    assert enrolled.data("lab", "list", "018")["results"] == []
    kept = record(enrolled, *words, "--confirm", "9.6")
    assert (kept["value"], kept["confirmed"]) == (9.6, True)
    better = enrolled.data("lab", "correct", "018", "1", "--unit", "g/dL", "--reason", "unit", "--as", "Li")
    assert (better["value"], better["confirmed"], better["given"]) == (96.0, False, "9.6 g/dL")


@on_one_database
def test_what_stays_hardly_possible_stays_confirmed_when_something_else_is_corrected(enrolled: Desk) -> None:
    words = ("haemoglobin", "9.6", "g/L", "--drawn", wall(1), "--lower", "115", "--confirm", "9.6")
    record(enrolled, *words)
    fixed = enrolled.data(
        "lab", "correct", "018", "1", "--laboratory", "the other one", "--reason", "slip", "--as", "Li"
    )
    assert (fixed["confirmed"], fixed["lower_limit"], fixed["laboratory"]) == (True, 115.0, "the other one")
    anew = enrolled.refused("lab", "correct", "018", "1", "--value", "8.6", "--reason", "slip", "--as", "Li")
    assert "second time" in anew


@on_one_database
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sirolimus", "7.5", "ng/mL"), "assay: is missing"),
        (("sirolimus", "7.5", "nmol/L", *LEVEL), "without guessing"),
        (("triglycerides", "150", "mg/dL", "--fasting"), "without guessing"),
        (("glucose", "5.1", "mmol/L"), "fasting or not fasting"),
        (("potassium", "4.1", "mmol/L"), "known are: haemoglobin"),
        (("haemoglobin", "96", "furlong"), "known are: g/L"),
        (("haemoglobin", "about 96", "g/L"), "as it stands on the sheet"),
        (("haemoglobin", "96", "g/L", "--lower", "160", "--upper", "115"), "lower limit"),
        (("haemoglobin", "96", "g/L", "--laboratory", "13800000000"), "number or an address"),
        (("haemoglobin", "96", "g/L", "--visit", "x' OR 1=1"), "no id of a visit"),
        (("haemoglobin", "96", "g/L", "--draw", "7"), "there is no draw 7"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_kept_is_refused_with_what_to_do(enrolled: Desk, words: tuple[str, ...], told: str) -> None:
    assert told in enrolled.refused("lab", "record", "018", *words, "--drawn", wall(1), "--as", "Li")
    assert enrolled.data("lab", "list", "018")["results"] == []


@on_one_database
def test_moments_that_cannot_be_are_refused(enrolled: Desk) -> None:
    ahead = f"{RealClock().now().astimezone(SHANGHAI) + timedelta(hours=2):%Y-%m-%dT%H:%M}"
    hb = ("haemoglobin", "96", "g/L", "--as", "Li")
    assert "lies ahead" in enrolled.refused("lab", "record", "018", *hb, "--drawn", ahead)
    older = enrolled.refused("lab", "record", "018", *hb, "--drawn", wall(1), "--resulted", wall(2))
    assert "older than its blood" in older
    assert "say when the sample was taken" in enrolled.refused("lab", "record", "018", *hb)
    after = enrolled.refused("lab", "draw", "018", "--drawn", wall(1), "--last-dose", wall(1, "09:30"), "--as", "Li")
    assert "lies after the draw" in after
    assert "say on which day" in enrolled.refused("lab", "draw", "018", "--as", "Li")


@on_one_database
def test_the_same_value_is_not_entered_twice_and_one_in_error_stays_so(enrolled: Desk) -> None:
    words = ("haemoglobin", "96", "g/L", "--drawn", wall(1))
    record(enrolled, *words)
    assert "is result 1 already" in enrolled.refused("lab", "record", "018", *words, "--as", "Li")
    enrolled.told("lab", "correct", "018", "1", "--entered-in-error", "--reason", "another person's", "--as", "Li")
    again = enrolled.refused("lab", "correct", "018", "1", "--value", "97", "--reason", "x", "--as", "Li")
    assert "stays so" in again
    assert record(enrolled, *words)["number"] == 2


@on_one_database
def test_a_value_that_the_participant_told_is_kept_apart_and_never_rewritten(enrolled: Desk) -> None:
    kept = record(enrolled, "haemoglobin", "88", "g/L", "--drawn", wall(1), "--told")
    assert kept["source"] == "participant"
    refused = enrolled.refused("lab", "correct", "018", "1", "--value", "98", "--reason", "x", "--as", "Li")
    assert "the participant's own" in refused
    assert record(enrolled, "haemoglobin", "98", "g/L", "--drawn", wall(1))["number"] == 2


@on_one_database
def test_a_grade_is_by_the_table_and_for_an_investigator_to_confirm(enrolled: Desk) -> None:
    kept = record(enrolled, "haemoglobin", "7.9", "g/dL", "--drawn", wall(1))
    assert kept["reference_grade"] == 3
    assert "investigator to confirm" in str(kept["reference_basis"])
    assert "investigator to confirm" in enrolled.told("lab", "list", "018")


@on_one_database
def test_only_who_knows_participants_records_and_only_of_the_own_site(enrolled: Desk) -> None:
    words = ("haemoglobin", "96", "g/L", "--drawn", wall(1))
    for who in ("Mo", "Ada"):
        assert "this is for" in enrolled.refused("lab", "record", "018", *words, "--as", who)
    missing = enrolled.refused("lab", "record", "555", *words, "--as", "Otto")
    assert enrolled.refused("lab", "record", "018", *words, "--as", "Otto") == missing
    assert enrolled.refused("lab", "list", "018", "--as", "Otto") == missing
    drawn = ("--drawn", wall(1), "--as", "Otto")
    assert enrolled.refused("lab", "draw", "018", *drawn) == missing
    decided = ("continue", "--on", days_ago(0), "--reason", "x", "--as", "Olga")
    assert enrolled.refused("month-six", "decide", "018", *decided) == missing
    assert enrolled.data("month-six", "list", "--as", "Otto") == []


@on_one_database
def test_nothing_drawn_after_somebody_has_left_is_collected(enrolled: Desk) -> None:
    enrolled.told("disposition", "died", "018", "--on", days_ago(2), "--reason", "the family called", "--as", "Wu")
    before = record(enrolled, "haemoglobin", "70", "g/L", "--drawn", wall(3))
    assert before["number"] == 1
    refused = enrolled.refused("lab", "record", "018", "haemoglobin", "71", "g/L", "--drawn", wall(1), "--as", "Li")
    assert "nothing of a later day is collected" in refused


@on_one_database
def test_month_six_is_an_investigators_decision_with_its_months_and_its_reason(enrolled: Desk) -> None:
    on = ("--on", days_ago(0))
    assert "this is for: investigator" in enrolled.refused("month-six", "decide", "018", "continue", *on, "--as", "Li")
    refused = enrolled.refused("month-six", "decide", "018", "continue", *on, "--as", "Wu")
    assert "0 months on the drug are fewer than 6; say why" in refused
    assert "say why the drug is stopped" in enrolled.refused("month-six", "decide", "018", "stop", *on, "--as", "Wu")
    why = ("--reason", "seen early")
    assert enrolled.data("month-six", "decide", "018", "continue", *on, *why, "--as", "Wu")["months_on_drug"] == 0
    assert "decided already" in enrolled.refused("month-six", "decide", "018", "stop", *on, *why, "--as", "Wu")
    told = enrolled.told("month-six", "correct", "018", "1", "--choice", "stop", *why, "--as", "Wu")
    assert "`anshi disposition drug-stopped` ends the doses" in told
    rows = enrolled.studied("month_six_decision")
    assert sorted((row["version"], row["choice"]) for row in rows) == [(1, "continue"), (2, "stop")]
    assert not {"reason", "recorded_by"} & set(rows[0])


def test_a_told_value_is_a_result_only_once_staff_have_seen_the_sheet(enrolled: Desk) -> None:
    told = record(enrolled, "sirolimus", "7.5", "ng/mL", "--drawn", wall(1), "--told")
    assert (told["source"], told["reference_grade"]) == ("participant", None)
    assert [row["why"] for row in worklist(enrolled)] == ["lab_unverified"]
    assert "assay: is missing" in enrolled.refused("lab", "verify", "018", "1", "--as", "Li")
    assert enrolled.data("report", "troughs")["levels"] == []
    done = enrolled.data("lab", "verify", "018", "1", *LEVEL, "--as", "Wu")
    assert (done["number"], done["version"], done["source"], done["value"]) == (1, 2, "staff", 7.5)
    both = enrolled.data("lab", "list", "018", "--versions")["results"]
    assert [(row["source"], row["recorded_by"]) for row in both] == [("participant", "Li"), ("staff", "Wu")]
    assert worklist(enrolled) == []
    assert "of staff already" in enrolled.refused("lab", "verify", "018", "1", *LEVEL, "--as", "Li")
    rows = enrolled.studied("lab_result")
    assert sorted((row["version"], row["source"]) for row in rows) == [(1, "participant"), (2, "staff")]
    assert [row["value"] for row in enrolled.data("report", "troughs")["levels"]] == [7.5]


@on_one_database
def test_a_told_value_that_is_refused_is_left_aside_with_its_reason(enrolled: Desk) -> None:
    record(enrolled, "haemoglobin", "88", "g/L", "--drawn", wall(1), "--told")
    assert "say why" in enrolled.refused("lab", "verify", "018", "1", "--refuse", "--as", "Li")
    enrolled.told("lab", "verify", "018", "1", "--refuse", "--reason", "the sheet says 98", "--as", "Li")
    assert "stays so" in enrolled.refused("lab", "verify", "018", "1", "--as", "Li")
    assert worklist(enrolled) == []
    (row,) = enrolled.data("lab", "list", "018")["results"]
    assert (row["source"], row["in_error"], row["reason"]) == ("participant", True, "the sheet says 98")


@on_one_database
def test_a_told_value_is_not_verified_into_a_second_result_of_one_draw_nor_from_another_site(enrolled: Desk) -> None:
    words = ("haemoglobin", "88", "g/L", "--drawn", wall(1))
    record(enrolled, *words, "--told")
    record(enrolled, *words)
    assert "is result 2 already" in enrolled.refused("lab", "verify", "018", "1", "--as", "Li")
    foreign = enrolled.refused("lab", "verify", "018", "1", "--as", "Otto")
    assert foreign == enrolled.refused("lab", "verify", "999", "1", "--as", "Otto")
    assert worklist(enrolled, "SHANG") == []


def worklist(desk: Desk, site: str = "PUMCH") -> list[dict[str, str]]:
    """Rows about told values."""
    rows = desk.data("report", "worklist", "--site", site)["rows"]
    return [row for row in rows if row["why"] == "lab_unverified"]
