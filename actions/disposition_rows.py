"""Rows of disposition: one step added, and what stands; every change of a participant's state for an end is one."""

from datetime import date

from sqlmodel import col, select

from models.disposition import Disposition
from models.participant import Participant
from models.session import Change
from protocol.disposition import DispositionKind, DispositionReason, standing
from protocol.standing import has_left
from protocol.terms import ParticipantState


async def add_step(  # noqa: PLR0913  every part of a step by its name
    change: Change,
    participant: Participant,
    kind: DispositionKind,
    state: ParticipantState,
    *,
    on: date,
    code: DispositionReason,
    reason: str,
    by: str,
    takes_back: str | None = None,
) -> Disposition:
    """Adds the step and moves the participant to `state`; owes the study both."""
    rows = await steps_of(change, participant)
    row = Disposition(
        id=change.new_id(),
        participant_id=participant.id,
        version=len(rows) + 1,
        kind=kind,
        happened_on=on,
        reason_code=code,
        reason=reason,
        previous=participant.state,
        state=state,
        takes_back_id=takes_back,
        recorded_by=by,
        recorded_at=change.at,
    )
    participant.state = state
    change.session.add(row)
    change.owe(row, participant_id=participant.id)
    change.owe(participant, participant_id=participant.id)
    return row


async def steps_of(change: Change, participant: Participant) -> list[Disposition]:
    """Every step, oldest first."""
    await change.flush()
    rows = await change.session.scalars(
        select(Disposition).where(Disposition.participant_id == participant.id).order_by(col(Disposition.version))
    )
    return list(rows)


async def standing_step(change: Change, participant: Participant) -> Disposition | None:
    """The newest end that nobody has taken back."""
    rows = await steps_of(change, participant)
    found = standing([row.ended() for row in rows])
    return next((row for row in rows if found is not None and row.id == found.row_id), None)


async def left_problems(change: Change, participant: Participant, on: date) -> list[str]:
    """Who has left is not followed any more: what is of a later day is not collected."""
    if not has_left(participant.state):
        return []
    step = await standing_step(change, participant)
    if step is None or on <= step.happened_on:
        return []
    return [f"{participant.code} has left the study on {step.happened_on}; nothing of a later day is collected"]
