"""A protocol file is read whole or refused with every problem, its place and its remedy."""

import re
import tomllib
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from models.protocol_file import BUILT_IN, Problem, ProtocolFileError, load_trial, trial_from
from models.protocol_lines import line_of, lines_of
from protocol.paths import trial_values, value_at, value_paths
from protocol.terms import Language, Mark, Purpose

TEXT = BUILT_IN.read_text(encoding="utf-8")
APPROVAL = """
[approval]
investigator = "Dr Wang"
approved_on = 2026-01-31
ethics_reference = "EC-12"
version = "2"
"""


def changed(*changes: tuple[str, str]) -> str:
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the built-in file"
        text = text.replace(old, new)
    return text


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(ProtocolFileError) as refused:
        trial_from(text)
    return refused.value.problems


def only(text: str) -> Problem:
    found = problems(text)
    assert len(found) == 1, [str(one) for one in found]
    return found[0]


def test_the_built_in_trial_says_what_the_registry_says() -> None:
    trial = load_trial(None)
    assert (trial.code, trial.registry_id, trial.participants_max) == ("PRCA-1", "NCT03364764", 64)
    assert (trial.age_min, trial.age_max) == (18, 80)
    assert (trial.regimen.first_dose_mg, trial.regimen.daily_dose_mg, trial.regimen.months_min) == (2, 1, 6)
    assert trial.windows.late_cutoff == timedelta(hours=12)
    assert trial.ladder.repeats == (timedelta(minutes=30), timedelta(minutes=120))
    assert trial.ladder.evening_time == time(20, 30)
    assert set(trial.consents) == set(Purpose)


def test_every_value_of_the_built_in_trial_has_a_mark_and_is_not_approved() -> None:
    trial = load_trial(None)
    assert set(trial.marks) == set(trial_values(trial))
    assert not trial.approved()
    assert trial.marks["regimen.first_dose_mg"] is Mark.REGISTERED
    assert trial.marks["criteria.age"] is Mark.REGISTERED
    assert "windows.late_cutoff" in trial.unconfirmed()
    assert "criteria.no_blood_donation" in trial.unconfirmed()
    assert not [path for path in trial.unconfirmed() if path.startswith("regimen.")]


def test_a_path_that_a_trial_does_not_have_has_no_value() -> None:
    trial = load_trial(None)
    assert value_at(trial, "windows.listening") == timedelta(hours=4)
    for path in ("windows.nothing", "nothing", "criteria.nothing"):
        with pytest.raises(KeyError):
            value_at(trial, path)
    assert len(set(value_paths(["age"]))) == len(value_paths(["age"]))


def test_an_approval_of_this_version_approves_the_proposals() -> None:
    trial = trial_from(TEXT + APPROVAL)
    assert trial.approved()
    assert trial.approval is not None
    assert trial.approval.approved_on == date(2026, 1, 31)
    assert trial.unconfirmed() == ()
    assert trial.marks["windows.late_cutoff"] is Mark.APPROVED
    assert trial.marks["regimen.daily_dose_mg"] is Mark.REGISTERED


def test_an_approval_of_another_version_is_refused_and_says_so() -> None:
    found = only(TEXT + APPROVAL.replace('version = "2"', 'version = "1"'))
    assert found.place.startswith("approval.version (line ")
    assert 'names version "1"' in found.message


def test_a_file_is_read_from_its_path(tmp_path: Path) -> None:
    path = tmp_path / "trial.toml"
    path.write_text(TEXT, encoding="utf-8")
    assert load_trial(path) == load_trial(None)


def test_a_file_that_cannot_be_read_is_one_problem(tmp_path: Path) -> None:
    with pytest.raises(ProtocolFileError, match="cannot be read"):
        load_trial(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProtocolFileError, match="UTF-8"):
        load_trial(broken)


def test_broken_toml_names_its_line() -> None:
    found = only(changed(("age_min = 18", "age_min = = 18")))
    assert found.place.startswith("line 8,")


def test_all_problems_come_at_once_each_with_place_line_and_remedy() -> None:
    text = changed(
        ("age_min = 18", "age_mim = 18"),
        ('late_cutoff = "12 h"', 'late_cutoff = "14 h"'),
        ("daily_dose_mg = 1.0", "daily_dose_mg = 1.5"),
        ('evening_time = "20:30"', 'evening_time = "8 pm"'),
        ('en = "You can still take today\'s dose."\n', ""),
        ("Take no more today.", "Take no more sirolimus today!"),
    )
    found = {re.sub(r" \(line \d+\)$", "", one.place): one for one in problems(text)}
    assert set(found) == {
        "age_mim",
        "age_min",
        "windows.minimum_gap",
        "regimen.daily_dose_mg",
        "ladder.evening_time",
        "texts.late_before_cutoff.en",
        "texts.double_dose.en",
    }
    assert all(one.remedy for one in found.values())
    line = TEXT.splitlines().index("daily_dose_mg = 1.0") + 1
    assert found["regimen.daily_dose_mg"].place == f"regimen.daily_dose_mg (line {line})"


BROKEN = [
    (
        "a cut-off and a gap that contradict each other",
        'late_cutoff = "12 h"',
        'late_cutoff = "13 h"',
        "windows.minimum_gap",
    ),
    ("a gap longer than the cut-off", 'late_cutoff = "12 h"', 'late_cutoff = "8 h"', "windows.minimum_gap"),
    ("a dose that opens too early", 'opens_before = "4 h"', 'opens_before = "13 h"', "windows.opens_before"),
    (
        "a dose given up before morning",
        'unreported_after = "36 h"',
        'unreported_after = "24 h"',
        "windows.unreported_after",
    ),
    (
        "a dose given up after closing",
        'unreported_after = "36 h"',
        'unreported_after = "73 h"',
        "windows.unreported_after",
    ),
    ("repeats that fall", '["30 min", "120 min"]', '["120 min", "30 min"]', "ladder.repeats"),
    ("a repeat after the cut-off", '["30 min", "120 min"]', '["30 min", "12 h"]', "ladder.repeats"),
    ("an evening question at night", 'evening_time = "20:30"', 'evening_time = "22:00"', "ladder.evening_time"),
    ("a record question before today opens", 'record_lead = "15 min"', 'record_lead = "4 h"', "ladder.record_lead"),
    ("a first dose of broken tablets", "first_dose_mg = 2.0", "first_dose_mg = 2.5", "regimen.first_dose_mg"),
    ("a block before its alert", "not_taken_block = 7", "not_taken_block = 1", "runs.not_taken_block"),
    ("ages the wrong way round", "age_max = 80", "age_max = 17", "age_max"),
    ("a number in quotes", "holiday_days = 3", 'holiday_days = "3"', "metrics.holiday_days"),
    ("no number at all", "strength_mg = 1.0", "strength_mg = nan", "product.strength_mg"),
    ("a length without its unit", 'listening = "4 h"', "listening = 4", "windows.listening"),
    (
        "a value that counts outside its visit",
        'before = ["7 days", "14 days"]',
        'before = ["8 days", "14 days"]',
        "outcomes.before",
    ),
    (
        "a visit outside which its value counts",
        'months = 24\nwindow = "14 days"',
        'months = 24\nwindow_before = "14 days"\nwindow_after = "21 days"',
        "outcomes.after",
    ),
    ("an outcome that no visit carries", 'window = "7 days"\noutcome = true', 'window = "7 days"', "outcomes.months"),
    ("a month that stands twice", "months = [6, 24]", "months = [6, 6]", "outcomes.months"),
    ("a visit with an outcome nobody reads", "months = [6, 24]", "months = [6, 12]", "visits.m24.outcome"),
    ("an outcome without a month", "days = 14\n", "days = 14\noutcome = true\n", "visits.w2.outcome"),
    ("a mark on nothing", '"windows", "ladder"', '"windows", "window", "ladder"', "marks.proposed"),
    ("a value without a mark", '"windows", "ladder", "runs"', '"windows", "ladder"', "marks"),
    ("a value marked twice", "approved = []", 'approved = ["windows"]', "marks"),
    ("an emergency text without 120", "请现在就拨打120，", "请现在就打电话，", "texts.emergency.zh"),
    ("a blank text", 'zh = "今天的药，您现在还可以吃。"', 'zh = "  "', "texts.late_before_cutoff.zh"),
    ("a familiar word", "今天的药，您现在还可以吃。", "今天的药，你现在还可以吃。", "texts.late_before_cutoff.zh"),
    ("the disease", "今天的药，您现在还可以吃。", "治贫血的药，您现在还可以吃。", "texts.late_before_cutoff.zh"),
    ("the trial's own code", "Please ask your study doctor", "Please ask your prca-1 doctor", "texts.ask_team.en"),
    (
        "the product's name in its unit",
        'unit_name = { zh = "片"',
        'unit_name = { zh = "西罗莫司片"',
        "product.unit_name.zh",
    ),
]


@pytest.mark.parametrize(("old", "new", "place"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_file_is_refused_for(old: str, new: str, place: str) -> None:
    found = problems(changed((old, new)))
    assert place in {re.sub(r" \(line \d+\)$", "", one.place) for one in found}
    assert all(one.message and one.remedy for one in found)


def test_every_table_is_asked_for_when_it_is_missing() -> None:
    found = {one.place for one in problems("")}
    assert {"code", "windows", "texts", "marks", "wording"} <= found
    assert "approval" not in found


@pytest.mark.parametrize("table", ["windows", "texts", "marks", "criteria", "product", "approval", "wording"])
def test_a_table_of_the_wrong_kind_is_a_problem_and_no_crash(table: str) -> None:
    text = re.sub(r"(?ms)^\[(" + table + r")(\.[a-z_]+)?\]\n.*?(?=^\[|^# ---|\Z)", "", TEXT)
    assert any(one.place.startswith(table) for one in problems(f"{table} = 3\n{text}"))


def test_both_languages_stand_for_every_text() -> None:
    raw = tomllib.loads(TEXT)
    tables = [*raw["texts"].values(), *raw["consents"].values(), *raw["criteria"].values(), raw["title"]]
    assert len(tables) > 20
    assert all(table[language].strip() for table in tables for language in Language)


def test_lines_inside_a_long_text_are_no_keys() -> None:
    lines = lines_of('[texts]\nzh = """\nage = 3\n[windows]\n"""\nen = "x"\n')
    assert lines == {"texts": 1, "texts.zh": 2, "texts.en": 6}
    assert line_of("texts.en.deeper", lines) == 6
    assert line_of("windows", lines) is None
