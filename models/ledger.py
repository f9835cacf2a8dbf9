"""What we owe the study, and who did what: both are written in the transaction of their cause."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, Integer, text
from sqlmodel import Field

from models.tables import StoreTable

SEQUENCE = BigInteger().with_variant(Integer(), "sqlite")


class OutboxEntry(StoreTable, table=True):
    """One record as it stood after a change. `seq` orders it; the study keeps the highest `seq` of a record."""

    __tablename__ = "outbox_entry"

    seq: int | None = Field(default=None, sa_column=Column(SEQUENCE, primary_key=True, autoincrement=True))
    record_type: str
    record_id: str
    participant_id: str | None = None
    payload: str  # JSON of the row; no identity
    created_at: datetime
    visible_at: datetime
    attempts: int = 0
    reason: str = ""
    sent_at: datetime | None = None

    __table_args__ = (
        Index(
            "ix_outbox_entry_waiting",
            "seq",
            sqlite_where=text("sent_at IS NULL"),
            postgresql_where=text("sent_at IS NULL"),
        ),
        Index("ix_outbox_entry_record", "record_type", "record_id"),
    )


class AuditEntry(StoreTable, table=True):
    """One link of the chain. `header` and `payload` are kept as the texts that were hashed."""

    __tablename__ = "audit_entry"

    seq: int = Field(sa_column=Column(SEQUENCE, primary_key=True, autoincrement=False))
    at: datetime
    actor: str
    action: str
    record_type: str
    record_id: str = Field(index=True)
    participant_id: str | None = Field(default=None, index=True)
    header: str
    payload: str | None
    salt: str | None
    payload_hash: str
    previous_hash: str
    hash: str


class AuditHead(StoreTable, table=True):
    """The newest link: one row, locked last in each transaction."""

    __tablename__ = "audit_head"

    id: int = Field(primary_key=True)
    seq: int = Field(sa_column=Column(SEQUENCE, nullable=False))
    hash: str
