"""`anshi duty`: who is on call, hour by hour, and the site's own corrections of the calendar."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from actions.duty import DutyError, Line, add_line, end_line, lines_of, set_day, uncovered_hours
from app.acting import FOLLOWS_UP, acting, check_own_site, reader
from app.commands.options import Day, WallTime, as_json, as_reader, as_staff, show, tell
from app.office import Office, OfficeError, run
from models.access import AccessDeniedError, access_staff, site_wall
from models.duty import OnCallShift
from models.protocol_file import load_trial
from models.session import Change
from models.site import Site
from protocol.duty import ShiftDays, Span

COLUMNS = {
    "id": "id",
    "site": "site",
    "place": "place",
    "name": "name",
    "phone": "phone",
    "hours": "hours",
    "days": "days",
    "from": "from",
    "until": "until",
    "staff": "chat of",
}
GAP = {"site": "site", "from": "from", "until": "until"}


@click.group()
def duty() -> None:
    """Who is on call, and on which days a site works."""


@duty.command("add")
@click.argument("site_code", metavar="SITE")
@click.option("--name", required=True, help="Who is called.")
@click.option("--phone", required=True, help="The number, as it is dialled.")
@click.option("--place", type=int, default=1, show_default=True, help="1 is called first, then 2.")
@click.option("--from", "from_time", type=WallTime(), default="00:00", show_default=True, help="On the site's wall.")
@click.option("--until", "until_time", type=WallTime(), default="00:00", show_default=True, help="The same: all day.")
@click.option("--days", type=click.Choice([one.value for one in ShiftDays]), default="every", show_default=True)
@click.option("--weekdays", default="", help="Numbers from 1, Monday; example: 6,7.")
@click.option("--first-on", type=Day(), help="The first day; none: from now on.")
@click.option("--last-on", type=Day(), help="The last day.")
@click.option("--staff", "staff_name", help="The account whose chat is told.")
@as_staff
@as_json
def add(site_code: str, as_name: str, *, as_json: bool, staff_name: str | None, **given: Any) -> None:
    """Add a line to the on-call list of a site."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            check_own_site(staff, site_code)
            line = Line(**given | {"days": ShiftDays(given["days"]), "weekdays": _numbers(given["weekdays"])})
            linked = await access_staff(change.session, staff_name) if staff_name else None
            try:
                row = await add_line(change, await _site(change, site_code), line, linked)
            except DutyError as error:
                raise OfficeError(str(error)) from None
            return line_values(row, staff_name)

    values = run(command)
    tell(values, f"{values['name']} is on call at {site_code}: {values['hours']}.", as_json=as_json)


def _numbers(text: str) -> frozenset[int]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isdecimal() for part in parts):
        raise OfficeError("weekdays are numbers from 1, Monday, to 7; example: 6,7")
    return frozenset(int(part) for part in parts)


@duty.command("list")
@click.option("--site", "site_code", help="One site only.")
@as_reader
@as_json
def list_all(site_code: str | None, as_name: str | None, *, as_json: bool) -> None:
    """List the lines that stand, by site and place."""

    async def command(office: Office) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        async with office.store.read() as session:
            for site in await _sites(session, office, site_code, as_name):
                found += [line_values(row, row.staff_id) for row in await lines_of(session, site.code)]
        return found

    show(run(command), COLUMNS, as_json=as_json)


@duty.command("end")
@click.argument("line_id", metavar="ID")
@as_staff
@as_json
def end(line_id: str, as_name: str, *, as_json: bool) -> None:
    """End a line; it covers nothing from now on."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, _):
            query = select(OnCallShift).where(
                col(OnCallShift.id) == line_id, site_wall(change.actor, OnCallShift.site_code)
            )
            row = await change.session.scalar(query)
            if row is None:
                raise AccessDeniedError("there is no such line here")
            try:
                await end_line(change, row)
            except DutyError as error:
                raise OfficeError(str(error)) from None
            return line_values(row, None)

    values = run(command)
    tell(values, f"{values['name']} is no longer on call by this line.", as_json=as_json)


@duty.command("day")
@click.argument("site_code", metavar="SITE")
@click.argument("on", type=Day())
@click.option("--working/--free", required=True, help="Against the calendar.")
@as_staff
@as_json
def day(site_code: str, on: date, as_name: str, *, working: bool, as_json: bool) -> None:
    """Say that a site works, or does not work, on a day, whatever the calendar says."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            check_own_site(staff, site_code)
            await set_day(change, await _site(change, site_code), on, working=working)
            return {"site": site_code, "day": on, "working": working}

    tell(run(command), f"{site_code} {'works' if working else 'is closed'} on {on}.", as_json=as_json)


@duty.command("check")
@click.option("--site", "site_code", help="One site only.")
@as_reader
@as_json
def check(site_code: str | None, as_name: str | None, *, as_json: bool) -> None:
    """Show the hours ahead that nobody covers; none is well."""

    async def command(office: Office) -> list[dict[str, Any]]:
        trial, found = load_trial(office.settings.protocol_file), []
        async with office.store.read() as session:
            for site in await _sites(session, office, site_code, as_name):
                gaps = await uncovered_hours(session, site, trial, office.clock.now())
                found += [gap_values(site, gap) for gap in gaps]
        return found

    gaps = run(command)
    if gaps or as_json:
        show(gaps, GAP, as_json=as_json)
    else:
        click.echo("Every hour ahead has a name and a phone.")
    if gaps:
        raise SystemExit(1)


async def _site(change: Change, code: str) -> Site:
    found = await change.session.get(Site, code)
    if found is None:
        raise AccessDeniedError(f"there is no site {code}")
    return found


async def _sites(session: AsyncSession, office: Office, code: str | None, as_name: str | None) -> list[Site]:
    actor = await reader(office, as_name)
    query = select(Site).where(site_wall(actor, Site.code)).order_by(col(Site.code))
    found = [site for site in await session.scalars(query) if code in (None, site.code)]
    if code is not None and not found:
        raise AccessDeniedError(f"there is no site {code}")
    return found


def line_values(row: OnCallShift, staff: str | None) -> dict[str, Any]:
    """One line for a table or JSON."""
    days = row.days.value if not row.weekdays else f"{row.days.value} ({row.weekdays})"
    return {
        "id": row.id,
        "site": row.site_code,
        "place": row.place,
        "name": row.name,
        "phone": row.phone,
        "hours": f"{row.from_time:%H:%M}-{row.until_time:%H:%M}",
        "days": days,
        "from": row.first_on,
        "until": row.last_on,
        "staff": staff,
    }


def gap_values(site: Site, gap: Span) -> dict[str, Any]:
    """An uncovered time on the site's wall."""
    zone = ZoneInfo(site.tz)

    def wall(at: datetime) -> str:
        return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"

    return {"site": site.code, "from": wall(gap.from_at), "until": wall(gap.until_at)}
