"""The walls between the rooms stand, and each of them falls on whoever walks through it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.house import ROOT, configuration, sources

BREACHES = {
    "Imports point down the house": ("models/site.py", "import actions.sites"),
    "Only the bot and the wiring speak Telegram": ("web/desk.py", "import telegram"),
    "The protocol is the standard library and nothing else": ("protocol/terms.py", "import pydantic"),
    "Messages are worded from plain facts": ("messages/courier.py", "import models.site"),
    "Reports only read": ("reports/freshness.py", "import actions.alerts"),
    "The emulator knows the Bot API and nothing of the trial": ("emulator/world.py", "import protocol.terms"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter's verdict on the rooms that lie in a folder."""
    program = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    command = [sys.executable, "-c", program, "--no-cache", "--config", str(folder / "pyproject.toml")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in (*sources(*configuration()["tool"]["importlinter"]["root_packages"]), "pyproject.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def test_every_wall_has_somebody_who_tries_it() -> None:
    assert sorted(BREACHES) == sorted(
        contract["name"] for contract in configuration()["tool"]["importlinter"]["contracts"]
    )


def test_the_walls_stand(copy: Path) -> None:
    verdict = lint(copy)
    assert verdict.returncode == 0, verdict.stdout
    assert "0 broken" in verdict.stdout
    analyzed = re.search(r"Analyzed (\d+) files", verdict.stdout)
    assert analyzed is not None
    assert int(analyzed[1]) > 200, "some hundred files are looked at"


def test_a_breach_of_each_wall_is_named(copy: Path) -> None:
    for name, line in BREACHES.values():
        source = copy / name
        source.write_text(source.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    verdict = lint(copy)
    assert verdict.returncode == 1
    told = {line.rpartition(" ")[0] for line in verdict.stdout.splitlines() if line.endswith(" BROKEN")}
    assert told == set(BREACHES)
