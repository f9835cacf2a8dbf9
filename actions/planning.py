"""Writes what `protocol.plan` computes: doses and prompts as they should stand, in the caller's transaction.

Every action that changes a fact of the plan calls `replan`; the plan loop calls the same function; a preview is the
same computation unwritten.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import col

from actions.check_plan import plan_check
from actions.draw_days import draws_of, tell_of_early_doses
from actions.facts import chat_may_be_written_to
from actions.guard_times import watch_guards
from actions.pro_plan import plan_self_rated
from actions.visit_plan import bring_visits
from actions.whereabouts import journeys_to_plan, turn_the_clock
from models.dose import DoseOrderRow, ScheduledDose
from models.participant import Participant
from models.prompt import Prompt
from models.session import Change
from models.statements import Statement
from models.tables import table_of
from protocol.ladder import PlannedPrompt
from protocol.orders import DoseOrder, dose_mg_on, ordered_day, then_amounts, units_of
from protocol.plan import DoseFact, Plan, PlanFacts, PlannedDose, is_first, plan
from protocol.standing import has_left
from protocol.terms import Cause, DoseState, PromptKind, PromptState
from protocol.trial import Trial

HORIZON = timedelta(hours=48)
PLAN_AGAIN = timedelta(hours=24)
DOSES_LOOKED_AT = 14
AGAIN_RUNG = 100  # prompts outside the ladder: an item asked again after a receiving gap
AGAIN = ":again:"  # in the keys of those

OF_THE_LADDER = (
    PromptKind.DRAW_NOTICE,
    PromptKind.DRAW_WAIT,
    PromptKind.DOSE_REMINDER,
    PromptKind.DOSE_REPEAT,
    PromptKind.DOSE_SNOOZED,
    PromptKind.DOSE_EVENING,
    PromptKind.DOSE_RECORD,
    PromptKind.FIRST_DOSE_QUESTION,
    PromptKind.ASK_TEAM,
)

_PROMPT: Final = table_of(Prompt)
_DOSE: Final = table_of(ScheduledDose)
_ORDER: Final = table_of(DoseOrderRow)
_STORED: Final = Statement(
    select(*(_PROMPT.c[name] for name in ("id", "key", "state", "due_at", "expires_at"))).where(
        _PROMPT.c.dose_id.in_(bindparam("doses", expanding=True)),
        _PROMPT.c.kind.in_(OF_THE_LADDER),
        or_(_PROMPT.c.dose_id.in_(bindparam("asked", expanding=True)), _PROMPT.c.state == PromptState.WAITING),
    )
)
_ADD: Final = Statement(insert(_PROMPT))
_MOVE: Final = Statement(update(_PROMPT).where(_PROMPT.c.id == bindparam("prompt")))
_ORDERS: Final = Statement(
    select(*(_ORDER.c[name] for name in ("version", "kind", "from_on", "dose_mg", "every_days", "until_on", "reason")))
    .add_columns(_ORDER.c.then_mg)
    .where(_ORDER.c.participant_id == bindparam("participant"))
    .order_by(_ORDER.c.version)
)
_FIRST_TAKEN: Final = Statement(
    select(_DOSE.c.ordinal, _DOSE.c.taken_at)
    .where(
        _DOSE.c.participant_id == bindparam("participant"),
        _DOSE.c.state.in_((DoseState.TAKEN, DoseState.TAKEN_PARTLY)),
    )
    .order_by(_DOSE.c.ordinal)
    .limit(1)
)


async def replan(change: Change, participant: Participant, trial: Trial) -> None:
    """Brings the participant's open doses and waiting prompts to where they should stand."""
    await change.session.flush()
    doses = await recent_doses(change, participant.id)
    facts = await plan_facts(change, participant, doses, trial)
    planned = plan(facts, trial, at=change.at, until=change.at + HORIZON)
    stored = _write_doses(change, participant, doses, planned, trial)
    await change.session.flush()
    await _write_prompts(change, participant, stored, planned)
    await tell_of_early_doses(change, participant, doses, facts.draws, trial)
    participant.plan_due_at = _look_again_at(participant, change.at, ends=planned.ends)
    await plan_check(change, participant, trial)
    await plan_self_rated(change, participant, trial)
    if has_left(participant.state):  # a treatment that ends on a day to come is planned up to it
        participant.plan_due_at = participant.turns_at


def _look_again_at(participant: Participant, at: datetime, *, ends: bool) -> datetime | None:
    """Once a day while doses follow, and when a journey begins or ends."""
    times = [participant.turns_at, None if ends else at + PLAN_AGAIN]
    return min((time for time in times if time is not None), default=None)


async def recent_doses(change: Change, participant_id: str) -> list[ScheduledDose]:
    """The newest doses, cancelled ones too, in order."""
    rows = await change.session.scalars(
        select(ScheduledDose)
        .where(col(ScheduledDose.participant_id) == participant_id)
        .order_by(col(ScheduledDose.ordinal).desc())
        .limit(DOSES_LOOKED_AT)
    )
    return list(rows)[::-1]


async def plan_facts(
    change: Change, participant: Participant, doses: Sequence[ScheduledDose], trial: Trial
) -> PlanFacts:
    """What the plan of this participant depends on, read from the store; visits follow study day 1 first."""
    first = await _first_taken(change, participant.id)
    await bring_visits(change, participant, first.taken_at if first else None, doses, trial)
    await turn_the_clock(change, participant)
    watch_guards(participant, trial, change.at)
    return await facts_as_they_stand(change, participant, doses)


async def facts_as_they_stand(change: Change, participant: Participant, doses: Sequence[ScheduledDose]) -> PlanFacts:
    """The same, and nothing is brought anywhere: for a preview."""
    first = await _first_taken(change, participant.id)
    taken = [dose.taken_at for dose in doses if dose.taken_at is not None]
    return PlanFacts(
        reminder_time=participant.reminder_time,
        zone=ZoneInfo(participant.tz),
        starts_at=participant.starts_at,
        orders=await orders_of(change, participant),
        doses=tuple(dose_fact(dose) for dose in doses if dose.cancelled_at is None),
        first_taken_ordinal=first.ordinal if first else None,
        last_taken_at=max(taken, default=None),
        prompted=participant.set_up_at is not None and await chat_may_be_written_to(change, participant.id),
        blocked=participant.blocked_at is not None,
        draws=await draws_of(change, participant.id, change.at),
        journeys=await journeys_to_plan(change, participant),
    )


async def orders_of(change: Change, participant: Participant) -> tuple[DoseOrder, ...]:
    """All versions of the participant's orders."""
    rows = await change.rows(_ORDERS, participant=participant.id)
    return tuple(_order(row) for row in rows)


def _order(row: Any) -> DoseOrder:
    amount, then_mg = (row.dose_mg, row.every_days), then_amounts(row.then_mg)
    return DoseOrder(row.version, row.kind, row.from_on, *amount, row.until_on, row.reason, then_mg)


async def _first_taken(change: Change, participant_id: str) -> Any | None:
    """Ordinal and moment of the first dose that was taken."""
    rows = await change.rows(_FIRST_TAKEN, participant=participant_id)
    return rows[0] if rows else None


async def bring_to_the_orders(change: Change, participant: Participant, dose: ScheduledDose, trial: Trial) -> None:
    """A dose that was settled while the first one was unknown still calls for the first amount, although an earlier
    one has turned out to be the first one taken; the plan leaves settled doses alone.
    """
    if not dose.is_first:
        return
    first = await _first_taken(change, participant.id)
    if is_first(dose.ordinal, first.ordinal if first else None):
        return
    order = ordered_day(await orders_of(change, participant), dose.due_on).dose
    if order is not None:
        dose.is_first = False
        dose.dose_mg = dose_mg_on(order, dose.due_on)
        dose.units = units_of(dose.dose_mg, trial.product)


def dose_fact(dose: ScheduledDose) -> DoseFact:
    return DoseFact(
        dose_id=dose.id,
        ordinal=dose.ordinal,
        nominal_at=dose.nominal_at,
        due_at=dose.due_at,
        due_on=dose.due_on,
        dose_mg=dose.dose_mg,
        units=dose.units,
        order_version=dose.order_version,
        state=dose.state,
        zone=ZoneInfo(dose.due_tz),
        taken_at=dose.taken_at,
        snoozed_until=dose.snoozed_until,
        snoozes=dose.snoozes,
    )


def _write_doses(
    change: Change, participant: Participant, doses: Sequence[ScheduledDose], planned: Plan, trial: Trial
) -> dict[int, ScheduledDose]:
    by_ordinal = {dose.ordinal: dose for dose in doses}
    changed: list[int] = []
    for item in planned.doses:
        row = by_ordinal.get(item.ordinal)
        if row is None:
            row = _new_dose(change, participant, item)
            by_ordinal[item.ordinal] = row
            change.session.add(row)
        elif not _bring_up_to_date(row, item):
            continue
        row.settle_at = row.due_at + trial.windows.unreported_after if row.state is DoseState.OPEN else None
        changed.append(item.ordinal)
        change.owe(row, participant_id=participant.id)
    cancelled = _cancel_the_rest(change, participant, by_ordinal, planned)
    if changed or cancelled:
        change.audit(
            "plan_doses",
            "participant",
            participant.id,
            participant_id=participant.id,
            new={"changed": changed, "cancelled": cancelled},
        )
    return by_ordinal


def _new_dose(change: Change, participant: Participant, item: PlannedDose) -> ScheduledDose:
    return ScheduledDose(
        id=change.new_id(),
        participant_id=participant.id,
        ordinal=item.ordinal,
        nominal_at=item.nominal_at,
        due_at=item.due_at,
        due_on=item.due_on,
        due_tz=item.zone.key,
        dose_mg=item.dose_mg,
        units=item.units,
        order_version=item.order_version,
        is_first=item.is_first,
        state=item.state,
        cause=Cause.ORDER if item.state is DoseState.HELD else None,
    )


def _bring_up_to_date(row: ScheduledDose, item: PlannedDose) -> bool:
    wanted = {
        "nominal_at": item.nominal_at,
        "due_at": item.due_at,
        "due_on": item.due_on,
        "due_tz": item.zone.key,
        "dose_mg": item.dose_mg,
        "units": item.units,
        "order_version": item.order_version,
        "is_first": item.is_first,
        "state": item.state,
        "cause": Cause.ORDER if item.state is DoseState.HELD else None,
        "cancelled_at": None,
    }
    different = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)


def _cancel_the_rest(
    change: Change, participant: Participant, by_ordinal: dict[int, ScheduledDose], planned: Plan
) -> list[int]:
    """Open doses that the plan does not call for any more, as after a discontinuation."""
    called_for = {item.ordinal for item in planned.doses}
    cancelled = []
    for ordinal, row in by_ordinal.items():
        is_open = row.state is DoseState.OPEN or (row.state is DoseState.HELD and row.nominal_at > change.at)
        if is_open and ordinal not in called_for and row.cancelled_at is None:
            row.cancelled_at, row.settle_at = change.at, None
            cancelled.append(ordinal)
            change.owe(row, participant_id=participant.id)
    return cancelled


async def _write_prompts(
    change: Change, participant: Participant, doses: dict[int, ScheduledDose], planned: Plan
) -> None:
    wanted = {prompt_key(doses[item.ordinal].id, item.kind, item.rung): item for item in planned.prompts}
    rows = await change.rows(
        _STORED,
        doses=[row.id for row in doses.values()],
        asked=list({doses[item.ordinal].id for item in wanted.values()}),
    )
    stored = {row.key: row for row in rows if AGAIN not in row.key}
    new = [
        _new_prompt(change, participant, doses[item.ordinal].id, item)
        for key, item in wanted.items()
        if key not in stored
    ]
    if new:
        await change.run_each(_ADD, new)
    # What went by while nobody sent it is for the scheduler to expire: that is an outage and no change of the plan.
    gone = [row for key, row in stored.items() if key not in wanted and row.expires_at > change.at]
    await _move(change, {row.id: _moved(change, row, wanted[key]) for key, row in stored.items() if key in wanted})
    await _move(change, {row.id: _cancelled(change) for row in gone if row.state is PromptState.WAITING})


def prompt_key(dose_id: str, kind: PromptKind, rung: int) -> str:
    return f"{dose_id}:{kind}:{rung}"


def _new_prompt(change: Change, participant: Participant, dose_id: str, item: PlannedPrompt) -> dict[str, Any]:
    return {
        "id": change.new_id(),
        "key": prompt_key(dose_id, item.kind, item.rung),
        "participant_id": participant.id,
        "dose_id": dose_id,
        "kind": item.kind,
        "rung": item.rung,
        "due_at": item.due_at,
        "expires_at": item.expires_at,
        "visible_at": item.due_at,
        "state": PromptState.WAITING,
        "reason": "",
        "attempts": 0,
    }


def _moved(change: Change, row: Any, item: PlannedPrompt) -> dict[str, Any]:
    """What differs from how it should stand; what was sent or is on its way stays."""
    values: dict[str, Any] = {}
    state = row.state
    if state is PromptState.CANCELLED and item.due_at > change.at:
        state = PromptState.WAITING
        values = {"state": state, "reason": "", "settled_at": None}
    if state is PromptState.WAITING and (row.due_at, row.expires_at) != (item.due_at, item.expires_at):
        values |= {"due_at": item.due_at, "visible_at": item.due_at, "expires_at": item.expires_at}
    return values


def _cancelled(change: Change) -> dict[str, Any]:
    return {"state": PromptState.CANCELLED, "reason": "not_called_for", "settled_at": change.at}


async def _move(change: Change, moved: Mapping[str, Mapping[str, Any]]) -> None:
    """Writes what differs, and shows it in the rows that the session knows."""
    for prompt_id, values in moved.items():
        if values:
            await change.run(_MOVE, prompt=prompt_id, **values)
    for row in [row for row in change.session if isinstance(row, Prompt) and row.id in moved]:
        for name, value in moved[row.id].items():
            set_committed_value(row, name, value)


def cancel_waiting(rows: Iterable[Prompt], at: datetime, reason: str) -> None:
    """Takes back what has not been claimed; a message under way is checked again just before it is sent."""
    for row in rows:
        if row.state is PromptState.WAITING:
            row.state, row.reason, row.settled_at = PromptState.CANCELLED, reason, at
