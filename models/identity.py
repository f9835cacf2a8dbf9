"""The identity link: who a code is and which chat is whose. Sealed, apart from everything else, never synced."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.symptoms import Tier
from protocol.terms import Channel, LinkRole, Role


class Identity(StoreTable, table=True):
    """Name and phone of a participant, each sealed and bound to this row."""

    participant_id: str = Field(primary_key=True, foreign_key="participant.id")
    name: str
    phone: str


class ChatLink(StoreTable, table=True):
    """One chat of one participant. The chat id is sealed; `chat_index` finds it without opening it."""

    __tablename__ = "chat_link"

    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participant.id", index=True)
    role: LinkRole = member_of(LinkRole)
    channel: Channel = member_of(Channel)
    chat: str
    chat_index: str
    linked_at: datetime
    accepted_at: datetime | None = None  # a helper's own consent
    unlinked_at: datetime | None = None
    refused_at: datetime | None = None  # the chat blocked us

    __table_args__ = (
        Index(
            "uq_chat_link_chat_index_active",
            "chat_index",
            unique=True,
            sqlite_where=text("unlinked_at IS NULL"),
            postgresql_where=text("unlinked_at IS NULL"),
        ),
        Index(
            "uq_chat_link_own_active",
            "participant_id",
            unique=True,
            sqlite_where=text("unlinked_at IS NULL AND role = 'own'"),
            postgresql_where=text("unlinked_at IS NULL AND role = 'own'"),
        ),
    )


class StartFailure(StoreTable, table=True):
    """One wrong invitation, by the chat's blind index: counted for the rate limit, kept a day."""

    __tablename__ = "start_failure"

    id: str = Field(primary_key=True)
    chat_index: str = Field(index=True)
    at: datetime


class ParticipantMessage(StoreTable, table=True):
    """Free text, or the reference of a photo or voice message with its caption, sealed. Read by staff, never erased."""

    __tablename__ = "participant_message"

    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participant.id", index=True)
    link_id: str = Field(foreign_key="chat_link.id")
    kind: str  # text, photo, voice, other
    body: str  # sealed
    has_text: bool | None = None  # words of its own, or a caption; None: kept before this was noted
    received_at: datetime
    read_at: datetime | None = None
    read_by: str | None = None  # the first of the staff
    read_role: Role | None = member_of(Role, default=None, nullable=True)
    tier: Tier | None = member_of(Tier, default=None, nullable=True)  # what its words alone call for
    cause_key: str | None = None  # the update it came with
    unheard: bool = False  # a voice message: nobody knows what it says

    def values(self) -> dict[str, Any]:
        """As the study is told: that one came and that it was read, never what it says, from which chat, or by whom."""
        left_out = ("body", "link_id", "cause_key", "read_by")
        return {name: value for name, value in super().values().items() if name not in left_out}

    __table_args__ = (
        Index(
            "ix_participant_message_unread",
            "received_at",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )
