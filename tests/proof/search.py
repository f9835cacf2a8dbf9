"""The search: a copy of the house with one bug planted, and seeds of the simulation until an invariant breaks."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.proof.planted import Planted

ROOT = Path(__file__).parents[2]
ROOMS = (
    "app", "simulation", "bot", "web", "scheduler", "study", "emulator", "reports", "actions", "messages", "models",
    "protocol", "locales",
)  # fmt: skip
SEEDS = 50
LONGEST_SECONDS = 900


class MisfitError(ValueError):
    """The code has moved on: an edit of a planted bug no longer finds its place, or finds more than one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the simulation said about one bug. `invariant` is empty where it found nothing."""

    name: str
    invariant: str
    seed: int | None
    said: str


def copy_house(folder: Path) -> Path:
    """The rooms as they are, without what running them leaves behind."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    return folder


def plant(house: Path, planted: Planted) -> None:
    """Applies the edits of one bug. Raises MisfitError."""
    for edit in planted.edits:
        file = house / edit.file
        text = file.read_text(encoding="utf-8")
        if text.count(edit.old) != 1:
            raise MisfitError(f"{planted.name}: {text.count(edit.old)} places in {edit.file}")
        file.write_text(text.replace(edit.old, edit.new), encoding="utf-8")


def uproot(house: Path, planted: Planted) -> None:
    """Puts the files back as they are in the house."""
    for edit in planted.edits:
        shutil.copyfile(ROOT / edit.file, house / edit.file)


def search(house: Path, planted: Planted, *, seeds: int = SEEDS, first: int = 1) -> Finding:
    """Simulates seed after seed in `house` until an invariant breaks."""
    with_bug = simulate(
        house,
        seeds=seeds,
        first=first,
        faults=planted.faults,
        participants=planted.participants,
        days=planted.days,
    )
    try:
        told = json.loads(with_bug.stdout)
    except ValueError:
        return Finding(planted.name, "", None, (with_bug.stderr or with_bug.stdout)[-2000:])
    if not told["violations"]:
        return Finding(planted.name, "", None, "no violation")
    worst = told["violations"][0]
    return Finding(planted.name, worst["invariant"], worst.get("seed"), worst["found"])


def simulate(
    house: Path, *, seeds: int, first: int, faults: str, participants: int = 4, days: int = 6
) -> "subprocess.CompletedProcess[str]":
    """`anshi simulate` of this house, with nothing of the surroundings."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("ANSHI_")}  # noqa: TID251
    size = ["--participants", str(participants), "--days", str(days), "--faults", faults, "--no-shrink", "--json"]
    return subprocess.run(
        [sys.executable, "-m", "app", "simulate", "--seed", str(first), "--seeds", str(seeds), *size],
        cwd=house, env={**bare, "PYTHONPATH": str(house)}, capture_output=True, text=True, timeout=LONGEST_SECONDS,
        check=False,
    )  # fmt: skip
