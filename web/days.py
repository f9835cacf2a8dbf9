"""Marked days out of the study database: the strip of the last days, and the calendar of months."""

from calendar import monthrange
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError

from protocol.moments import local_date
from reports.days import ReportedDay, participant_days, recent_days, zones_of
from web.desk import Desk
from web.marks import Cell, cells

WEEK = 7


@dataclass(frozen=True, slots=True)
class Month:
    """One month as weeks from Monday: None is a place outside the month, a date one without a dose."""

    first: date
    weeks: tuple[tuple[Cell | date | None, ...], ...]


async def days_of(desk: Desk, code: str) -> list[ReportedDay] | None:
    """One participant's days; None where the study database does not answer."""
    try:
        return await participant_days(desk.study, code)
    except DBAPIError:
        return None


async def recent_cells(
    desk: Desk, codes: Collection[str], *, as_of: datetime, days: int
) -> dict[str, list[Cell | None]]:
    """The strip of each participant, oldest day first, None for a day without a dose. Nothing without an answer."""
    try:
        found = await recent_days(desk.study, codes, from_on=as_of.date() - timedelta(days=days + 1))
        zones = await zones_of(desk.study, codes)
    except DBAPIError:
        return {}
    return {
        code: strip(cells(theirs, desk.trial, as_of=as_of), zones.get(code, "UTC"), as_of=as_of, days=days)
        for code, theirs in found.items()
    }


def strip(marked: Sequence[Cell], tz: str, *, as_of: datetime, days: int) -> list[Cell | None]:
    """The last days up to today, as the participant's wall counts them."""
    by_date = {cell.on: cell for cell in marked}
    today = local_date(as_of, ZoneInfo(tz))
    return [by_date.get(today - timedelta(days=ago)) for ago in range(days - 1, -1, -1)]


def months(marked: Sequence[Cell]) -> list[Month]:
    """Every month with a dose, the newest first."""
    by_date = {cell.on: cell for cell in marked}
    firsts = sorted({cell.on.replace(day=1) for cell in marked}, reverse=True)
    return [Month(first, _weeks(first, by_date)) for first in firsts]


def _weeks(first: date, by_date: dict[date, Cell]) -> tuple[tuple[Cell | date | None, ...], ...]:
    blank, length = monthrange(first.year, first.month)
    places: list[Cell | date | None] = [None] * blank
    places += [by_date.get(on, on) for on in (first + timedelta(days=ago) for ago in range(length))]
    places += [None] * (-len(places) % WEEK)
    return tuple(tuple(places[at : at + WEEK]) for at in range(0, len(places), WEEK))
