"""The running bot loads what it needs and no more: no analysis libraries, no emulator, no simulation, no pages."""

import subprocess
import sys

import pytest

from tests.house.house import ROOT

ANALYSIS = {"pandas", "numpy", "scipy", "lifelines", "matplotlib", "openpyxl", "IPython"}
ROOMS_BESIDE = {"emulator", "simulation", "web", "benchmarks", "tests"}


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after one statement."""
    program = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}}, sep='\\n')"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_the_look_sees_what_is_loaded() -> None:
    assert {"json", "sys"} <= loaded_by("import json")


def test_the_wiring_loads_the_bot_and_nothing_beside_it() -> None:
    loaded = loaded_by("import app.wiring")
    assert {"bot", "scheduler", "study", "actions", "messages", "models", "protocol"} <= loaded
    assert loaded & (ANALYSIS | ROOMS_BESIDE) == set()


@pytest.mark.parametrize("statement", ["import app.__main__", "import app.settings"])
def test_the_command_line_answers_before_it_loads_the_rooms(statement: str) -> None:
    loaded = loaded_by(statement)
    assert "app" in loaded
    assert loaded & {"telegram", "bot", "web", "emulator", "simulation", *ANALYSIS} == set()


def test_reports_need_no_telegram() -> None:
    assert loaded_by("import app.commands.report") & {"telegram", "bot", *ANALYSIS} == set()
