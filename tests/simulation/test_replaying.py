"""One seed decides everything: the same run again, on any hash seed; and what a violation prints, breaks again."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from app.simulating import run_plan
from simulation.checks import NoChecks
from simulation.evidence import Delivered, Evidence, Violation
from simulation.faults import ALL, FaultName, random_half
from simulation.shrinking import command_of, shrunk
from simulation.world import Outcome, Plan

CALM = Plan(seed=1, participants=2, days=2, faults=())


class NothingAboutTablets(NoChecks):
    """A planted invariant that no reminder can keep."""

    def on_delivery(self, evidence: Evidence, delivered: Delivered) -> Sequence[Violation]:
        told = [data for data in delivered.buttons if data.startswith("1.t.")]
        return [Violation("X-01 nothing about tablets", evidence.at, told[0])] if told else []


@pytest.fixture
def live(tmp_path: Path) -> Callable[..., Outcome]:
    """Lives a plan through in a fresh folder."""
    runs = iter(range(1000))

    def lived(plan: Plan, checks: Callable[[], NoChecks] = NoChecks) -> Outcome:
        folder = tmp_path / f"run {next(runs)}"
        folder.mkdir()
        return run_plan(plan, checks, folder)

    return lived


def digest_by(hash_seed: str) -> tuple[str, int]:
    asked = [
        "simulate",
        "--seed",
        "5",
        "--participants",
        "2",
        "--days",
        "2",
        "--faults",
        "all",
        "--json",
        "--no-shrink",
    ]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}  # noqa: TID251
    done = subprocess.run(
        [sys.executable, "-m", "app", *asked], env=environment, capture_output=True, text=True, check=False
    )
    seed = json.loads(done.stdout)["seeds"][0]
    return seed["digest"], seed["delivered"]


@pytest.mark.slow
def test_the_same_seed_gives_the_same_digest_on_every_hash_seed() -> None:
    first, delivered = digest_by("0")
    assert delivered > 10
    assert (first, delivered) == digest_by("4242")


@pytest.mark.slow
def test_the_same_plan_in_one_process_gives_the_same_digest_and_another_seed_another(
    live: Callable[..., Outcome],
) -> None:
    plan = Plan(seed=3, participants=2, days=2, faults=ALL)
    first = live(plan)
    assert first.digest == live(plan).digest
    assert first.digest != live(Plan(seed=4, participants=2, days=2, faults=ALL)).digest


def test_a_calm_trial_is_asked_and_answered(live: Callable[..., Outcome]) -> None:
    outcome = live(CALM)
    assert outcome.violations == ()
    assert outcome.delivered > 10
    assert outcome.received > 5
    assert outcome.lives == 1
    assert outcome.injected == {}


@pytest.mark.slow
def test_a_violation_breaks_again_at_the_same_moment_by_what_is_printed(live: Callable[..., Outcome]) -> None:
    plan = Plan(seed=2, participants=2, days=2, faults=random_half(2))
    first, again = live(plan, NothingAboutTablets), live(plan, NothingAboutTablets)
    assert first.violations
    assert first.violations == again.violations
    assert first.digest == again.digest
    printed = command_of(plan)
    assert printed.startswith("anshi simulate --seed 2 --participants 2 --days 2 --faults F-")


@pytest.mark.slow
def test_shrinking_ends_at_one_participant_one_day_and_no_fault(live: Callable[..., Outcome]) -> None:
    plan = Plan(seed=2, participants=3, days=3, faults=(FaultName.TWICE, FaultName.FLOOD))
    smallest = shrunk(live(plan, NothingAboutTablets), lambda smaller: live(smaller, NothingAboutTablets))
    assert (smallest.plan.participants, smallest.plan.days, smallest.plan.faults) == (1, 1, ())
    assert smallest.violations[0].invariant == "X-01 nothing about tablets"


@pytest.mark.slow
def test_shrinking_never_exceeds_its_runs(live: Callable[..., Outcome]) -> None:
    runs = []

    def counted(plan: Plan) -> Outcome:
        runs.append(plan)
        return live(plan, NothingAboutTablets)

    shrunk(live(Plan(2, 3, 3, ALL), NothingAboutTablets), counted, runs=2)
    assert len(runs) == 2
