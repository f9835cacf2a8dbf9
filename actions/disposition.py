"""Disposition: withdrawal, death and withdrawal of consent; each ends what would still be sent, and deletes nothing."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlmodel import col, select

from actions.dose_orders import newest_orders
from actions.enrolment import unlink
from actions.facts import consents_given
from actions.planning import cancel_waiting, replan
from models.dose import DoseOrderRow, ScheduledDose
from models.participant import Consent, Invitation, Participant
from models.prompt import Prompt
from models.session import Change
from models.site import Staff
from protocol.moments import local_date
from protocol.terms import DoseState, OrderKind, ParticipantState, PromptState
from protocol.trial import Trial

UNANSWERED = (DoseState.OPEN, DoseState.HELD, DoseState.UNREPORTED, DoseState.NOT_ASKED)
TAKEN = (DoseState.TAKEN, DoseState.TAKEN_PARTLY)


class DispositionError(ValueError):
    """The participant cannot leave in this way; the message says why."""


async def withdraw(change: Change, participant: Participant, reason: str, staff: Staff, trial: Trial) -> None:
    """The participant leaves the study; what was reported stays. Raises DispositionError."""
    if participant.state in (ParticipantState.WITHDRAWN, ParticipantState.DIED):
        raise DispositionError(f"{participant.code} has left the study already")
    today = _today(change, participant)
    await _leave(change, participant, "withdraw", ParticipantState.WITHDRAWN, _given(reason), staff, trial, today)


async def withdraw_consent(change: Change, participant: Participant, reason: str, staff: Staff, trial: Trial) -> None:
    """Every consent given to the bot is taken back, the chats end, and the participant leaves the study."""
    if participant.state is ParticipantState.DIED:
        raise DispositionError(f"{participant.code} has died")
    reason, today = _given(reason), _today(change, participant)
    for purpose, given in (await consents_given(change.session, participant.id)).items():
        if given:
            row = Consent(
                id=change.new_id(),
                participant_id=participant.id,
                purpose=purpose,
                text_version=trial.consents[purpose].version,
                given=False,
                recorded_at=change.at,
            )
            change.session.add(row)
            change.owe(row, participant_id=participant.id)
    await _leave(change, participant, "withdraw_consent", ParticipantState.WITHDRAWN, reason, staff, trial, today)
    await unlink(change, participant, "consent withdrawn", trial)


async def record_death(
    change: Change, participant: Participant, died_on: date, staff: Staff, trial: Trial, *, reason: str = "died"
) -> None:
    """Silences at once: no message goes out any more, and no dose after the day counts. Raises DispositionError."""
    if participant.state is ParticipantState.DIED:
        raise DispositionError(f"the death of {participant.code} is recorded already")
    await _check_day(change, participant, died_on)
    await _leave(change, participant, "record_death", ParticipantState.DIED, reason, staff, trial, died_on)
    await unlink(change, participant, "died", trial)


def _given(reason: str) -> str:
    if not reason.strip():
        raise DispositionError("say why")
    return reason.strip()


def _today(change: Change, participant: Participant) -> date:
    return local_date(change.at, ZoneInfo(participant.tz))


async def _check_day(change: Change, participant: Participant, died_on: date) -> None:
    if died_on > _today(change, participant):
        raise DispositionError("the day lies in the future")
    if died_on < local_date(participant.enrolled_at, ZoneInfo(participant.tz)):
        raise DispositionError("the day lies before the enrolment")
    later = await change.session.scalar(
        select(col(ScheduledDose.due_on))
        .where(
            ScheduledDose.participant_id == participant.id,
            col(ScheduledDose.due_on) > died_on,
            col(ScheduledDose.state).in_(TAKEN),
        )
        .limit(1)
    )
    if later is not None:
        raise DispositionError(f"a dose of {later} is recorded as taken; correct that, or the day")


async def _leave(
    change: Change,
    participant: Participant,
    action: str,
    state: ParticipantState,
    reason: str,
    staff: Staff,
    trial: Trial,
    from_on: date,
) -> None:
    old, participant.state = participant.state, state
    await _end_treatment(change, participant, from_on, reason, staff)
    await replan(change, participant, trial)
    change.owe(participant, participant_id=participant.id)
    change.audit(
        action,
        "participant",
        participant.id,
        participant_id=participant.id,
        old={"state": old},
        new={"state": state, "from": from_on},
        reason=reason,
    )
    await _cancel_doses(change, participant, from_on)
    await _silence(change, participant)


async def _end_treatment(change: Change, participant: Participant, from_on: date, reason: str, staff: Staff) -> None:
    """The last version of the orders. It may begin in the past, as no other can: a death is told days later."""
    orders = await newest_orders(change, participant)
    amounts = [row for row in orders if row.kind in (OrderKind.DOSE, OrderKind.DISCONTINUE)]
    if amounts and amounts[-1].kind is OrderKind.DISCONTINUE and amounts[-1].from_on <= from_on:
        return
    row = DoseOrderRow(
        id=change.new_id(),
        participant_id=participant.id,
        version=max((order.version for order in orders), default=0) + 1,
        kind=OrderKind.DISCONTINUE,
        from_on=from_on,
        reason=reason,
        ordered_by=staff.name,
        recorded_at=change.at,
    )
    change.session.add(row)
    change.owe(row, participant_id=participant.id)
    change.audit(
        "order_dose",
        "dose_order",
        row.id,
        participant_id=participant.id,
        new={"version": row.version, "kind": row.kind, "from": row.from_on},
        reason=reason,
    )


async def _cancel_doses(change: Change, participant: Participant, from_on: date) -> None:
    """From this day on no dose is called for; one that was answered stays as it was recorded."""
    rows = await change.session.scalars(
        select(ScheduledDose).where(
            ScheduledDose.participant_id == participant.id,
            col(ScheduledDose.due_on) >= from_on,
            col(ScheduledDose.state).in_(UNANSWERED),
            col(ScheduledDose.cancelled_at).is_(None),
        )
    )
    for row in rows:
        row.cancelled_at, row.settle_at = change.at, None
        change.owe(row, participant_id=participant.id)


async def _silence(change: Change, participant: Participant) -> None:
    """Takes back every message that waits, and every invitation that was not used."""
    rows = await change.session.scalars(
        select(Prompt).where(Prompt.participant_id == participant.id, Prompt.state == PromptState.WAITING)
    )
    cancel_waiting(rows, change.at, "left_study")
    await change.session.execute(
        update(Invitation)
        .where(
            col(Invitation.participant_id) == participant.id,
            col(Invitation.used_at).is_(None),
            col(Invitation.revoked_at).is_(None),
        )
        .values(revoked_at=change.at)
    )
