"""Disposition: completion, loss, withdrawal of a person or of consent, death; each ends prompts, none deletes."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import or_, update
from sqlmodel import col, select

from actions.alerts import open_alert
from actions.disposition_rows import add_step
from actions.enrolment import unlink
from actions.facts import consents_given
from actions.planning import cancel_waiting, replan
from actions.read_backs import newest_orders
from actions.safety_events import open_possible_sae
from actions.staff_messages import tell_undelivered
from models.adverse_event import AdverseEvent
from models.dose import DoseOrderRow, ScheduledDose
from models.participant import Consent, Invitation, Participant
from models.prompt import Prompt
from models.safety_event import SafetyEvent
from models.session import Change
from models.site import Staff
from protocol.adverse_event import EventOutcome
from protocol.disposition import DispositionKind, DispositionReason
from protocol.moments import local_date
from protocol.standing import has_left, on_treatment
from protocol.terms import AlertKind, DoseState, OrderKind, ParticipantState, PromptKind, PromptState, Verdict
from protocol.trial import Trial

UNANSWERED = (DoseState.OPEN, DoseState.HELD, DoseState.UNREPORTED, DoseState.NOT_ASKED)
DEATH = "death"  # the cause of the alert and of the event
TAKEN = (DoseState.TAKEN, DoseState.TAKEN_PARTLY)


class DispositionError(ValueError):
    """The participant cannot leave in this way; the message says why."""


@dataclass(frozen=True, slots=True)
class _End:
    """What is recorded of one end."""

    kind: DispositionKind
    state: ParticipantState
    on: date
    code: DispositionReason
    reason: str


async def complete(
    change: Change,
    participant: Participant,
    on: date,
    reason: str,
    staff: Staff,
    trial: Trial,
    code: DispositionReason = DispositionReason.COMPLETED,
) -> None:
    """The protocol ends here: nothing is planned any more, and the chat still answers. Raises DispositionError."""
    if has_left(participant.state) or participant.state is ParticipantState.COMPLETED:
        raise DispositionError(f"{participant.code} has left the study already")
    reason = given_reason(reason)
    await _check_day(change, participant, on)
    end = _End(DispositionKind.COMPLETED, ParticipantState.COMPLETED, on, code, reason)
    await _end(change, participant, "complete", end, staff, trial, doses_from=on)


async def lose(
    change: Change,
    participant: Participant,
    reason: str,
    staff: Staff,
    trial: Trial,
    code: DispositionReason = DispositionReason.LOST_TO_FOLLOW_UP,
) -> None:
    """Nobody reaches the participant: dose prompts and checks end with today, the chat stays open for a way back.

    What was silent before stays as it is. Raises DispositionError.
    """
    if not (on_treatment(participant.state) or participant.state is ParticipantState.DISCONTINUED):
        raise DispositionError(f"{participant.code} is {participant.state}; only who takes part can be lost")
    today = _today(change, participant)
    end = _End(DispositionKind.LOST, ParticipantState.LOST, today, code, given_reason(reason))
    await _end(change, participant, "lose", end, staff, trial, doses_from=today)


async def withdraw(
    change: Change,
    participant: Participant,
    reason: str,
    staff: Staff,
    trial: Trial,
    code: DispositionReason = DispositionReason.WITHDRAWAL_BY_SUBJECT,
) -> None:
    """The participant leaves the study; what was reported stays. Raises DispositionError."""
    if has_left(participant.state):
        raise DispositionError(f"{participant.code} has left the study already")
    today = _today(change, participant)
    end = _End(DispositionKind.WITHDREW, ParticipantState.WITHDRAWN, today, code, given_reason(reason))
    await _leave(change, participant, "withdraw", end, staff, trial)


async def withdraw_consent(
    change: Change,
    participant: Participant,
    reason: str,
    staff: Staff,
    trial: Trial,
    code: DispositionReason = DispositionReason.WITHDRAWAL_BY_SUBJECT,
) -> None:
    """Every consent given to the bot is taken back, the chats end, and the participant leaves the study."""
    if participant.state is ParticipantState.DIED:
        raise DispositionError(f"{participant.code} has died")
    reason, today = given_reason(reason), _today(change, participant)
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
    end = _End(DispositionKind.CONSENT_WITHDRAWN, ParticipantState.WITHDRAWN, today, code, reason)
    await _leave(change, participant, "withdraw_consent", end, staff, trial)
    await unlink(change, participant, "consent withdrawn", trial)


async def record_death(
    change: Change, participant: Participant, died_on: date, staff: Staff, trial: Trial, *, reason: str = "died"
) -> None:
    """Silences at once: no message goes out any more, and no dose after the day counts. A possible serious event is
    opened, unless this death has one. Raises DispositionError.
    """
    if participant.state is ParticipantState.DIED:
        raise DispositionError(f"the death of {participant.code} is recorded already")
    await _check_day(change, participant, died_on)
    end = _End(DispositionKind.DIED, ParticipantState.DIED, died_on, DispositionReason.DEATH, reason)
    await _leave(change, participant, "record_death", end, staff, trial)
    await unlink(change, participant, "died", trial)
    await _open_event(change, participant)


async def _open_event(change: Change, participant: Participant) -> None:
    """One for each death: a form that says "fatal" may have opened it, or this death was recorded before."""
    fatal = select(AdverseEvent.safety_event_id).where(
        AdverseEvent.participant_id == participant.id,
        AdverseEvent.outcome == EventOutcome.FATAL,
        col(AdverseEvent.in_error).is_(False),
        col(AdverseEvent.safety_event_id).is_not(None),
    )
    found: str | None = await change.session.scalar(
        select(SafetyEvent.id)
        .where(
            SafetyEvent.participant_id == participant.id,
            SafetyEvent.verdict != Verdict.REFUTED,
            or_(col(SafetyEvent.cause) == DEATH, col(SafetyEvent.id).in_(fatal)),
        )
        .limit(1)
    )
    if found is None:
        alert = await open_alert(change, AlertKind.DEATH, participant, cause=DEATH)
        await change.session.flush()
        await open_possible_sae(change, participant, cause=DEATH, alert=alert)


def given_reason(reason: str) -> str:
    """The reason without the blanks around it. Raises DispositionError where there is none."""
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


async def _leave(change: Change, participant: Participant, action: str, end: _End, staff: Staff, trial: Trial) -> None:
    await _end(change, participant, action, end, staff, trial, doses_from=end.on)
    await _silence(change, participant)


async def _end(
    change: Change,
    participant: Participant,
    action: str,
    end: _End,
    staff: Staff,
    trial: Trial,
    *,
    doses_from: date,
) -> None:
    old = participant.state
    await add_step(change, participant, end.kind, end.state, on=end.on, code=end.code, reason=end.reason, by=staff.name)
    await _end_treatment(change, participant, doses_from, end.reason, staff)
    await replan(change, participant, trial)
    change.audit(
        action,
        "participant",
        participant.id,
        participant_id=participant.id,
        old={"state": old},
        new={"state": end.state, "from": end.on, "because": end.code},
        reason=end.reason,
    )
    await _cancel_doses(change, participant, doses_from)


async def _end_treatment(change: Change, participant: Participant, from_on: date, reason: str, staff: Staff) -> None:
    """The last version of the orders. It may begin in the past, as no other can: a death is told days later."""
    orders = await newest_orders(change, participant)
    amounts = [row for row in orders if row.kind in (OrderKind.DOSE, OrderKind.DISCONTINUE)]
    if amounts and amounts[-1].kind is OrderKind.DISCONTINUE and amounts[-1].from_on <= from_on:
        return
    for order in orders:
        order.read_back_due_at = None  # nobody is asked any more how many they will take
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
    waiting = list(rows)
    cancel_waiting(waiting, change.at, "left_study")
    for row in waiting:
        if row.kind is PromptKind.STAFF_MESSAGE:
            await tell_undelivered(change, participant.id, row.id, AlertKind.NOT_SENT)
    await change.session.execute(
        update(Invitation)
        .where(
            col(Invitation.participant_id) == participant.id,
            col(Invitation.used_at).is_(None),
            col(Invitation.revoked_at).is_(None),
        )
        .values(revoked_at=change.at)
    )
