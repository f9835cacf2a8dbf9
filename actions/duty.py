"""Who is on duty at a site: its on-call list, its working days, and the hours that nobody covers."""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from actions.sites import PHONE
from models.duty import OnCallShift, SiteDay
from models.session import Change
from models.site import Site, Staff
from protocol.duty import Hours, Shift, ShiftDays, Span, WorkingDay, uncovered, working_days
from protocol.trial import Trial

CHINA: Final = frozenset({"Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Harbin", "Asia/Kashgar", "PRC"})
NAME_MAX: Final = 60
PLACES_MAX: Final = 9
LAST_MONTH: Final = 12
WEEKDAYS: Final = range(1, 8)


class DutyError(ValueError):
    """The line or the day cannot be kept so; the message says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list as it is entered."""

    place: int
    name: str
    phone: str
    from_time: time
    until_time: time
    days: ShiftDays = ShiftDays.EVERY
    weekdays: frozenset[int] = frozenset()
    first_on: date | None = None
    last_on: date | None = None


async def add_line(change: Change, site: Site, line: Line, staff: Staff | None = None) -> OnCallShift:
    """Adds a line; `staff` is whose chat is told. Raises DutyError."""
    _check(line)
    row = OnCallShift(
        id=change.new_id(),
        site_code=site.code,
        place=line.place,
        name=line.name.strip(),
        phone=line.phone.strip(),
        staff_id=staff.id if staff else None,
        from_time=line.from_time,
        until_time=line.until_time,
        days=line.days,
        weekdays=",".join(str(number) for number in sorted(line.weekdays)),
        first_on=line.first_on,
        last_on=line.last_on,
        recorded_at=change.at,
    )
    change.session.add(row)
    change.audit("add_on_call", "on_call_shift", row.id, new={"site": site.code, "place": line.place})
    return row


def _check(line: Line) -> None:
    if not 1 <= line.place <= PLACES_MAX:
        raise DutyError(f"a place is 1 to {PLACES_MAX}; 1 is called first")
    if not 0 < len(line.name.strip()) <= NAME_MAX:
        raise DutyError(f"a name has 1 to {NAME_MAX} characters")
    if not PHONE.fullmatch(line.phone.strip()):
        raise DutyError("a phone is written as it is dialled; example: 010-5550 0100")
    if not line.weekdays <= set(WEEKDAYS):
        raise DutyError("weekdays are numbers from 1, Monday, to 7")
    if line.first_on and line.last_on and line.last_on < line.first_on:
        raise DutyError("the last day lies before the first one")


async def end_line(change: Change, row: OnCallShift) -> None:
    """From now on the line covers nothing; it stays as a record."""
    if row.ended_at is not None:
        raise DutyError("this line has ended already")
    row.ended_at = change.at
    change.audit("end_on_call", "on_call_shift", row.id, new={"site": row.site_code, "place": row.place})


async def set_day(change: Change, site: Site, on: date, *, working: bool) -> SiteDay:
    """This site works, or does not work, on a day, whatever the calendar says."""
    row = SiteDay(id=change.new_id(), site_code=site.code, day=on, working=working, recorded_at=change.at)
    change.session.add(row)
    change.audit("set_site_day", "site_day", row.id, new={"site": site.code, "day": on, "working": working})
    return row


async def lines_of(session: AsyncSession, site_code: str) -> list[OnCallShift]:
    """The living lines of a site, by place."""
    query = select(OnCallShift).where(OnCallShift.site_code == site_code, col(OnCallShift.ended_at).is_(None))
    rows = await session.scalars(query.order_by(col(OnCallShift.place), col(OnCallShift.recorded_at)))
    return list(rows)


def shift_of(row: OnCallShift) -> Shift:
    """A line as the rules read it."""
    weekdays = frozenset(int(number) for number in row.weekdays.split(",") if number)
    return Shift(
        row.place, row.name, row.phone, row.from_time, row.until_time, row.days, weekdays, row.first_on, row.last_on
    )


async def hours_of(session: AsyncSession, site: Site, trial: Trial) -> Hours:
    """The site's own time: its duty, its zone and its working days, local corrections first."""
    rows = await session.scalars(
        select(SiteDay).where(SiteDay.site_code == site.code).order_by(col(SiteDay.recorded_at))
    )
    own = {row.day: row.working for row in rows}
    calendar = working_day_of(site.tz)
    return Hours(trial.duty, ZoneInfo(site.tz), lambda on: own[on] if on in own else calendar(on))


@cache
def working_day_of(tz: str) -> WorkingDay:
    """Public holidays of China, and the weekend days worked instead of them; elsewhere Monday to Friday."""
    if tz not in CHINA:
        return working_days((), ())
    import holidays

    calendar = holidays.country_holidays("CN")

    def is_working(on: date) -> bool:
        return bool(calendar.is_working_day(on))

    return is_working


def has_calendar(tz: str, year: int) -> bool:
    """Whether the days worked instead of holidays are known for a year: they are published each November."""
    if tz not in CHINA:
        return True
    import holidays

    calendar = holidays.country_holidays("CN", years=year)
    return any(on.year == year for on in calendar.weekend_workdays)


def years_without_calendar(site: Site, at: datetime) -> list[int]:
    """This year, and from December on the next one, where it is not known which days are worked."""
    here = at.astimezone(ZoneInfo(site.tz))
    years = [here.year] + ([here.year + 1] if here.month == LAST_MONTH else [])
    return [year for year in years if not has_calendar(site.tz, year)]


async def uncovered_hours(session: AsyncSession, site: Site, trial: Trial, at: datetime) -> tuple[Span, ...]:
    """The times ahead in which nobody with a name and a phone is on call."""
    shifts = [shift_of(row) for row in await lines_of(session, site.code)]
    return uncovered(shifts, at, await hours_of(session, site, trial))


async def cover_all_hours(change: Change, site: Site, *, name: str = "", phone: str = "") -> OnCallShift:
    """One line for every hour of every day, with the site's contact unless another is named."""
    await change.session.flush()
    line = Line(1, name or site.contact_name, phone or site.contact_phone, time(0), time(0))
    return await add_line(change, site, line)
