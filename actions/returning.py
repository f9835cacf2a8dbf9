"""Returning: an end that was wrong, or a person who is found again, is taken back with a reason; nothing is deleted."""

from dataclasses import replace
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from actions.alerts import open_alert
from actions.disposition import DispositionError, given_reason
from actions.disposition_rows import add_step, standing_step
from actions.dose_orders import NewOrder, order_dose
from actions.planning import replan
from actions.read_backs import newest_orders
from models.disposition import Disposition
from models.participant import Participant
from models.session import Change
from models.site import Staff
from protocol.disposition import DispositionKind
from protocol.moments import local_date
from protocol.standing import on_treatment
from protocol.terms import AlertKind, OrderKind, ParticipantState
from protocol.trial import Trial

DAY: Final = timedelta(days=1)


async def take_back(change: Change, participant: Participant, reason: str, staff: Staff, trial: Trial) -> Disposition:
    """The newest end does not stand: where the participant was on the drug the last amount is ordered from tomorrow,
    so no day that is past is asked about. A chat that has ended stays ended. Raises DispositionError.
    """
    reason, end = given_reason(reason), await standing_step(change, participant)
    if end is None:
        raise DispositionError(f"{participant.code} has not ended anything")
    if end.kind is DispositionKind.DRUG_STOPPED:
        raise DispositionError("the drug is stopped; an investigator orders it again: `anshi dose-order add`")
    old, today = participant.state, local_date(change.at, ZoneInfo(participant.tz))
    row = await add_step(
        change, participant, DispositionKind.TAKEN_BACK, end.previous,
        on=today, code=end.reason_code, reason=reason, by=staff.name, takes_back=end.id,
    )  # fmt: skip
    change.audit(
        "take_back_disposition",
        "disposition",
        row.id,
        participant_id=participant.id,
        old={"state": old, "kind": end.kind},
        new={"state": participant.state},
        reason=reason,
    )
    if on_treatment(participant.state):
        await _order_again(change, participant, reason, staff, trial)
    await replan(change, participant, trial)
    return row


async def _order_again(change: Change, participant: Participant, reason: str, staff: Staff, trial: Trial) -> None:
    """The newest amount, from tomorrow; the participant is told, as of every order."""
    amounts = [row for row in await newest_orders(change, participant) if row.kind is OrderKind.DOSE]
    if not amounts:
        return
    tomorrow = local_date(change.at, ZoneInfo(participant.tz)) + DAY
    last = amounts[-1]
    order = NewOrder(OrderKind.DOSE, tomorrow, reason, staff.name, last.dose_mg, last.every_days)
    await order_dose(change, participant, replace(order, then_mg=last.order().then_mg), trial)


async def heard_again(change: Change, participant: Participant) -> None:
    """A word from somebody who was lost is a matter for staff; the state is theirs to take back."""
    if participant.state is ParticipantState.LOST:
        await open_alert(change, AlertKind.HEARD_AGAIN, participant, cause="lost")
