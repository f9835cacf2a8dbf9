"""When somebody can be reached: a site's on-call list, and its own corrections of the calendar."""

from datetime import date, datetime, time

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.duty import ShiftDays


class OnCallShift(StoreTable, table=True):
    """One line of the list; `place` 1 is called first. Lines end, none is deleted."""

    __tablename__ = "on_call_shift"

    id: str = Field(primary_key=True)
    site_code: str = Field(foreign_key="site.code", index=True)
    place: int
    name: str
    phone: str
    staff_id: str | None = Field(default=None, foreign_key="staff.id")  # whose chat is told
    from_time: time
    until_time: time
    days: ShiftDays = member_of(ShiftDays)
    weekdays: str = ""  # "1,2": Monday and Tuesday; empty: all
    first_on: date | None = None
    last_on: date | None = None
    recorded_at: datetime
    ended_at: datetime | None = None


class SiteDay(StoreTable, table=True):
    """A day that this site works or does not work, against the calendar; the newest row of a day counts."""

    __tablename__ = "site_day"

    id: str = Field(primary_key=True)
    site_code: str = Field(foreign_key="site.code")
    day: date
    working: bool
    recorded_at: datetime

    __table_args__ = (UniqueConstraint("site_code", "day", "recorded_at"),)
