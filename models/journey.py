"""Journeys of participants as they were told: where, from when to when, and by which clock the doses are taken."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Index
from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.terms import Source, TravelClock
from protocol.travel import Journey


class JourneyRow(StoreTable, table=True):
    """One version of one journey; only ever added. One that ends where it starts was never made."""

    __tablename__ = "journey"

    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participant.id")
    number: int  # of this participant's journeys
    version: int
    tz: str  # where
    clock: TravelClock = member_of(TravelClock)
    from_on: date  # the first day there
    until_on: date  # the last day there
    starts_at: datetime
    ends_at: datetime
    source: Source = member_of(Source)
    recorded_by: str  # a chat link's id, or the member of staff's name
    recorded_at: datetime

    __table_args__ = (Index("ix_journey_participant", "participant_id", "number", "version", unique=True),)

    def journey(self) -> Journey:
        return Journey(ZoneInfo(self.tz), self.clock, self.starts_at, self.ends_at)
