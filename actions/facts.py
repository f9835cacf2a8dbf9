"""Small questions about one participant that several actions ask the store."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import bindparam
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.identity import ChatLink
from models.participant import Consent, Participant
from models.session import Change
from models.statements import Statement
from models.tables import table_of
from protocol.terms import LinkRole, Purpose

# Built once; what the session knew of the row already is read anew.
_LOCKED: Final = (
    select(Participant)
    .where(col(Participant.id) == bindparam("participant"))
    .with_for_update()
    .execution_options(populate_existing=True)
)

_LINK: Final = table_of(ChatLink)
_CONSENT: Final = table_of(Consent)
_CONSENTS_OF_A_CHAT: Final = Statement(
    select(_CONSENT.c.purpose, _CONSENT.c.given)
    .join(_LINK, _LINK.c.participant_id == _CONSENT.c.participant_id)
    .where(
        _CONSENT.c.participant_id == bindparam("participant"),
        _LINK.c.role == LinkRole.OWN,
        _LINK.c.unlinked_at.is_(None),
    )
    .order_by(_CONSENT.c.recorded_at)
)


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
    return (await change.session.scalars(_LOCKED, {"participant": participant_id})).one()


async def consents_given(session: AsyncSession, participant_id: str) -> Mapping[Purpose, bool]:
    """The newest answer to each purpose that was asked."""
    rows = await session.scalars(
        select(Consent).where(Consent.participant_id == participant_id).order_by(col(Consent.recorded_at))
    )
    return {row.purpose: row.given for row in rows}


async def chat_may_be_written_to(change: Change, participant_id: str) -> bool:
    """An own chat is linked and each of the bot's own purposes is consented to."""
    rows = await change.rows(_CONSENTS_OF_A_CHAT, participant=participant_id)
    given = {row.purpose: row.given for row in rows}
    return all(given.get(purpose, False) for purpose in Purpose)
