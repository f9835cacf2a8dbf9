"""Persistence: how long one person kept taking the drug, and the Kaplan–Meier steps of several people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from protocol.day_facts import SCHEDULED, SILENT, DayFact
from protocol.terms import DoseState


@dataclass(frozen=True, slots=True)
class Duration:
    """Days from the first dose to the last one before the event, or to the data cut when `event` is False.

    `by_silence`: the gap that ended it holds unreported or not asked days, so a sensitivity case may censor it.
    """

    days: int
    event: bool
    by_silence: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """The curve after `day`: people at risk just before it, those whose event or censoring fell on it."""

    day: int
    at_risk: int
    events: int
    censored: int
    survival: float


def persistence(days: Sequence[DayFact], gap_days: int, stopped_on: date | None) -> Duration | None:
    """None before the first dose. The event is a stop order, or a gap of `gap_days` scheduled days without return.

    `days` are those due up to the data cut; held and open days are in no gap.
    """
    taken = [day for day in days if day.reported_doses > 0]
    if not taken:
        return None
    first_on, last = taken[0].due_on, taken[-1]
    gap = [day for day in days if day.ordinal > last.ordinal and day.state in SCHEDULED]
    if stopped_on is not None or len(gap) >= gap_days:
        silent = stopped_on is None and any(day.state in SILENT for day in gap)
        return Duration((last.due_on - first_on).days + 1, event=True, by_silence=silent)
    cut_on = max(day.due_on for day in days)
    return Duration((cut_on - first_on).days + 1, event=False)


def initiation_days(days: Sequence[DayFact]) -> int | None:
    """Days from the first dose that was due (not held) to the first one taken; None if never."""
    first_due = next((day for day in days if day.state is not DoseState.HELD), None)
    first_taken = next((day for day in days if day.reported_doses > 0), None)
    return (first_taken.due_on - first_due.due_on).days if first_due and first_taken else None


def kaplan_meier(durations: Sequence[Duration]) -> tuple[Step, ...]:
    """One step for each day on which somebody's event or censoring falls; events come before censorings of a day."""
    steps: list[Step] = []
    at_risk, survival = len(durations), 1.0
    for on in sorted({one.days for one in durations}):
        events = sum(one.event for one in durations if one.days == on)
        censored = sum(not one.event for one in durations if one.days == on)
        survival *= 1 - events / at_risk
        steps.append(Step(on, at_risk, events, censored, survival))
        at_risk -= events + censored
    return tuple(steps)
