"""`anshi simulate` refuses what it cannot do, in one line, and leaves stores that the other commands open."""

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.__main__ import cli

SMALL = ("--participants", "1", "--days", "1", "--faults", "none")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--faults", "F-99"), "F-99 is no fault"),
        (("--faults", ""), "is no fault"),
        (("--participants", "0"), "0 is not in the range"),
        (("--days", "many"), "'many' is not a valid integer"),
    ],
)
def test_a_bad_option_is_named(options: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(cli, ["simulate", *options])
    assert done.exit_code == 2
    assert said in done.output


def test_a_folder_with_something_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = CliRunner().invoke(cli, ["simulate", "--keep", str(tmp_path), *SMALL])
    assert done.exit_code == 1
    assert "is not empty" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_one_folder_keeps_one_seed(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["simulate", "--keep", str(tmp_path / "kept"), "--seeds", "2"])
    assert done.exit_code == 1
    assert "one seed" in done.output


def test_what_is_kept_opens_with_the_settings_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "kept"
    done = CliRunner().invoke(cli, ["simulate", "--keep", str(kept), *SMALL])
    assert (done.exit_code, "1 seeds, no violation." in done.output) == (0, True), done.output
    assert (kept / ".env").stat().st_mode & 0o077 == 0
    for name in ("store.db", "study.db"):
        assert sqlite3.connect(kept / name).execute("PRAGMA integrity_check").fetchone() == ("ok",)
    monkeypatch.chdir(kept)
    for command in (["sync", "reconcile"], ["audit", "verify"], ["report", "adherence"]):
        told = CliRunner().invoke(cli, command)
        assert told.exit_code == 0, told.output


def test_a_trial_may_end_before_everybody_has_joined() -> None:
    done = CliRunner().invoke(cli, ["simulate", "--participants", "2", "--days", "1", "--faults", "none"])
    assert (done.exit_code, "1 seeds, no violation." in done.output) == (0, True), done.output
