"""Small questions about one participant that several actions ask the store."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.identity import ChatLink
from models.participant import Consent, Participant
from models.session import Change
from protocol.terms import LinkRole, Purpose


class UnknownParticipantError(ValueError):
    """There is no participant with this code."""


async def participant_by_code(change: Change, code: str) -> Participant:
    """The participant, locked for this transaction. Raises UnknownParticipantError."""
    found = await change.session.scalar(select(Participant).where(Participant.code == code).with_for_update())
    if found is None:
        raise UnknownParticipantError(f"there is no participant {code}; `anshi participant list` shows them")
    return found


async def locked_participant(change: Change, participant_id: str) -> Participant:
    """The participant, locked: one person's changes happen one after another."""
    return await change.session.get_one(Participant, participant_id, with_for_update=True)


async def own_link(session: AsyncSession, participant_id: str) -> ChatLink | None:
    """The participant's own active chat."""
    return await session.scalar(
        select(ChatLink).where(
            ChatLink.participant_id == participant_id,
            ChatLink.role == LinkRole.OWN,
            col(ChatLink.unlinked_at).is_(None),
        )
    )


async def consents_given(session: AsyncSession, participant_id: str) -> Mapping[Purpose, bool]:
    """The newest answer to each purpose that was asked."""
    rows = await session.scalars(
        select(Consent).where(Consent.participant_id == participant_id).order_by(col(Consent.recorded_at))
    )
    return {row.purpose: row.given for row in rows}


async def chat_may_be_written_to(session: AsyncSession, participant_id: str) -> bool:
    """An own chat is linked and each of the bot's own purposes is consented to."""
    if await own_link(session, participant_id) is None:
        return False
    given = await consents_given(session, participant_id)
    return all(given.get(purpose, False) for purpose in Purpose)
