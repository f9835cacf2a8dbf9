"""Read-backs: a changed amount is asked back, and becomes a call for staff in time before its first dose."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from actions.alerts import open_alert
from actions.facts import chat_may_be_written_to
from models.dose import DoseOrderRow
from models.participant import Participant
from models.prompt import Prompt
from models.session import Change
from protocol.moments import local_date, moment
from protocol.orders import DoseOrder, dose_mg_on, first_new_dose, superseded_by, units_of
from protocol.read_back import ReadBackFacts, call_due_at
from protocol.standing import may_get_orders
from protocol.terms import AlertKind, OrderKind, PromptKind, PromptState
from protocol.trial import Trial

AT_ONCE: Final = timedelta(minutes=10)  # no loop looks sooner, and a short notice cannot wait for it
TOLD_ALONE: Final = (OrderKind.HOLD, OrderKind.RESUME)
LOST: Final = (PromptState.UNKNOWN, PromptState.EXPIRED, PromptState.FAILED)


class OrderError(ValueError):
    """An order that cannot be given; the message says why."""


class SupersededError(OrderError):
    """The order was answered after another one had taken its place; nothing was changed. `by`: the one that counts."""

    def __init__(self, by: DoseOrderRow) -> None:
        super().__init__(f"version {by.version} has taken its place")
        self.by = by


async def newest_orders(change: Change, participant: Participant) -> list[DoseOrderRow]:
    """All versions, oldest first."""
    rows = await change.session.scalars(
        select(DoseOrderRow).where(DoseOrderRow.participant_id == participant.id).order_by(col(DoseOrderRow.version))
    )
    return list(rows)


async def plan_read_backs(change: Change, participant: Participant, trial: Trial) -> None:
    """When each amount that nobody has read back becomes a call; at once for who has no chat, or too little time.

    Asked anew wherever an order, a reminder time or a zone has moved a first new dose. A hold and its end ask for no
    answer, but where no message can tell them, staff do.
    """
    await change.session.flush()
    rows = await newest_orders(change, participant)
    reached = await _is_reached(change, participant)
    for row in rows:
        if row.version == 1 or row.read_back_at is not None or row.read_back_missed_at is not None:
            continue
        due_at = _due_at(row, rows, participant, trial, change.at) if row.kind is OrderKind.DOSE else None
        waits = due_at is not None or (row.kind in TOLD_ALONE and row.recorded_at == change.at)
        row.read_back_due_at = due_at
        if waits and (not reached or (due_at is not None and due_at <= change.at + AT_ONCE)):
            await _call(change, participant, row)


async def _is_reached(change: Change, participant: Participant) -> bool:
    silent = participant.messages_stopped_at is not None or participant.unreachable_at is not None
    return not silent and participant.set_up_at is not None and await chat_may_be_written_to(change, participant.id)


def _due_at(
    row: DoseOrderRow, rows: list[DoseOrderRow], participant: Participant, trial: Trial, at: datetime
) -> datetime | None:
    zone, orders = ZoneInfo(participant.tz), [one.order() for one in rows]
    first = first_new_dose(orders, row.version)
    if first is None or superseded_by(orders, row.version, local_date(at, zone)) is not None:
        return None
    resumes = [one for one in rows if one.kind is OrderKind.RESUME and one.version > row.version]
    asked_at = max(one.recorded_at for one in (row, *resumes))  # a resume asks what was not read back
    first_dose_at = moment(first.on, participant.reminder_time, zone)
    facts = ReadBackFacts(units_of(first.dose_mg, trial.product), asked_at, first_dose_at)
    return call_due_at(facts, lead=trial.dose_orders.call_before)


async def _call(change: Change, participant: Participant, row: DoseOrderRow) -> None:
    await open_alert(change, AlertKind.READ_BACK, participant, cause=row.id)
    row.read_back_missed_at, row.read_back_due_at = change.at, None


async def read_back(
    change: Change, participant: Participant, order_id: str, units: int, trial: Trial
) -> tuple[DoseOrderRow, bool]:
    """How many tablets the participant will take on the first day; a wrong number becomes a task for staff.

    Raises SupersededError, with the order that counts, and OrderError.
    """
    rows = await newest_orders(change, participant)
    row = next((one for one in rows if one.id == order_id and one.kind is OrderKind.DOSE), None)
    if row is None:
        raise OrderError("there is no such order")
    orders = [one.order() for one in rows]
    newer = superseded_by(orders, row.version, local_date(change.at, ZoneInfo(participant.tz)))
    if newer is not None:
        raise SupersededError(next(one for one in rows if one.version == newer.version))
    row.read_back_units, row.read_back_at, row.read_back_due_at = units, change.at, None
    right = units == asked_units(row.order(), orders, trial)
    change.audit("read_back", "dose_order", row.id, participant_id=participant.id, new={"units": units, "right": right})
    change.owe(row, participant_id=participant.id)
    if not right:
        await open_alert(change, AlertKind.READ_BACK, participant, cause=row.id)
    return row, right


def asked_units(order: DoseOrder, orders: list[DoseOrder], trial: Trial) -> int:
    """The right answer: the units of the first new dose, or of the order's first day while a hold stands over it."""
    first = first_new_dose(orders, order.version)
    return units_of(first.dose_mg if first is not None else dose_mg_on(order, order.from_on), trial.product)


async def tell_of_unread(change: Change, limit: int) -> None:
    """Staff are asked to call: about amounts whose time for an answer is over, and about every order whose message
    nobody knows to have arrived, unless it has been answered or another one has taken its place.
    """
    row, newer = DoseOrderRow, aliased(DoseOrderRow)
    key = col(row.id).concat(f":{PromptKind.ORDER_NOTICE}")
    lost = select(Prompt.id).where(col(Prompt.key) == key, col(Prompt.state).in_(LOST)).exists()
    replaced = select(newer.id).where(
        col(newer.participant_id) == col(row.participant_id),
        col(newer.version) > col(row.version),
        col(newer.kind).in_((OrderKind.DOSE, OrderKind.DISCONTINUE)),
        col(newer.from_on) <= col(row.from_on),
    )
    untold = and_(
        col(row.version) > 1,
        col(row.read_back_at).is_(None),
        col(row.read_back_missed_at).is_(None),
        lost,
        or_(col(row.kind).in_(TOLD_ALONE), ~replaced.exists()),
    )
    rows = await change.session.scalars(
        select(row)
        .where(or_(col(row.read_back_due_at) <= change.at, untold))
        .order_by(col(row.recorded_at))
        .limit(limit)
    )
    for one in list(rows):
        participant = await change.session.get_one(Participant, one.participant_id)
        if may_get_orders(participant.state):
            await _call(change, participant, one)
        else:
            one.read_back_due_at, one.read_back_missed_at = (
                None,
                change.at,
            )  # who has left is not called, nor looked at again
