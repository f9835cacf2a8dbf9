"""`anshi protocol` answers people on stdout, problems on stderr, and never with a traceback."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.commands.protocol import protocol
from models.protocol_file import BUILT_IN

TEXT = BUILT_IN.read_text(encoding="utf-8")


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(protocol, [str(word) for word in words])


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_good_file_is_said_to_be_good(mine: Path) -> None:
    found = run("check", mine)
    assert (found.exit_code, found.stderr) == (0, "")
    assert "PRCA-1 version 2, no problems" in found.stdout


def test_a_bad_file_gives_one_line_per_problem_on_stderr(mine: Path) -> None:
    mine.write_text(
        TEXT.replace("age_max = 80", "age_max = 1").replace('opens_before = "4 h"', "opens_before = 4"),
        encoding="utf-8",
    )
    found = run("check", mine)
    assert (found.exit_code, found.stdout) == (1, "")
    assert [line.split(" ")[0] for line in found.stderr.splitlines()] == ["age_max", "windows.opens_before"]
    assert isinstance(found.exception, SystemExit)


def test_a_missing_argument_is_a_usage_error(tmp_path: Path) -> None:
    assert run("check").exit_code == 2
    assert run("diff", "a").exit_code == 2
    missing = run("check", tmp_path / "none.toml")
    assert (missing.exit_code, len(missing.stderr.splitlines())) == (1, 1)


def test_the_page_shows_each_value_with_its_mark_and_the_missing_approval() -> None:
    found = run("show")
    assert found.exit_code == 0
    assert "Not approved 未批准" in found.stdout
    assert "late_cutoff = 12 h  (proposed 拟定)" in found.stdout
    assert "first_dose_mg = 2.0  (registered 登记)" in found.stdout
    assert "Call 120 now" in found.stdout


def test_the_page_shows_who_approved(mine: Path) -> None:
    approval = 'investigator = "Dr Wang"\napproved_on = 2026-01-31\nethics_reference = "EC-12"\nversion = "2"\n'
    mine.write_text(f"{TEXT}\n[approval]\n{approval}", encoding="utf-8")
    found = run("show", mine)
    assert "Dr Wang" in found.stdout
    assert "late_cutoff = 12 h  (approved 批准)" in found.stdout


def test_the_page_as_json_has_every_value_and_its_mark() -> None:
    found = json.loads(run("show", "--json").stdout)
    assert found["approved"] is False
    assert found["values"]["ladder.repeats"] == {"value": ["30 min", "2 h"], "mark": "proposed"}
    assert "texts.emergency" in found["unconfirmed"]


def test_a_difference_is_listed_old_to_new(mine: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(TEXT.replace("snoozes_max = 4", "snoozes_max = 3"), encoding="utf-8")
    assert run("diff", mine, other).stdout == "ladder.snoozes_max: 4 → 3\n"
    assert json.loads(run("diff", mine, other, "--json").stdout) == [{"path": "ladder.snoozes_max", "old": 4, "new": 3}]
    assert run("diff", mine, mine).stdout == "No differences.\n"
