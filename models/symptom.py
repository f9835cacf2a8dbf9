"""Symptom checks: one walk through the questions, and each answer as it came."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.answers import AnswerState
from protocol.symptoms import Occasion, Tier
from protocol.terms import Source


class SymptomCheck(StoreTable, table=True):
    """One check of one reporter. Where it stands is computed from its answers; `tier` is the worst so far."""

    __tablename__ = "symptom_check"

    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participant.id", index=True)
    link_id: str | None = Field(default=None, foreign_key="chat_link.id")  # None: told to staff
    reported_by: str  # a link's id, or the member of staff's name
    source: Source = member_of(Source)
    occasion: Occasion = member_of(Occasion)
    follows_id: str | None = Field(default=None, foreign_key="symptom_check.id")  # asked again after that one
    protocol_version: str
    begun_at: datetime
    stopped_at: datetime | None = None  # put off by the reporter; goes on with the next answer
    finished_at: datetime | None = None
    closed_at: datetime | None = None  # ended unfinished; its answers stay
    closes_at: datetime | None = None  # when that is due; None once it has ended
    tier: Tier = member_of(Tier)
    again_at: datetime | None = None  # when a raised temperature is asked about again

    __table_args__ = (
        Index(
            "uq_symptom_check_unfinished",
            "participant_id",
            "reported_by",
            unique=True,
            sqlite_where=text("finished_at IS NULL AND closed_at IS NULL"),
            postgresql_where=text("finished_at IS NULL AND closed_at IS NULL"),
        ),
        Index(
            "ix_symptom_check_closes_at",
            "closes_at",
            sqlite_where=text("closes_at IS NOT NULL"),
            postgresql_where=text("closes_at IS NOT NULL"),
        ),
    )


class SymptomAnswer(StoreTable, table=True):
    """One answer to one item; append-only, the newest of an item counts. Texts and photos are sealed in `body`."""

    __tablename__ = "symptom_answer"

    id: str = Field(primary_key=True)
    check_id: str = Field(foreign_key="symptom_check.id")
    participant_id: str = Field(foreign_key="participant.id", index=True)
    ordinal: int  # of the check, from 1
    item: str
    value: str  # empty for a text and a photo
    body: str | None = None  # sealed
    state: AnswerState = member_of(AnswerState)
    source: Source = member_of(Source)
    reported_by: str
    cause_key: str = Field(unique=True)  # one effect per update or call entry
    said_at: datetime
    recorded_at: datetime

    __table_args__ = (UniqueConstraint("check_id", "ordinal"),)

    def values(self) -> dict[str, Any]:
        """As the study is told: whether there is a text or photo, never the sealed one."""
        found = super().values()
        return found | {"has_text": bool(found.pop("body"))}
