"""What is due: unrolls one participant's orders into doses, and one dose into its ladder of prompts.

The key of a dose is its ordinal, never a local date. Planning twice gives the same rows; a restart, a moved
reminder time, a new order and a preview all come through here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from protocol.draw_day import DrawDay, wait_of
from protocol.ladder import PlannedPrompt, prompts_of
from protocol.moments import local_date, moment, wall_date
from protocol.orders import DoseOrder, dose_mg_on, ordered_day, spacing, units_of
from protocol.terms import DoseState
from protocol.travel import Clocks, Journey
from protocol.trial import Trial

STILL_UNKNOWN = frozenset({DoseState.OPEN, DoseState.UNREPORTED, DoseState.NOT_ASKED})
"""States in which nobody knows whether the dose was taken."""

MOVABLE = frozenset({DoseState.OPEN, DoseState.HELD})
"""States of doses that the plan may still move."""

A_WORLD = timedelta(days=2)
"""A date begins at most so long before it ends somewhere else on Earth."""


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
    zone: ZoneInfo  # on whose wall `nominal_at` shows the reminder's time
    taken_at: datetime | None = None
    snoozed_until: datetime | None = None
    snoozes: int = 0


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """Everything a plan depends on. `doses` are the newest ones in order; older taken ones may be left out."""

    reminder_time: time
    zone: ZoneInfo  # of home
    starts_at: datetime  # nothing is due at or before
    orders: tuple[DoseOrder, ...]
    doses: tuple[DoseFact, ...]
    first_taken_ordinal: int | None  # the dose that was the first one taken
    last_taken_at: datetime | None
    prompted: bool  # a chat that may be written to
    blocked: bool  # "take now" waits for an investigator
    draws: tuple[DrawDay, ...] = ()  # days on which the dose waits for blood to be taken
    journeys: tuple[Journey, ...] = ()

    @property
    def clocks(self) -> Clocks:
        return Clocks(self.zone, self.journeys)


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
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Plan:
    """`doses`: open and future ones as they should stand. `ends`: no dose will follow the last one."""

    doses: tuple[PlannedDose, ...]
    prompts: tuple[PlannedPrompt, ...]
    ends: bool


def plan(facts: PlanFacts, trial: Trial, *, at: datetime, until: datetime) -> Plan:
    """The doses due up to `until` and the prompts of those that are open."""
    past = [dose for dose in facts.doses if _is_fixed(dose, at)]
    standing = [stood for dose in past if (stood := _as_it_should_stand(dose, facts, trial, at)) is not None]
    coming, beyond = _up_to(until, _unroll(facts, trial, past[-1] if past else None))
    doses = _spaced(standing + coming, trial)
    prompts = _prompts(facts, trial, doses, beyond, at) if facts.prompted else ()
    ends = not coming and beyond is None and _is_discontinued(facts.orders)
    return Plan(tuple(doses), prompts, ends)


def is_first(ordinal: int, first_taken_ordinal: int | None) -> bool:
    """Until a dose is recorded taken each due dose is the first one (2 mg), whatever the date."""
    return first_taken_ordinal is None or ordinal <= first_taken_ordinal


def first_is_unknown(ordinal: int, states: Sequence[tuple[int, DoseState]]) -> bool:
    """True while the dose before this one may have been the first one taken, so that no amount may be named.

    `states`: ordinals and states of the doses before; held ones are passed over. Asked of first doses only.
    """
    before = [(other, state) for other, state in states if other < ordinal and state is not DoseState.HELD]
    return bool(before) and max(before)[1] in STILL_UNKNOWN


def _is_fixed(dose: DoseFact, at: datetime) -> bool:
    """A dose whose time has come, or that was answered early, keeps its place; the rest is unrolled anew."""
    return dose.nominal_at <= at or dose.state not in MOVABLE


def _as_it_should_stand(dose: DoseFact, facts: PlanFacts, trial: Trial, at: datetime) -> PlannedDose | None:
    """An open dose by the orders of now; None for one that is settled, stays held or is discontinued.

    A held dose opens again when its hold is lifted before its own cut-off.
    """
    ordered = ordered_day(facts.orders, dose.due_on)
    held = ordered.held_by is not None
    reopened = dose.state is DoseState.HELD and not held and at < dose.nominal_at + trial.windows.late_cutoff
    if dose.state is not DoseState.OPEN and not reopened:
        return None
    return _planned(dose.ordinal, dose.nominal_at, dose.due_on, dose.zone, ordered.dose, facts, trial, held=held)


def _planned(
    ordinal: int,
    nominal_at: datetime,
    due_on: date,
    zone: ZoneInfo,
    order: DoseOrder | None,
    facts: PlanFacts,
    trial: Trial,
    *,
    held: bool,
) -> PlannedDose | None:
    if order is None:
        return None
    first = is_first(ordinal, facts.first_taken_ordinal)
    dose_mg = trial.regimen.first_dose_mg if first else dose_mg_on(order, due_on)
    return PlannedDose(
        ordinal=ordinal,
        nominal_at=nominal_at,
        due_at=_not_too_close(ordinal, nominal_at, facts, trial),
        due_on=due_on,
        dose_mg=dose_mg,
        units=units_of(dose_mg, trial.product),
        order_version=order.version,
        is_first=first,
        state=DoseState.HELD if held else DoseState.OPEN,
        zone=zone,
    )


def _not_too_close(ordinal: int, nominal_at: datetime, facts: PlanFacts, trial: Trial) -> datetime:
    """Never asks for a dose within the minimum gap of the last one taken before it."""
    taken_at = _last_taken_before(ordinal, facts)
    if taken_at is None or taken_at >= nominal_at + trial.windows.late_cutoff:
        return nominal_at
    return max(nominal_at, taken_at + trial.windows.minimum_gap)


def _last_taken_before(ordinal: int, facts: PlanFacts) -> datetime | None:
    """The newest moment of taking that is not a later dose's own: an early one must not push an older open one."""
    later = {dose.taken_at for dose in facts.doses if dose.ordinal >= ordinal}
    earlier = [dose.taken_at for dose in facts.doses if dose.ordinal < ordinal and dose.taken_at is not None]
    outside = [] if facts.last_taken_at is None or facts.last_taken_at in later else [facts.last_taken_at]
    return max(earlier + outside, default=None)


def _up_to(until: datetime, unrolled: Iterator[PlannedDose]) -> tuple[list[PlannedDose], PlannedDose | None]:
    """The doses whose time lies up to `until`, and the one after them."""
    coming: list[PlannedDose] = []
    for dose in unrolled:
        if dose.nominal_at > until:
            return coming, dose
        coming.append(dose)
    return coming, None


@dataclass(frozen=True, slots=True)
class _Before:
    """The dose before, and its wall. A day of one and the same wall has one dose, also where the reminder was moved
    from its morning to its evening; on a journey two walls may show one date, and there the minimum gap decides alone.
    """

    at: datetime
    on: date
    zone: ZoneInfo


def _unroll(facts: PlanFacts, trial: Trial, last: DoseFact | None) -> Iterator[PlannedDose]:
    """Every dose after `last`, without an end unless the orders have one.

    Wall times at least the minimum gap apart: one a day at home, and after a journey the first one that is safe.
    """
    ordinal = last.ordinal + 1 if last else 1
    before = _Before(last.nominal_at, last.due_on, last.zone) if last else None
    after = before.at + trial.windows.minimum_gap - timedelta.resolution if before else facts.starts_at
    clocks = facts.clocks
    while True:
        nominal_at, zone = clocks.next_dose(after, facts.reminder_time)
        due_on = wall_date(nominal_at, facts.reminder_time, zone)
        day = ordered_day(facts.orders, due_on)
        after = nominal_at
        if day.dose is None:
            again_on = min((order.from_on for order in facts.orders if order.from_on > due_on), default=None)
            if again_on is None:
                return
            after = max(after, moment(again_on - A_WORLD, facts.reminder_time, facts.zone))
        elif before is None or (
            (due_on, zone) != (before.on, before.zone) and _is_dose_day(day.dose, nominal_at, before, trial)
        ):
            planned = _planned(ordinal, nominal_at, due_on, zone, day.dose, facts, trial, held=bool(day.held_by))
            if planned is not None:
                yield planned
            ordinal, before = ordinal + 1, _Before(nominal_at, due_on, zone)
            after = nominal_at + trial.windows.minimum_gap - timedelta.resolution


def _is_dose_day(order: DoseOrder, nominal_at: datetime, before: _Before, trial: Trial) -> bool:
    """The first day of an order is a dose day; after it so many days lie between two doses."""
    rest = spacing(order) - timedelta(days=1)
    return order.from_on > before.on or nominal_at >= before.at + trial.windows.minimum_gap + rest


def _spaced(doses: Sequence[PlannedDose], trial: Trial) -> list[PlannedDose]:
    """A dose that was moved moves the next one, while it is open, so that the plan itself keeps the gap."""
    spaced: list[PlannedDose] = []
    for dose in doses:
        before = spaced[-1] if spaced and spaced[-1].state is DoseState.OPEN else None
        earliest = before.due_at + trial.windows.minimum_gap if before else dose.due_at
        spaced.append(replace(dose, due_at=max(dose.due_at, earliest)))
    return spaced


def _is_discontinued(orders: Sequence[DoseOrder]) -> bool:
    newest_on = max((order.from_on for order in orders), default=date.min)
    return ordered_day(orders, newest_on).discontinued


def _prompts(
    facts: PlanFacts, trial: Trial, doses: Sequence[PlannedDose], beyond: PlannedDose | None, at: datetime
) -> tuple[PlannedPrompt, ...]:
    stored = {dose.ordinal: dose for dose in facts.doses}
    due = {ordinal: dose.due_at for ordinal, dose in stored.items()} | {dose.ordinal: dose.due_at for dose in doses}
    states = {ordinal: dose.state for ordinal, dose in stored.items()} | {dose.ordinal: dose.state for dose in doses}
    if beyond is not None:
        due[beyond.ordinal] = beyond.due_at
    found: list[PlannedPrompt] = []
    for dose in doses:
        if dose.state is not DoseState.OPEN or dose.nominal_at < at - trial.windows.report_closes_after:
            continue
        fact, where = stored.get(dose.ordinal), facts.clocks.where(dose.nominal_at)
        found += prompts_of(
            ordinal=dose.ordinal,
            due_at=dose.due_at,
            due_on=dose.due_on if where == dose.zone else local_date(dose.nominal_at, where),
            next_due_at=due.get(dose.ordinal + 1, dose.due_at + timedelta(days=1)),
            is_first=dose.is_first,
            first_is_unknown=dose.is_first and first_is_unknown(dose.ordinal, list(states.items())),
            blocked=facts.blocked,
            snoozed_until=fact.snoozed_until if fact else None,
            snoozes=fact.snoozes if fact else 0,
            zone=where,
            trial=trial,
            at_chosen_time=dose.due_at == dose.nominal_at,
            wait=wait_of(
                due_at=dose.due_at,
                due_on=dose.due_on,
                is_first=dose.is_first,
                draws=facts.draws,
                zone=dose.zone,
                rules=trial.draw_day,
            ),
        )
    return tuple(found)
