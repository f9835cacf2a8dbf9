"""Self-rated items of a site's own file: one walk through them, and each answer as it came. Never triaged."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.answers import AnswerState
from protocol.pro_ctcae import Attribute


class SelfRatedCheck(StoreTable, table=True):
    """One round of a participant in the own chat. Where it stands is computed from its answers."""

    __tablename__ = "self_rated_check"

    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participant.id", index=True)
    link_id: str = Field(foreign_key="chat_link.id")
    protocol_version: str
    begun_at: datetime
    stopped_at: datetime | None = None  # put off; goes on with the next answer
    finished_at: datetime | None = None
    closed_at: datetime | None = None  # ended unfinished; its answers stay
    closes_at: datetime | None = None  # when that is due; None once it has ended

    __table_args__ = (
        Index(
            "ix_self_rated_check_closes_at",
            "closes_at",
            sqlite_where=text("closes_at IS NOT NULL"),
            postgresql_where=text("closes_at IS NOT NULL"),
        ),
    )


class SelfRatedAnswer(StoreTable, table=True):
    """One answer to one attribute of an item; append-only, the newest of an attribute counts."""

    __tablename__ = "self_rated_answer"

    id: str = Field(primary_key=True)
    check_id: str = Field(foreign_key="self_rated_check.id")
    participant_id: str = Field(foreign_key="participant.id", index=True)
    ordinal: int  # of the check, from 1
    number: int  # of the item
    attribute: Attribute = member_of(Attribute)
    value: int | None = None  # 0 to 4; None where it was skipped
    state: AnswerState = member_of(AnswerState)
    cause_key: str = Field(unique=True)  # one effect per update
    wording_version: str  # of the words that were read
    said_at: datetime
    recorded_at: datetime

    __table_args__ = (UniqueConstraint("check_id", "ordinal"),)
