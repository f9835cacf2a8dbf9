"""Staff chats: a member of staff's own chat, the invitation that links it, and what was written to participants."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.terms import Channel, Language, Role


class StaffLink(StoreTable, table=True):
    """One chat of one member of staff. The chat id is sealed; `chat_index` finds it without opening it."""

    __tablename__ = "staff_link"

    id: str = Field(primary_key=True)
    staff_id: str = Field(foreign_key="staff.id")
    channel: Channel = member_of(Channel)
    chat: str
    chat_index: str
    language: Language = member_of(Language)
    linked_at: datetime
    unlinked_at: datetime | None = None
    refused_at: datetime | None = None  # the chat blocked us
    menu: str | None = None  # SHA-256 of the menu of commands that stands in it; None: everybody's

    __table_args__ = (
        Index(
            "uq_staff_link_chat_index_active",
            "chat_index",
            unique=True,
            sqlite_where=text("unlinked_at IS NULL"),
            postgresql_where=text("unlinked_at IS NULL"),
        ),
        Index(
            "uq_staff_link_staff_id_active",
            "staff_id",
            unique=True,
            sqlite_where=text("unlinked_at IS NULL"),
            postgresql_where=text("unlinked_at IS NULL"),
        ),
    )


class StaffInvitation(StoreTable, table=True):
    """A link to be used once by one member of staff; only the hash of its token is kept."""

    __tablename__ = "staff_invitation"

    id: str = Field(primary_key=True)
    staff_id: str = Field(foreign_key="staff.id", index=True)
    token_hash: str = Field(unique=True)
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class StaffMessage(StoreTable, table=True):
    """A text that staff wrote to a participant, sealed; `prompt_id` is its way there and how that went."""

    __tablename__ = "staff_message"

    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participant.id", index=True)
    staff_id: str = Field(foreign_key="staff.id")
    prompt_id: str = Field(foreign_key="prompt.id", unique=True)
    answers: str | None = Field(default=None, foreign_key="participant_message.id")
    body: str  # sealed
    written_at: datetime
    by_role: Role = member_of(Role)

    def values(self) -> dict[str, Any]:
        """As the study is told: that one was written, never what or by whom."""
        return {name: value for name, value in super().values().items() if name not in ("body", "staff_id")}
