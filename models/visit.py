"""Visits as they stand: expected by the template or arranged by staff, with the window and the blood draw."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.draw_day import DrawDay
from protocol.visit_prompts import VisitSlot
from protocol.visits import VisitState


class Visit(StoreTable, table=True):
    """One visit of one participant. What it said before stands in the audit and, version by version, in the study."""

    __tablename__ = "visit"

    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participant.id")
    key: str  # of the template, or "unscheduled" with a number
    version: int = 1
    target_on: date | None = None  # None with the window where no template expects it
    from_on: date | None = None
    until_on: date | None = None
    planned_on: date
    planned_time: time | None = None
    moved: bool = False  # staff chose the day: a moved day 1 does not move it
    draw: bool = False  # blood for a level is taken: the dose waits that morning
    fasting: bool = False
    state: VisitState = member_of(VisitState)
    attended_on: date | None = None
    drawn_at: datetime | None = None
    dose_before_at: datetime | None = None  # staff were told that the dose had been taken before the draw
    told_on: date | None = None  # the day that the participant's phone shows
    told_time: time | None = None
    recorded_by: str
    recorded_at: datetime

    __table_args__ = (UniqueConstraint("participant_id", "key"),)

    def draw_day(self) -> DrawDay:
        return DrawDay(self.id, self.planned_on, self.fasting, self.drawn_at)

    def slot(self) -> VisitSlot:
        return VisitSlot(self.planned_on, self.planned_time)

    def told(self) -> VisitSlot | None:
        return None if self.told_on is None else VisitSlot(self.told_on, self.told_time)

    def values(self) -> dict[str, Any]:
        """As the study is told: not who wrote it, nor what a phone shows."""
        return {name: value for name, value in super().values().items() if name not in OF_THE_STORE}


OF_THE_STORE = ("recorded_by", "moved", "told_on", "told_time")
