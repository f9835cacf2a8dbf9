"""Whose chat it is: the one way from a channel's user to a participant."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select

from models.identity import ChatLink
from models.session import Change
from models.statements import Statement
from models.tables import table_of
from models.vault import Vault
from protocol.terms import Channel, LinkRole

_LINK: Final = table_of(ChatLink)
_ACTIVE: Final = Statement(
    select(_LINK.c.id, _LINK.c.participant_id, _LINK.c.role, _LINK.c.accepted_at, _LINK.c.refused_at).where(
        _LINK.c.chat_index == bindparam("index"), _LINK.c.unlinked_at.is_(None)
    )
)


@dataclass(frozen=True, slots=True)
class Chat:
    """An active chat: whose it is, and what it may do."""

    link_id: str
    participant_id: str
    role: LinkRole
    accepted: bool  # a helper's own consent; an own chat needs none here
    refused: bool


def chat_index(vault: Vault, channel: Channel, user_id: str) -> str:
    """The blind index of a channel's user."""
    return vault.index(f"chat.{channel}", user_id)


async def access_chat(change: Change, channel: Channel, user_id: str) -> Chat | None:
    """The active link of this user, or None for a stranger."""
    rows = await change.rows(_ACTIVE, index=chat_index(change.vault, channel, user_id))
    if not rows:
        return None
    found = rows[0]
    return Chat(found.id, found.participant_id, found.role, found.accepted_at is not None, found.refused_at is not None)


def seal_chat(vault: Vault, link_id: str, user_id: str) -> str:
    return vault.seal(f"chat_link.chat/{link_id}", user_id)


def open_chat(vault: Vault, link_id: str, sealed: str) -> str:
    """The channel's id of a chat; only on the way to the courier."""
    return vault.open(f"chat_link.chat/{link_id}", sealed)
