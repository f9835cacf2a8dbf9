"""`anshi simulate`: the whole system on a virtual clock, seed after seed, until an invariant breaks."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from app.office import fail
from app.simulating import leave_settings, run_plan
from reports.tables import json_text
from simulation.faults import ALL, FaultName, random_half
from simulation.invariants import Invariants
from simulation.shrinking import command_of, shrunk
from simulation.world import Outcome, Plan

WORDS = "half, all, none, or names such as F-01,F-15"


class FaultsOption(click.ParamType[str]):
    """Which faults are on."""

    name = "faults"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        unknown = [name for name in _names(value) if name not in list(FaultName)]
        if value not in ("half", "all", "none") and (unknown or not _names(value)):
            self.fail(f"{', '.join(unknown) or repr(value)} is no fault; give {WORDS}", param, ctx)
        return str(value)


@dataclass(slots=True)
class Told:
    """What all seeds together came to."""

    outcomes: list[Outcome]
    smallest: Outcome | None = None


@click.command("simulate")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="It decides everything.")
@click.option("--seeds", type=click.IntRange(1), default=1, show_default=True, help="So many, one after the other.")
@click.option("--participants", type=click.IntRange(1, 5000), default=10, show_default=True, help="How many take part.")
@click.option("--days", type=click.IntRange(1, 3660), default=14, show_default=True, help="How long.")
@click.option("--faults", type=FaultsOption(), default="half", show_default=True, help=f"{WORDS}.")
@click.option(
    "--keep", type=click.Path(file_okay=False, path_type=Path), help="Leave both stores in this empty folder."
)
@click.option("--no-shrink", is_flag=True, help="Do not look for a smaller run that breaks the same invariant.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def simulate(
    seed: int,
    seeds: int,
    participants: int,
    days: int,
    faults: str,
    keep: Path | None,
    *,
    no_shrink: bool,
    as_json: bool,
) -> None:
    """Live whole trials through on a virtual clock, with faults, and check every invariant.

    The configured databases are never touched. Exit code 1 when an invariant broke.
    """
    if keep is not None:
        _check_folder(keep, seeds)
    plans = [Plan(number, participants, days, _faults(faults, number)) for number in range(seed, seed + seeds)]
    told = Told([])
    for plan in plans:
        outcome = _lived(plan, keep, quiet=as_json)
        told.outcomes.append(outcome)
        if not as_json:
            click.echo(_line(outcome))
        if outcome.violations:
            if not no_shrink and keep is None:
                told.smallest = shrunk(outcome, lambda smaller: _lived(smaller, None, quiet=True))
            break
    _tell(told, as_json=as_json)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _faults(text: str, seed: int) -> tuple[FaultName, ...]:
    if text == "half":
        return random_half(seed)
    if text in ("all", "none"):
        return ALL if text == "all" else ()
    return tuple(name for name in ALL if name in _names(text))


def _check_folder(folder: Path, seeds: int) -> None:
    if seeds > 1:
        fail("--keep leaves the stores of one seed; give it without --seeds")
    if folder.exists() and any(folder.iterdir()):
        fail(f"{folder} is not empty; give a folder that is empty or not there")


def _lived(plan: Plan, keep: Path | None, *, quiet: bool) -> Outcome:
    progress = _silence if quiet or not sys.stderr.isatty() else _Progress(plan)
    if keep is None:
        with TemporaryDirectory(prefix="anshi-simulation-") as folder:
            return run_plan(plan, Invariants, Path(folder), progress)
    keep.mkdir(parents=True, exist_ok=True, mode=0o700)
    outcome = run_plan(plan, Invariants, keep, progress)
    leave_settings(plan, keep)
    return outcome


def _silence(_share: float) -> None:
    """In a pipe nothing is shown before the end."""


class _Progress:
    """One line that moves on a terminal."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def __call__(self, share: float) -> None:
        day = round(share * self._plan.days)
        click.echo(f"\r  seed {self._plan.seed}: day {day} of {self._plan.days}   \r", err=True, nl=False)


def _line(outcome: Outcome) -> str:
    plan, died = outcome.plan, sum(outcome.crashed.values())
    return (
        f"seed {plan.seed}: {outcome.delivered} messages delivered, {outcome.received} updates, {outcome.calls} calls, "
        f"{sum(outcome.injected.values())} faults, {died} crashes; digest {outcome.digest}"
    )


def _tell(told: Told, *, as_json: bool) -> None:
    broken = [outcome for outcome in told.outcomes if outcome.violations]
    if as_json:
        click.echo(json_text(_as_json(told)), nl=False)
    else:
        _tell_crashes(told.outcomes)
        for outcome in broken:
            _tell_violations(outcome, told.smallest)
        if not broken:
            click.echo(f"{len(told.outcomes)} seeds, no violation.")
    if broken:
        sys.stdout.flush()
        raise SystemExit(1)


def _tell_crashes(outcomes: Sequence[Outcome]) -> None:
    if not any(FaultName.CRASH in outcome.plan.faults for outcome in outcomes):
        return
    points = sorted({point for outcome in outcomes for point in outcome.passed})
    hits = {point: sum(outcome.crashed.get(point, 0) for outcome in outcomes) for point in points}
    click.echo("crashes by point: " + ", ".join(f"{point} {count}" for point, count in hits.items()))


def _tell_violations(outcome: Outcome, smallest: Outcome | None) -> None:
    for violation in outcome.violations:
        click.echo(f"VIOLATION {violation.invariant}\n  at {violation.at.isoformat()}\n  {violation.found}")
    click.echo(f"again:    {command_of(outcome.plan)}")
    if smallest is not None:
        click.echo(f"smallest: {command_of(smallest.plan)}\n  {smallest.violations[0].found}")


def _as_json(told: Told) -> dict[str, Any]:
    return {
        "violations": [
            {
                "seed": outcome.plan.seed,
                "invariant": violation.invariant,
                "at": violation.at,
                "found": violation.found,
                "command": command_of(outcome.plan),
            }
            for outcome in told.outcomes
            for violation in outcome.violations
        ],
        "smallest": command_of(told.smallest.plan) if told.smallest else None,
        "seeds": [
            {
                "seed": outcome.plan.seed,
                "faults": list(outcome.plan.faults),
                "digest": outcome.digest,
                "delivered": outcome.delivered,
                "received": outcome.received,
                "calls": outcome.calls,
                "lives": outcome.lives,
                "injected": {str(name): count for name, count in outcome.injected.items()},
                "passed": outcome.passed,
                "crashed": outcome.crashed,
            }
            for outcome in told.outcomes
        ],
    }
