"""A process dies before and after every commit and every call, and what it had promised stands."""

from pathlib import Path

import pytest

from app.simulating import run_plan
from simulation.faults import FaultName
from simulation.invariants import Invariants
from simulation.world import Plan

ALWAYS_PASSED = {
    "begin",
    "before store commit",
    "after store commit",
    "begin study",
    "before study commit",
    "after study commit",
    *(
        f"{when} {method}"
        for when in ("before", "after")
        for method in ("getUpdates", "sendMessage", "editMessageText")
    ),
    *(f"{when} answerCallbackQuery" for when in ("before", "after")),
}


def dies(seed: int, folder: Path, *, participants: int, days: int) -> set[str]:
    """The points at which a process of this seed died."""
    faults = (FaultName.CRASH, FaultName.CRASH_AGAIN)
    outcome = run_plan(Plan(seed, participants, days, faults, intensity=8.0), Invariants, folder)
    assert outcome.violations == ()
    assert outcome.lives > 10
    return {point for point, count in outcome.crashed.items() if count}


@pytest.mark.slow
def test_each_crash_point_is_hit_and_no_invariant_breaks(tmp_path: Path) -> None:
    assert dies(1, tmp_path, participants=3, days=4) >= ALWAYS_PASSED


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 42))
def test_no_invariant_breaks_by_dying_at_every_point(seed: int, tmp_path: Path) -> None:
    assert dies(seed, tmp_path, participants=4, days=8) >= ALWAYS_PASSED
