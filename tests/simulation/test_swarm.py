"""Some seeds, each with its own half of the faults: no invariant breaks."""

from pathlib import Path

import pytest

from app.simulating import run_plan
from simulation.faults import random_half
from simulation.invariants import Invariants
from simulation.shrinking import command_of
from simulation.world import Plan

IN_CI = range(1, 4)
BY_HAND = range(4, 54)


def lives_through(plan: Plan, folder: Path, *, delivers: int) -> None:
    outcome = run_plan(plan, Invariants, folder)
    assert outcome.violations == (), command_of(plan)
    assert outcome.delivered > delivers


@pytest.mark.slow
@pytest.mark.parametrize("seed", IN_CI)
def test_no_invariant_breaks(seed: int, tmp_path: Path) -> None:
    lives_through(Plan(seed, participants=3, days=4, faults=random_half(seed)), tmp_path, delivers=30)


@pytest.mark.long
@pytest.mark.parametrize("seed", BY_HAND)
def test_no_invariant_breaks_in_a_wider_swarm(seed: int, tmp_path: Path) -> None:
    lives_through(Plan(seed, participants=10, days=14, faults=random_half(seed)), tmp_path, delivers=300)
