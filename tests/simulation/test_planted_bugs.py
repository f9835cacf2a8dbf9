"""The simulation's own test: bugs are planted and must be found; the long version is `make proof`."""

import shutil
from pathlib import Path

import pytest

from tests.proof.planted import PLANTED, Planted
from tests.proof.search import ROOT, copy_house, plant, search

CAUGHT_IN_CI = {
    "a message that may have arrived is sent again": 1,
    "an update is confirmed before it is kept": 1,
}
"""With the seed at which the search begins here: one that found it, so that it costs little."""


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_each_planted_bug_still_finds_its_place(planted: Planted, tmp_path: Path) -> None:
    for file in {edit.file for edit in planted.edits}:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, tmp_path / file)

    plant(tmp_path, planted)

    for edit in planted.edits:
        text = (tmp_path / edit.file).read_text(encoding="utf-8")
        assert text != (ROOT / edit.file).read_text(encoding="utf-8")
        compile(text, edit.file, "exec")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "first"), CAUGHT_IN_CI.items())
def test_the_simulation_finds_a_planted_bug(name: str, first: int, tmp_path: Path) -> None:
    planted = next(planted for planted in PLANTED if planted.name == name)
    house = copy_house(tmp_path)
    plant(house, planted)

    finding = search(house, planted, seeds=10, first=first)

    assert finding.invariant, finding.said
