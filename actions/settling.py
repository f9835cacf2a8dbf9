"""Silence gets its state: the participant's, or the system's with its cause, from the ledger and the gaps."""

from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlmodel import col, select

from actions.runs import look_at_runs
from models.dose import ScheduledDose
from models.identity import ChatLink
from models.inbox import ReceivingGap
from models.participant import Participant
from models.prompt import Prompt
from models.session import Change
from protocol.silence import Gap, PromptFact, silence
from protocol.terms import Channel, DoseState, LinkRole, PromptState
from protocol.trial import Trial


async def settle_silence(change: Change, participant: Participant, dose: ScheduledDose, trial: Trial) -> None:
    """Gives an open dose without a report its state; a later report still changes it."""
    if dose.state is not DoseState.OPEN or dose.cancelled_at is not None:
        dose.settle_at = None
        return
    found = silence(
        dose.due_at,
        await _prompt_facts(change, dose),
        await gaps_between(change, dose.due_at, dose.due_at + timedelta(days=1)),
        trial.windows,
        by_phone=participant.channel is Channel.PHONE,
        had_chat=await _had_chat(change, participant, dose.due_at),
    )
    dose.state, dose.cause, dose.settle_at = found.state, found.cause, None
    change.audit(
        "settle_dose",
        "scheduled_dose",
        dose.id,
        participant_id=participant.id,
        new={"ordinal": dose.ordinal, "state": dose.state, "cause": dose.cause},
    )
    change.owe(dose, participant_id=participant.id)
    if dose.state is DoseState.UNREPORTED:
        await look_at_runs(change, participant, dose, trial)


async def _prompt_facts(change: Change, dose: ScheduledDose) -> list[PromptFact]:
    rows = await change.session.scalars(select(Prompt).where(Prompt.dose_id == dose.id))
    return [PromptFact(row.kind, _as_settled(row.state), row.reason, row.sent_at) for row in rows]


async def _had_chat(change: Change, participant: Participant, at: datetime) -> bool:
    """The participant was set up and had an own chat at this moment."""
    if participant.set_up_at is None or participant.set_up_at > at:
        return False
    found = await change.session.scalar(
        select(ChatLink.id)
        .where(
            ChatLink.participant_id == participant.id,
            ChatLink.role == LinkRole.OWN,
            col(ChatLink.linked_at) <= at,
            or_(col(ChatLink.unlinked_at).is_(None), col(ChatLink.unlinked_at) > at),
        )
        .limit(1)
    )
    return found is not None


def _as_settled(state: PromptState) -> PromptState:
    """A message whose sending was never finished is unknown."""
    return PromptState.UNKNOWN if state is PromptState.SENDING else state


async def gaps_between(change: Change, start: datetime, end: datetime) -> list[Gap]:
    """The receiving gaps that touch [start, end]."""
    rows = await change.session.scalars(
        select(ReceivingGap).where(col(ReceivingGap.until_at) > start, col(ReceivingGap.from_at) < end)
    )
    return [Gap(row.from_at, row.until_at) for row in rows]
