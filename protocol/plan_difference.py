"""What one plan has and another has not: doses and messages that a change of the facts adds, alters or takes away."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from protocol.plan import Plan, PlannedDose
from protocol.terms import DoseState, PromptKind


@dataclass(frozen=True, slots=True)
class DoseChange:
    """One dose before and after; None where it is not called for. Ordinals need not agree: it is the wall date's."""

    on: date
    before: PlannedDose | None
    after: PlannedDose | None


@dataclass(frozen=True, slots=True)
class PromptChange:
    """One message about the dose of a wall date before and after: when it is due (UTC), how many units it names."""

    on: date
    kind: PromptKind
    rung: int
    before: tuple[datetime, int] | None
    after: tuple[datetime, int] | None


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """Everything that differs, by date."""

    doses: tuple[DoseChange, ...]
    prompts: tuple[PromptChange, ...]


def plan_difference(before: Plan, after: Plan) -> PlanDifference:
    """What has to be said of two plans for the same stretch of days. A message whose number differs is altered."""
    return PlanDifference(tuple(_doses(before, after)), tuple(_prompts(before, after)))


def _by_day(plan: Plan) -> Mapping[date, PlannedDose]:
    return {dose.due_on: dose for dose in plan.doses}


def _said(dose: PlannedDose | None) -> tuple[datetime, int, DoseState] | None:
    return (dose.due_at, dose.units, dose.state) if dose is not None else None


def _doses(before: Plan, after: Plan) -> Iterator[DoseChange]:
    old, new = _by_day(before), _by_day(after)
    for on in sorted({*old, *new}):
        if _said(old.get(on)) != _said(new.get(on)):
            yield DoseChange(on, old.get(on), new.get(on))


def _messages(plan: Plan) -> dict[tuple[date, PromptKind, int], tuple[datetime, int]]:
    doses = {dose.ordinal: dose for dose in plan.doses}
    return {
        (doses[one.ordinal].due_on, one.kind, one.rung): (one.due_at, doses[one.ordinal].units) for one in plan.prompts
    }


def _prompts(before: Plan, after: Plan) -> Iterator[PromptChange]:
    old, new = _messages(before), _messages(after)
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            on, kind, rung = key
            yield PromptChange(on, kind, rung, old.get(key), new.get(key))
