"""Writes what `protocol.plan` computes: doses and prompts as they should stand, in the caller's transaction.

Every action that changes a fact of the plan calls `replan`; the plan loop calls the same function; a preview is the
same computation unwritten.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select

from actions.facts import chat_may_be_written_to
from models.dose import DoseOrderRow, ScheduledDose
from models.participant import Participant
from models.prompt import Prompt
from models.session import Change
from protocol.ladder import PlannedPrompt
from protocol.orders import DoseOrder, ordered_day, units_of
from protocol.plan import DoseFact, Plan, PlanFacts, PlannedDose, is_first, plan
from protocol.terms import Cause, DoseState, ParticipantState, PromptKind, PromptState
from protocol.trial import Trial

HORIZON = timedelta(hours=48)
PLAN_AGAIN = timedelta(hours=24)
DOSES_LOOKED_AT = 14
AGAIN_RUNG = 100  # prompts outside the ladder: an item asked again after a receiving gap

OF_THE_LADDER = (
    PromptKind.DOSE_REMINDER,
    PromptKind.DOSE_REPEAT,
    PromptKind.DOSE_SNOOZED,
    PromptKind.DOSE_EVENING,
    PromptKind.DOSE_RECORD,
    PromptKind.FIRST_DOSE_QUESTION,
    PromptKind.ASK_TEAM,
)
LEFT = (ParticipantState.WITHDRAWN, ParticipantState.DIED)


async def replan(change: Change, participant: Participant, trial: Trial) -> None:
    """Brings the participant's open doses and waiting prompts to where they should stand."""
    await change.session.flush()
    doses = await recent_doses(change, participant.id)
    facts = await plan_facts(change, participant, doses)
    planned = plan(facts, trial, at=change.at, until=change.at + HORIZON)
    stored = _write_doses(change, participant, doses, planned, trial)
    await change.session.flush()
    await _write_prompts(change, participant, stored, planned)
    participant.plan_due_at = None if planned.ends else change.at + PLAN_AGAIN
    if participant.state in LEFT:  # a treatment that ends on a day to come is planned up to it
        participant.plan_due_at = None


async def recent_doses(change: Change, participant_id: str) -> list[ScheduledDose]:
    """The newest doses, cancelled ones too, in order."""
    rows = await change.session.scalars(
        select(ScheduledDose)
        .where(ScheduledDose.participant_id == participant_id)
        .order_by(col(ScheduledDose.ordinal).desc())
        .limit(DOSES_LOOKED_AT)
    )
    return list(rows)[::-1]


async def plan_facts(change: Change, participant: Participant, doses: Sequence[ScheduledDose]) -> PlanFacts:
    """What the plan of this participant depends on, read from the store."""
    taken = [dose.taken_at for dose in doses if dose.taken_at is not None]
    return PlanFacts(
        reminder_time=participant.reminder_time,
        zone=ZoneInfo(participant.tz),
        starts_at=participant.starts_at,
        orders=await orders_of(change, participant),
        doses=tuple(dose_fact(dose) for dose in doses if dose.cancelled_at is None),
        first_taken_ordinal=await _first_taken_ordinal(change, participant.id),
        last_taken_at=max(taken, default=None),
        prompted=participant.set_up_at is not None and await chat_may_be_written_to(change.session, participant.id),
        blocked=participant.blocked_at is not None,
    )


async def orders_of(change: Change, participant: Participant) -> tuple[DoseOrder, ...]:
    """All versions of the participant's orders."""
    rows = await change.session.scalars(
        select(DoseOrderRow).where(DoseOrderRow.participant_id == participant.id).order_by(col(DoseOrderRow.version))
    )
    return tuple(
        DoseOrder(row.version, row.kind, row.from_on, row.dose_mg, row.every_days, row.until_on, row.reason)
        for row in rows
    )


async def _first_taken_ordinal(change: Change, participant_id: str) -> int | None:
    found: int | None = await change.session.scalar(
        select(func.min(ScheduledDose.ordinal)).where(
            ScheduledDose.participant_id == participant_id,
            col(ScheduledDose.state).in_((DoseState.TAKEN, DoseState.TAKEN_PARTLY)),
        )
    )
    return found


async def bring_to_the_orders(change: Change, participant: Participant, dose: ScheduledDose, trial: Trial) -> None:
    """A dose that was settled while the first one was unknown still calls for the first amount, although an earlier
    one has turned out to be the first one taken; the plan leaves settled doses alone.
    """
    if not dose.is_first or is_first(dose.ordinal, await _first_taken_ordinal(change, participant.id)):
        return
    order = ordered_day(await orders_of(change, participant), dose.due_on).dose
    if order is not None:
        dose.is_first = False
        dose.dose_mg, dose.units = order.dose_mg, units_of(order.dose_mg, trial.product)


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
        elif not _bring_up_to_date(row, item, participant.tz):
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
        due_tz=participant.tz,
        dose_mg=item.dose_mg,
        units=item.units,
        order_version=item.order_version,
        is_first=item.is_first,
        state=item.state,
        cause=Cause.ORDER if item.state is DoseState.HELD else None,
    )


def _bring_up_to_date(row: ScheduledDose, item: PlannedDose, tz: str) -> bool:
    moved = row.nominal_at != item.nominal_at
    wanted = {
        "nominal_at": item.nominal_at,
        "due_at": item.due_at,
        "due_on": item.due_on,
        "due_tz": tz if moved else row.due_tz,
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
    dose_ids = [row.id for row in doses.values()]
    rows = await change.session.scalars(
        select(Prompt).where(col(Prompt.dose_id).in_(dose_ids), col(Prompt.kind).in_(OF_THE_LADDER))
    )
    stored = {row.key: row for row in rows if row.rung < AGAIN_RUNG}
    wanted = {prompt_key(doses[item.ordinal].id, item.kind, item.rung): item for item in planned.prompts}
    for key, item in wanted.items():
        _write_prompt(change, participant, doses[item.ordinal].id, stored.get(key), item)
    gone = (row for key, row in stored.items() if key not in wanted)
    # What went by while nobody sent it is for the scheduler to expire: that is an outage and no change of the plan.
    cancel_waiting((row for row in gone if row.expires_at > change.at), change.at, "not_called_for")


def prompt_key(dose_id: str, kind: PromptKind, rung: int) -> str:
    return f"{dose_id}:{kind}:{rung}"


def _write_prompt(
    change: Change, participant: Participant, dose_id: str, row: Prompt | None, item: PlannedPrompt
) -> None:
    if row is None:
        change.session.add(
            Prompt(
                id=change.new_id(),
                key=prompt_key(dose_id, item.kind, item.rung),
                participant_id=participant.id,
                dose_id=dose_id,
                kind=item.kind,
                rung=item.rung,
                due_at=item.due_at,
                expires_at=item.expires_at,
                visible_at=item.due_at,
                state=PromptState.WAITING,
            )
        )
        return
    if row.state is PromptState.CANCELLED and item.due_at > change.at:
        row.state, row.reason, row.settled_at = PromptState.WAITING, "", None
    if row.state is PromptState.WAITING and (row.due_at, row.expires_at) != (item.due_at, item.expires_at):
        row.due_at = row.visible_at = item.due_at
        row.expires_at = item.expires_at


def cancel_waiting(rows: Iterable[Prompt], at: datetime, reason: str) -> None:
    """Takes back what has not been claimed; a message under way is checked again just before it is sent."""
    for row in rows:
        if row.state is PromptState.WAITING:
            row.state, row.reason, row.settled_at = PromptState.CANCELLED, reason, at
