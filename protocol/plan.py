"""What is due: unrolls one participant's orders into doses, and one dose into its ladder of prompts.

The key of a dose is its ordinal, never a local date. Planning twice gives the same rows; a restart, a moved
reminder time, a new order and a preview all come through here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from protocol.ladder import PlannedPrompt, prompts_of
from protocol.moments import first_wall_time, wall_date
from protocol.orders import DoseOrder, ordered_day, spacing, units_of
from protocol.terms import DoseState
from protocol.trial import Trial

DAYS_SEARCHED_MAX = 400  # a plan that finds no ordered day within so many steps stops looking


@dataclass(frozen=True, slots=True)
class DoseFact:
    """One scheduled dose as it is stored, with what its current report says."""

    dose_id: str
    ordinal: int
    nominal_at: datetime  # the wall time of the order
    due_at: datetime  # the same, or later where the minimum gap asks for it
    due_on: date
    dose_mg: float
    units: int
    order_version: int
    state: DoseState
    taken_at: datetime | None = None
    snoozed_until: datetime | None = None
    snoozes: int = 0


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """Everything a plan depends on. `doses` are the newest ones in order; older taken ones may be left out."""

    reminder_time: time
    zone: ZoneInfo
    starts_at: datetime  # nothing is due at or before
    orders: tuple[DoseOrder, ...]
    doses: tuple[DoseFact, ...]
    first_taken_ordinal: int | None  # the dose that was the first one taken
    last_taken_at: datetime | None
    prompted: bool  # a chat that may be written to
    blocked: bool  # "take now" waits for an investigator


@dataclass(frozen=True, slots=True)
class PlannedDose:
    """One dose as it should stand; `state` is OPEN or HELD for rows to come, else what is recorded."""

    ordinal: int
    nominal_at: datetime
    due_at: datetime
    due_on: date
    dose_mg: float
    units: int
    order_version: int
    is_first: bool
    state: DoseState


@dataclass(frozen=True, slots=True)
class Plan:
    """`doses`: open and future ones as they should stand. `ends`: no dose will follow the last one."""

    doses: tuple[PlannedDose, ...]
    prompts: tuple[PlannedPrompt, ...]
    ends: bool


def plan(facts: PlanFacts, trial: Trial, *, at: datetime, until: datetime) -> Plan:
    """The doses due up to `until` and the prompts of those that are open."""
    past = [dose for dose in facts.doses if _is_fixed(dose, at)]
    standing = [_as_it_should_stand(dose, facts, trial) for dose in past if dose.state is DoseState.OPEN]
    coming = list(_unroll(facts, trial, past[-1] if past else None, until=until))
    prompts = _prompts(facts, trial, standing + coming, at) if facts.prompted else ()
    ends = not coming and _discontinued_after(facts, past)
    return Plan(tuple(standing + coming), prompts, ends)


def _is_fixed(dose: DoseFact, at: datetime) -> bool:
    """A dose whose time has come, or that was answered early, keeps its place; the rest is unrolled anew."""
    return dose.nominal_at <= at or dose.state not in (DoseState.OPEN, DoseState.HELD)


def is_first(ordinal: int, first_taken_ordinal: int | None) -> bool:
    """Until a dose is recorded taken each due dose is the first one (2 mg), whatever the date."""
    return first_taken_ordinal is None or ordinal <= first_taken_ordinal


def _as_it_should_stand(dose: DoseFact, facts: PlanFacts, trial: Trial) -> PlannedDose:
    first = is_first(dose.ordinal, facts.first_taken_ordinal)
    ordered = ordered_day(facts.orders, dose.due_on)
    order = ordered.dose
    dose_mg = trial.regimen.first_dose_mg if first else order.dose_mg if order else dose.dose_mg
    return PlannedDose(
        ordinal=dose.ordinal,
        nominal_at=dose.nominal_at,
        due_at=_not_too_close(dose.nominal_at, facts, trial),
        due_on=dose.due_on,
        dose_mg=dose_mg,
        units=units_of(dose_mg, trial.product),
        order_version=order.version if order else dose.order_version,
        is_first=first,
        state=DoseState.HELD if ordered.held_by else DoseState.OPEN,
    )


def _not_too_close(nominal_at: datetime, facts: PlanFacts, trial: Trial) -> datetime:
    """Never asks for a dose within the minimum gap of the last one taken before it."""
    if facts.last_taken_at is None or facts.last_taken_at >= nominal_at + trial.windows.late_cutoff:
        return nominal_at
    return max(nominal_at, facts.last_taken_at + trial.windows.minimum_gap)


def _unroll(facts: PlanFacts, trial: Trial, last: DoseFact | None, *, until: datetime) -> Iterator[PlannedDose]:
    ordinal, after = (last.ordinal + 1, _earliest_next(last, facts, trial)) if last else (1, facts.starts_at)
    for _ in range(DAYS_SEARCHED_MAX):
        nominal_at = first_wall_time(after, facts.reminder_time, facts.zone)
        if nominal_at > until:
            return
        due_on = wall_date(nominal_at, facts.reminder_time, facts.zone)
        day = ordered_day(facts.orders, due_on)
        if day.discontinued:
            return
        if day.dose is None:
            after = nominal_at  # before the first order
            continue
        first = is_first(ordinal, facts.first_taken_ordinal)
        dose_mg = trial.regimen.first_dose_mg if first else day.dose.dose_mg
        yield PlannedDose(
            ordinal=ordinal,
            nominal_at=nominal_at,
            due_at=_not_too_close(nominal_at, facts, trial),
            due_on=due_on,
            dose_mg=dose_mg,
            units=units_of(dose_mg, trial.product),
            order_version=day.dose.version,
            is_first=first,
            state=DoseState.HELD if day.held_by else DoseState.OPEN,
        )
        ordinal += 1
        after = nominal_at + trial.windows.minimum_gap + spacing(day.dose) - timedelta(days=1)


def _earliest_next(last: DoseFact, facts: PlanFacts, trial: Trial) -> datetime:
    order = ordered_day(facts.orders, last.due_on).dose
    extra = spacing(order) - timedelta(days=1) if order else timedelta()
    return last.nominal_at + trial.windows.minimum_gap + extra


def _discontinued_after(facts: PlanFacts, past: Sequence[DoseFact]) -> bool:
    on = past[-1].due_on if past else date.min
    newest = max((order.from_on for order in facts.orders), default=on)
    return ordered_day(facts.orders, max(on, newest)).discontinued


def _prompts(facts: PlanFacts, trial: Trial, doses: Sequence[PlannedDose], at: datetime) -> tuple[PlannedPrompt, ...]:
    by_ordinal = {dose.ordinal: dose for dose in facts.doses}
    found: list[PlannedPrompt] = []
    for index, dose in enumerate(doses):
        if dose.state is not DoseState.OPEN or dose.nominal_at < at - trial.windows.report_closes_after:
            continue
        following = doses[index + 1].due_at if index + 1 < len(doses) else dose.due_at + timedelta(days=1)
        earlier_first_is_open = dose.is_first and any(
            other.is_first and other.ordinal < dose.ordinal and other.state is DoseState.OPEN for other in doses
        )
        stored = by_ordinal.get(dose.ordinal)
        found += prompts_of(
            ordinal=dose.ordinal,
            due_at=dose.due_at,
            due_on=dose.due_on,
            next_due_at=following,
            is_first=dose.is_first,
            first_is_unknown=earlier_first_is_open,
            blocked=facts.blocked,
            snoozed_until=stored.snoozed_until if stored else None,
            snoozes=stored.snoozes if stored else 0,
            zone=facts.zone,
            trial=trial,
        )
    return tuple(found)
