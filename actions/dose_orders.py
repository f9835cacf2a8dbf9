"""Dose orders: effective-dated versions, holds, resumes and the end of treatment; each one replans what is open."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select

from actions.alerts import open_alert
from actions.planning import replan
from models.dose import DoseOrderRow
from models.participant import Participant
from models.prompt import Prompt
from models.session import Change
from protocol.moments import local_date
from protocol.orders import units_of
from protocol.terms import AlertKind, OrderKind, ParticipantState, PromptKind, PromptState
from protocol.trial import Trial

NOTICE_LIFE = timedelta(hours=36)


class OrderError(ValueError):
    """An order that cannot be given; the message says why."""


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


async def first_order(change: Change, participant: Participant, trial: Trial, *, from_on: date) -> DoseOrderRow:
    """Version 1: the protocol's daily dose. The first dose's own amount is the plan's to add."""
    order = NewOrder(OrderKind.DOSE, from_on, "protocol", "protocol", trial.regimen.daily_dose_mg)
    return await _write(change, participant, order, trial)


async def order_dose(change: Change, participant: Participant, order: NewOrder, trial: Trial) -> DoseOrderRow:
    """Writes one more version and replans. A change of the amount is told to the participant, who reads it back.

    Raises OrderError, NotComposableError.
    """
    _check(change, participant, order)
    row = await _write(change, participant, order, trial)
    if order.kind is OrderKind.RESUME:
        participant.blocked_at = participant.blocked_reason = None
    if order.kind is OrderKind.DISCONTINUE:
        participant.state = ParticipantState.DISCONTINUED
    elif order.kind is OrderKind.DOSE and participant.state is ParticipantState.DISCONTINUED:
        participant.state = ParticipantState.ACTIVE
    change.owe(participant, participant_id=participant.id)
    await replan(change, participant, trial)
    if order.kind in (OrderKind.DOSE, OrderKind.HOLD):
        _tell(change, participant, row)
    return row


def _check(change: Change, participant: Participant, order: NewOrder) -> None:
    today = local_date(change.at, ZoneInfo(participant.tz))
    if order.from_on < today:
        raise OrderError(f"an order begins today ({today}) or later; what is past stays as it was recorded")
    if order.until_on is not None and order.until_on < order.from_on:
        raise OrderError("a hold ends on or after the day it begins")
    if not order.reason.strip():
        raise OrderError("an order needs its reason")
    if order.every_days < 1:
        raise OrderError("a dose is taken every day, or every so many days")
    if participant.state in (ParticipantState.WITHDRAWN, ParticipantState.DIED):
        raise OrderError(f"{participant.code} has left the study")


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
        units=units_of(order.dose_mg, trial.product) if order.kind is OrderKind.DOSE else 0,
        every_days=order.every_days,
        reason=order.reason,
        ordered_by=order.ordered_by,
        recorded_at=change.at,
    )
    change.session.add(row)
    change.owe(row, participant_id=participant.id)
    change.audit(
        "order_dose",
        "dose_order",
        row.id,
        participant_id=participant.id,
        new={"version": row.version, "kind": row.kind, "from": row.from_on, "mg": row.dose_mg},
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


async def read_back(change: Change, participant: Participant, order_id: str, units: int) -> tuple[DoseOrderRow, bool]:
    """How many tablets the participant will take; a wrong number becomes a task for staff."""
    row = await change.session.get(DoseOrderRow, order_id, with_for_update=True)
    if row is None or row.participant_id != participant.id:
        raise OrderError("there is no such order")
    row.read_back_units, row.read_back_at = units, change.at
    right = units == row.units
    change.audit("read_back", "dose_order", row.id, participant_id=participant.id, new={"units": units, "right": right})
    change.owe(row, participant_id=participant.id)
    if not right:
        await open_alert(change, AlertKind.READ_BACK, participant, cause=row.id)
    return row, right


async def unread_orders(change: Change, before: datetime, limit: int) -> list[DoseOrderRow]:
    """Amounts that changed and were told, but never read back, whose first day is near."""
    rows = await change.session.scalars(
        select(DoseOrderRow)
        .where(
            DoseOrderRow.kind == OrderKind.DOSE,
            col(DoseOrderRow.version) > 1,
            col(DoseOrderRow.read_back_at).is_(None),
            col(DoseOrderRow.read_back_missed_at).is_(None),
            col(DoseOrderRow.recorded_at) < before,
        )
        .order_by(col(DoseOrderRow.recorded_at))
        .limit(limit)
    )
    return list(rows)


async def unblock(change: Change, participant: Participant, reason: str, trial: Trial) -> None:
    """An investigator has decided: "take now" may be said again."""
    participant.blocked_at = participant.blocked_reason = None
    change.audit("unblock_doses", "participant", participant.id, participant_id=participant.id, reason=reason)
    change.owe(participant, participant_id=participant.id)
    await replan(change, participant, trial)


async def newest_orders(change: Change, participant: Participant) -> list[DoseOrderRow]:
    """All versions, oldest first."""
    rows = await change.session.scalars(
        select(DoseOrderRow).where(DoseOrderRow.participant_id == participant.id).order_by(col(DoseOrderRow.version))
    )
    return list(rows)
