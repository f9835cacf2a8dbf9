"""Channel: how a participant is reached changes, from staff calls to a chat and back; doses and orders stay."""

from sqlalchemy import update
from sqlmodel import col

from actions.enrolment import unlink
from actions.planning import replan
from models.participant import Invitation, Participant
from models.session import Change
from protocol.terms import Channel, ParticipantState
from protocol.trial import Trial


def reach_by_chat(change: Change, participant: Participant, channel: Channel) -> None:
    """An own chat was linked: entry begins in it, and until it is done nothing is asked there."""
    participant.set_up_at = None
    _set_channel(change, participant, channel, "a chat was linked")


async def reach_by_phone(change: Change, participant: Participant, reason: str, trial: Trial) -> int:
    """The chats are given up, and staff call from here on. Gives how many chats have ended.

    `participant` is locked by the caller. Raises ValueError without a reason, or where it is so already.
    """
    if not reason.strip():
        raise ValueError("a reason is needed")
    if participant.channel is Channel.PHONE:
        raise ValueError(f"{participant.code} is followed by phone already")
    await _revoke_invitations(change, participant)
    if participant.state is ParticipantState.ENROLLED:
        participant.state = ParticipantState.ACTIVE
    if participant.set_up_at is None:
        participant.set_up_at = change.at
    participant.unreachable_at = None
    _set_channel(change, participant, Channel.PHONE, reason.strip())
    ended = await unlink(change, participant, reason.strip(), trial)
    await replan(change, participant, trial)
    return ended


def _set_channel(change: Change, participant: Participant, channel: Channel, reason: str) -> None:
    old, participant.channel = participant.channel, channel
    change.audit(
        "set_channel",
        "participant",
        participant.id,
        participant_id=participant.id,
        old={"channel": old},
        new={"channel": channel},
        reason=reason,
    )
    change.owe(participant, participant_id=participant.id)


async def _revoke_invitations(change: Change, participant: Participant) -> None:
    await change.session.execute(
        update(Invitation)
        .where(
            col(Invitation.participant_id) == participant.id,
            col(Invitation.used_at).is_(None),
            col(Invitation.revoked_at).is_(None),
        )
        .values(revoked_at=change.at)
    )
