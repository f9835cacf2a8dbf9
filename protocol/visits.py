"""Visits: when each is expected, counted from study day 1 or from the last dose, and what may become of one.

Study day 1 is the day the first dose was taken; there is no day 0, so that two weeks later is day 15. A month later is
the same day of that month, or its last one. What falls on a day on which the clinic is closed is proposed for the
nearest open day of its window, the earlier of two; where there is none, the target stands and staff decide.
"""

import calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from protocol.texts import Texts


class VisitAnchor(StrEnum):
    """What a visit is counted from."""

    FIRST_DOSE = "first_dose"
    LAST_DOSE = "last_dose"


class VisitState(StrEnum):
    """Where one visit stands. A visit that is moved stays planned, on another day."""

    PROPOSED = "proposed"  # by a changed amount; nobody is told before staff have accepted it
    PLANNED = "planned"
    CONFIRMED = "confirmed"  # the participant says that they will come
    ATTENDED = "attended"
    MISSED = "missed"
    CANCELLED = "cancelled"


STEPS: Mapping[VisitState, frozenset[VisitState]] = {
    VisitState.PROPOSED: frozenset({VisitState.PLANNED, VisitState.CANCELLED}),
    VisitState.PLANNED: frozenset(VisitState) - {VisitState.PLANNED, VisitState.PROPOSED},
    VisitState.CONFIRMED: frozenset(VisitState) - {VisitState.CONFIRMED, VisitState.PROPOSED},
    VisitState.MISSED: frozenset({VisitState.PLANNED, VisitState.ATTENDED}),
    VisitState.ATTENDED: frozenset({VisitState.MISSED}),
    VisitState.CANCELLED: frozenset({VisitState.PLANNED}),
}
"""What a visit may become; an attended one can be corrected to missed, and a missed one planned anew."""

TO_COME = frozenset({VisitState.PLANNED, VisitState.CONFIRMED})
MAY_DRAW = TO_COME | {VisitState.ATTENDED}
"""Of whose draw a dose still waits."""

UNSCHEDULED = "unscheduled"
"""The key of a visit that no template expects."""


@dataclass(frozen=True, slots=True)
class Procedure:
    """Something that is done at visits, and what it asks of the morning."""

    key: str
    label: Texts
    draw: bool  # blood for a level is taken: the dose waits
    fasting: bool


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """One visit of the template. Exactly one of `days` and `months` counts from the anchor."""

    key: str
    label: Texts
    anchor: VisitAnchor
    days: int | None
    months: int | None
    before: timedelta
    after: timedelta
    procedures: tuple[str, ...]  # keys
    draw: bool  # one of them takes blood for a level: the dose waits that morning
    fasting: bool  # one of them needs it
    outcome: bool  # carries a registered outcome


@dataclass(frozen=True, slots=True)
class ExpectedVisit:
    """A visit on the calendar: `proposed_on` is an open day of the window, or the target where none is open."""

    plan: VisitPlan
    target_on: date
    from_on: date
    until_on: date
    proposed_on: date


def months_later(on: date, months: int) -> date:
    """The same day so many months later, clipped to the end of a shorter month."""
    year, month = divmod(on.month - 1 + months, 12)
    year, month = on.year + year, month + 1
    return date(year, month, min(on.day, calendar.monthrange(year, month)[1]))


def expected_visits(
    template: Sequence[VisitPlan],
    day_one: date,
    last_dose_on: date | None,
    is_open: Callable[[date], bool],
) -> tuple[ExpectedVisit, ...]:
    """Every visit that can be reckoned, by target. `last_dose_on` None: those after the last dose are left out."""
    anchors = {VisitAnchor.FIRST_DOSE: day_one, VisitAnchor.LAST_DOSE: last_dose_on}
    found = [_expected(plan, on, is_open) for plan in template if (on := anchors[plan.anchor]) is not None]
    return tuple(sorted(found, key=lambda visit: (visit.target_on, visit.from_on)))


def _expected(plan: VisitPlan, anchor_on: date, is_open: Callable[[date], bool]) -> ExpectedVisit:
    target = anchor_on + timedelta(days=plan.days or 0) if plan.months is None else months_later(anchor_on, plan.months)
    from_on, until_on = target - plan.before, target + plan.after
    return ExpectedVisit(plan, target, from_on, until_on, _nearest_open(target, from_on, until_on, is_open))


def _nearest_open(target: date, from_on: date, until_on: date, is_open: Callable[[date], bool]) -> date:
    for away in range(max((target - from_on).days, (until_on - target).days) + 1):
        for on in (target - timedelta(days=away), target + timedelta(days=away)):
            if from_on <= on <= until_on and is_open(on):
                return on
    return target


def out_of_window(on: date, from_on: date | None, until_on: date | None) -> bool:
    """Whether a day lies outside the window; a visit without a window is never outside."""
    return from_on is not None and until_on is not None and not from_on <= on <= until_on


def may_become(state: VisitState, wanted: VisitState) -> bool:
    """Whether this step is one that a visit can take."""
    return wanted in STEPS[state]
