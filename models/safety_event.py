"""Possible serious adverse events: delivered, opened, confirmed or refuted, and since when the site was aware."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.terms import Role, Verdict


class SafetyEvent(StoreTable, table=True):
    """One matter that may be serious; the same cause of the same alert opens no second one."""

    __tablename__ = "safety_event"

    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participant.id", index=True)
    site_code: str = Field(foreign_key="site.code")
    alert_id: str = Field(foreign_key="alert.id", unique=True)
    check_id: str | None = Field(default=None, foreign_key="symptom_check.id")
    cause: str
    recorded_at: datetime
    delivered_at: datetime | None = None  # the first call about it that arrived
    opened_at: datetime | None = None  # the first opening by any of the site's staff
    aware_at: datetime | None = None  # the newest move, else the first opening
    verdict: Verdict = member_of(Verdict)
    verdict_at: datetime | None = None
    verdict_by: str | None = None
    reason: str = ""

    def values(self) -> dict[str, Any]:
        """As the study is told: neither who, nor in which words."""
        left_out = ("verdict_by", "site_code", "reason")
        values = {name: value for name, value in super().values().items() if name not in left_out}
        return values | {"has_reason": bool(self.reason)}


class SafetyOpening(StoreTable, table=True):
    """One look at it by one of the site's staff."""

    __tablename__ = "safety_opening"

    id: str = Field(primary_key=True)
    event_id: str = Field(foreign_key="safety_event.id", index=True)
    by: str
    at: datetime


class AwarenessMoved(StoreTable, table=True):
    """An investigator's own statement of when the site knew."""

    __tablename__ = "awareness_moved"

    id: str = Field(primary_key=True)
    event_id: str = Field(foreign_key="safety_event.id", index=True)
    to_at: datetime
    by: str
    by_role: Role = member_of(Role)
    reason: str
    moved_at: datetime
