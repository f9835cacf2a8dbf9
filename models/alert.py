"""A matter for staff: what it is about, since when, and what became of it."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.terms import AlertKind, Level


class Alert(StoreTable, table=True):
    """One open matter per participant and cause; the same cause again only counts up."""

    id: str = Field(primary_key=True)
    participant_id: str | None = Field(default=None, foreign_key="participant.id", index=True)
    site_code: str | None = Field(default=None, foreign_key="site.code", index=True)
    kind: AlertKind = member_of(AlertKind)
    level: Level = member_of(Level)
    cause_key: str
    dose_id: str | None = None
    times: int = 1
    opened_at: datetime
    last_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    outcome: str = ""

    __table_args__ = (
        Index(
            "uq_alert_cause_key_open",
            "cause_key",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )
