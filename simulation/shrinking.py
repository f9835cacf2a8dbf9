"""Shrinking: the smallest participants, days and faults that still break the same invariant, by running again."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from simulation.world import Outcome, Plan

RUNS_MAX = 30


def shrunk(outcome: Outcome, run: Callable[[Plan], Outcome], *, runs: int = RUNS_MAX) -> Outcome:
    """The smallest outcome found within so many runs; `outcome` has a violation, and so has what is returned."""
    wanted = outcome.violations[0].invariant
    left = runs
    goes_on = True
    while goes_on and left > 0:
        goes_on = False
        for plan in _smaller(outcome):
            if left <= 0:
                break
            left -= 1
            tried = run(plan)
            if any(one.invariant == wanted for one in tried.violations[:1]):
                outcome, goes_on = tried, True
                break
    return outcome


def _smaller(outcome: Outcome) -> Iterator[Plan]:
    """Plans with less of one thing, the boldest first; none is tried that is not smaller."""
    plan = outcome.plan
    lasted = max(1, (outcome.violations[0].at - outcome.start).days + 1)
    if lasted < plan.days:
        yield replace(plan, days=lasted)
    for fewer in sorted({1, plan.participants // 2, plan.participants - 1}):
        if 0 < fewer < plan.participants:
            yield replace(plan, participants=fewer)
    if plan.faults:
        yield replace(plan, faults=())
        half = len(plan.faults) // 2
        if half:
            yield replace(plan, faults=plan.faults[:half])
            yield replace(plan, faults=plan.faults[half:])
    if plan.days > 1:
        yield replace(plan, days=plan.days // 2)
    for name in plan.faults:
        yield replace(plan, faults=tuple(one for one in plan.faults if one is not name))


def command_of(plan: Plan) -> str:
    """The one command that lives this plan through again."""
    faults = ",".join(plan.faults) or "none"
    return f"anshi simulate --seed {plan.seed} --participants {plan.participants} --days {plan.days} --faults {faults}"
