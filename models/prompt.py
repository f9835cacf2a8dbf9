"""Planned messages and how their delivery went: the due table that the scheduler claims from."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.terms import PromptKind, PromptState


class Prompt(StoreTable, table=True):
    """One message to come. `key` keeps it single; `visible_at` is when a claim may next take it."""

    id: str = Field(primary_key=True)
    key: str = Field(unique=True)
    participant_id: str = Field(foreign_key="participant.id")
    dose_id: str | None = Field(default=None, foreign_key="scheduled_dose.id", index=True)
    kind: PromptKind = member_of(PromptKind)
    rung: int = 0
    due_at: datetime
    expires_at: datetime
    visible_at: datetime
    state: PromptState = member_of(PromptState)
    reason: str = ""
    attempts: int = 0
    claimed_by: str | None = None
    lease_until: datetime | None = None
    link_id: str | None = None  # the chat it went to
    units: int | None = None  # the count that was named
    body: str | None = None  # sealed: a text of staff's own
    sent_at: datetime | None = None
    settled_at: datetime | None = None
    message: str | None = None  # the channel's message id

    __table_args__ = (
        Index("ix_prompt_participant", "participant_id", "expires_at"),
        Index(
            "ix_prompt_due",
            "visible_at",
            sqlite_where=text("state IN ('waiting', 'claimed', 'sending')"),
            postgresql_where=text("state IN ('waiting', 'claimed', 'sending')"),
        ),
    )
