"""A matter for staff: what it is about, since when, who was told of it, and what became of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.terms import AlertKind, CallState, Level


class Alert(StoreTable, table=True):
    """One open matter per participant and cause; the same cause again only counts up."""

    id: str = Field(primary_key=True)
    participant_id: str | None = Field(default=None, foreign_key="participant.id", index=True)
    site_code: str | None = Field(default=None, foreign_key="site.code", index=True)
    kind: AlertKind = member_of(AlertKind)
    level: Level = member_of(Level)
    paged: bool = False  # runs by the red clock whatever the level, and an investigator is told
    cause_key: str
    dose_id: str | None = None
    check_id: str | None = None
    message_id: str | None = None
    times: int = 1
    opened_at: datetime
    last_at: datetime
    clock_from: datetime  # where its clock began; a rise in level begins it anew
    calls: int = 0  # since its clock began
    last_called_at: datetime | None = None
    next_call_at: datetime | None = None  # None: nobody is told again
    owner: str | None = None
    seen_at: datetime | None = None  # first opened by one of the site's staff
    seen_by: str | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    action: str = ""  # what was done
    outcome: str = ""  # what came of it

    def values(self) -> dict[str, Any]:
        """As the study is told: that somebody saw it and when, not who, nor what was written about it."""
        values = super().values()
        return {name: value for name, value in values.items() if name not in ("cause_key", "outcome", "action")} | {
            "acted": bool(self.action.strip()),
        }

    __table_args__ = (
        Index(
            "ix_alert_next_call_at",
            "next_call_at",
            sqlite_where=text("next_call_at IS NOT NULL"),
            postgresql_where=text("next_call_at IS NOT NULL"),
        ),
        Index(
            "uq_alert_cause_key_open",
            "cause_key",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )


class AlertCall(StoreTable, table=True):
    """One person told of one alert, or to be phoned: `place` is the line of the on-call list."""

    __tablename__ = "alert_call"

    id: str = Field(primary_key=True)
    alert_id: str = Field(foreign_key="alert.id", index=True)
    participant_id: str | None = Field(default=None, foreign_key="participant.id")
    at: datetime
    reach: int  # so many places of the on-call list were told by then
    place: int | None = None
    name: str  # of the account, or of the line of the list
    link_id: str | None = None  # None: to be phoned
    state: CallState = member_of(CallState)
    settled_at: datetime | None = None
    message: str | None = None  # the channel's message id
    reason: str = ""

    def values(self) -> dict[str, Any]:
        """As the study is told: when and how, not who."""
        return {name: value for name, value in super().values().items() if name not in ("name", "link_id", "message")}
