"""Dose orders: effective-dated versions, holds, resumes and the end of treatment; each one replans what is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import func, select

from actions.disposition_rows import add_step, standing_step
from actions.order_troughs import bring_troughs
from actions.planning import replan
from actions.read_backs import OrderError, newest_orders, plan_read_backs
from models.dose import DoseOrderRow
from models.participant import Participant
from models.prompt import Prompt
from models.session import Change
from protocol.disposition import DispositionKind, DispositionReason
from protocol.moments import local_date
from protocol.orders import pattern_units, then_text
from protocol.standing import has_left, may_get_orders
from protocol.terms import OrderKind, ParticipantState, PromptKind, PromptState
from protocol.trial import Trial

NOTICE_LIFE = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What the investigator orders from a date."""

    kind: OrderKind
    from_on: date
    reason: str
    ordered_by: str
    dose_mg: float = 0.0
    every_days: int = 1
    until_on: date | None = None
    code: DispositionReason = DispositionReason.PHYSICIAN_DECISION  # why the drug is stopped
    then_mg: tuple[float, ...] = ()  # of the days after the first, before `dose_mg` comes again


async def first_order(change: Change, participant: Participant, trial: Trial, *, from_on: date) -> DoseOrderRow:
    """Version 1: the protocol's daily dose. The first dose's own amount is the plan's to add."""
    order = NewOrder(OrderKind.DOSE, from_on, "protocol", "protocol", trial.regimen.daily_dose_mg)
    return await _write(change, participant, order, trial)


async def order_dose(change: Change, participant: Participant, order: NewOrder, trial: Trial) -> DoseOrderRow:
    """Writes one more version and replans. A change of the amount is told to the participant, who reads it back; a
    hold and its end are told too.

    Raises OrderError, NotComposableError, PatternError.
    """
    check_order(change, participant, order)
    row = await _write(change, participant, order, trial)
    if order.kind is OrderKind.RESUME:
        participant.blocked_at = participant.blocked_reason = None
    if order.kind is OrderKind.DISCONTINUE:
        await _stopped(change, participant, order)
    elif order.kind is OrderKind.DOSE and participant.state is ParticipantState.DISCONTINUED:
        await _begun_again(change, participant, order)
    change.owe(participant, participant_id=participant.id)
    await replan(change, participant, trial)
    if order.kind is not OrderKind.DISCONTINUE:
        _tell(change, participant, row)
    await plan_read_backs(change, participant, trial)
    await bring_troughs(change, participant, trial)
    return row


def check_order(change: Change, participant: Participant, order: NewOrder) -> None:
    """Raises OrderError where an order like this cannot be given to this participant now."""
    today = local_date(change.at, ZoneInfo(participant.tz))
    if order.from_on < today:
        raise OrderError(f"an order begins today ({today}) or later; what is past stays as it was recorded")
    if order.until_on is not None and order.until_on < order.from_on:
        raise OrderError("a hold ends on or after the day it begins")
    if not order.reason.strip():
        raise OrderError("an order needs its reason")
    if has_left(participant.state):
        raise OrderError(f"{participant.code} has left the study")
    if not may_get_orders(participant.state):
        raise OrderError(f"{participant.code} is {participant.state}; take that back first: `anshi disposition`")


async def _stopped(change: Change, participant: Participant, order: NewOrder) -> None:
    again = participant.state is ParticipantState.DISCONTINUED
    earlier = await standing_step(change, participant) if again else None
    kind, stands = DispositionKind.DRUG_STOPPED, ParticipantState.DISCONTINUED
    await add_step(
        change, participant, kind, stands,
        on=order.from_on, code=order.code, reason=order.reason, by=order.ordered_by,
        takes_back=earlier.id if earlier else None,
    )  # fmt: skip


async def _begun_again(change: Change, participant: Participant, order: NewOrder) -> None:
    stopped = await standing_step(change, participant)
    kind, takes_back = DispositionKind.TAKEN_BACK, stopped.id if stopped else None
    code = stopped.reason_code if stopped else order.code
    await add_step(
        change, participant, kind, ParticipantState.ACTIVE,
        on=order.from_on, code=code, reason=order.reason, by=order.ordered_by, takes_back=takes_back,
    )  # fmt: skip


async def _write(change: Change, participant: Participant, order: NewOrder, trial: Trial) -> DoseOrderRow:
    newest = await change.session.scalar(
        select(func.max(DoseOrderRow.version)).where(DoseOrderRow.participant_id == participant.id)
    )
    row = DoseOrderRow(
        id=change.new_id(),
        participant_id=participant.id,
        version=(newest or 0) + 1,
        kind=order.kind,
        from_on=order.from_on,
        until_on=order.until_on,
        dose_mg=order.dose_mg,
        every_days=order.every_days,
        then_mg=then_text(order.then_mg),
        reason=order.reason,
        ordered_by=order.ordered_by,
        recorded_at=change.at,
    )
    row.units = pattern_units(row.order(), trial.product)[0] if order.kind is OrderKind.DOSE else 0
    change.session.add(row)
    change.owe(row, participant_id=participant.id)
    change.audit(
        "order_dose",
        "dose_order",
        row.id,
        participant_id=participant.id,
        new={"version": row.version, "kind": row.kind, "from": row.from_on, "mg": row.dose_mg, "then_mg": row.then_mg},
        reason=order.reason,
    )
    return row


def _tell(change: Change, participant: Participant, row: DoseOrderRow) -> None:
    """The notice goes out at once by day; the send check holds it back in quiet hours."""
    change.session.add(
        Prompt(
            id=change.new_id(),
            key=f"{row.id}:{PromptKind.ORDER_NOTICE}",
            participant_id=participant.id,
            kind=PromptKind.ORDER_NOTICE,
            due_at=change.at,
            expires_at=change.at + NOTICE_LIFE,
            visible_at=change.at,
            state=PromptState.WAITING,
        )
    )


async def end_hold(
    change: Change, participant: Participant, from_on: date, reason: str, by: str, trial: Trial
) -> DoseOrderRow | None:
    """Ends a hold from a day on, and lets "take now" be said again where it waited; None: there was no hold to end.

    Raises OrderError where nothing is on hold and nothing waits.
    """
    on_hold = is_on_hold(await newest_orders(change, participant), from_on)
    if not on_hold and participant.blocked_at is None:
        raise OrderError(
            f"nothing of {participant.code} is on hold from {from_on}, and nothing waits for an investigator"
        )
    if participant.blocked_at is not None:
        await unblock(change, participant, reason, trial)
    if not on_hold:
        return None
    return await order_dose(change, participant, NewOrder(OrderKind.RESUME, from_on, reason, by), trial)


def is_on_hold(orders: Sequence[DoseOrderRow], day: date) -> bool:
    """Whether a hold stands on this day or comes later; a resume ends both. `orders`: oldest first."""
    for row in reversed(orders):
        if row.kind is OrderKind.RESUME and row.from_on <= day:
            return False
        if row.kind is OrderKind.HOLD and (row.until_on is None or row.until_on >= day):
            return True
    return False


async def unblock(change: Change, participant: Participant, reason: str, trial: Trial) -> None:
    """An investigator has decided: "take now" may be said again."""
    participant.blocked_at = participant.blocked_reason = None
    change.audit("unblock_doses", "participant", participant.id, participant_id=participant.id, reason=reason)
    change.owe(participant, participant_id=participant.id)
    await replan(change, participant, trial)
