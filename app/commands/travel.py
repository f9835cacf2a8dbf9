"""`anshi travel`: where a participant is from when to when, and by which clock the doses are taken."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import click

from actions.travel import NewJourney, TravelPlan, end_journey, journeys_known, tell_journey
from app.acting import FOLLOWS_UP, acting, reader, theirs
from app.commands.options import Day, as_json, as_reader, as_staff, show, tell
from app.office import Office, run
from models.access import access_participant
from models.journey import JourneyRow
from protocol.terms import Source, TravelClock

COLUMNS = {
    "number": "number",
    "tz": "where",
    "from_on": "from",
    "until_on": "until",
    "clock": "clock",
    "starts_at": "starts",
    "ends_at": "ends",
    "source": "told by",
}


class _OnlyShownError(Exception):
    """Ends a transaction of which nothing may stay."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values


@click.group("travel")
def travel() -> None:
    """Journeys: where, from when to when, on the clock of home or the local one."""


@travel.command("tell")
@click.argument("code")
@click.option("--tz", required=True, help="Where; an IANA zone, example: Europe/London.")
@click.option("--from", "from_on", type=Day(), required=True, help="The first day there.")
@click.option("--until", "until_on", type=Day(), required=True, help="The last day there.")
@click.option(
    "--clock", type=click.Choice([one.value for one in TravelClock]), required=True, help="Whose clock the doses keep."
)
@click.option("--dry-run", is_flag=True, help="Only show the doses around the journey; nothing is kept.")
@as_staff
@as_json
def tell_one(
    code: str, tz: str, from_on: date, until_on: date, clock: str, as_name: str, *, dry_run: bool, as_json: bool
) -> None:
    """CODE travels: the doses around the two changes of clocks are shown with their distances."""
    new = NewJourney(tz, from_on, until_on, TravelClock(clock))

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            one, by = await theirs(change, code), staff.name
            made = await tell_journey(change, one, new, office.trial, Source.STAFF_CALL, by)
            values = _plan(code, ZoneInfo(one.tz), made)
            if dry_run:
                raise _OnlyShownError(values)
        return values

    async def shown(office: Office) -> dict[str, Any]:
        try:
            return await command(office)
        except _OnlyShownError as only:
            return only.values

    is_so = "would be" if dry_run else "is"
    _tell(run(shown), f"{code} {is_so} in {tz} from {from_on} to {until_on}.", as_json=as_json)


@travel.command("end")
@click.argument("code")
@as_staff
@as_json
def end(code: str, as_name: str, *, as_json: bool) -> None:
    """CODE is back: home counts from now on. A journey that lies ahead is taken back."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            one, by = await theirs(change, code), staff.name
            made = await end_journey(change, one, office.trial, Source.STAFF_CALL, by)
            return _plan(code, ZoneInfo(one.tz), made)

    _tell(run(command), f"{code} is back to normal.", as_json=as_json)


@travel.command("list")
@click.argument("code")
@as_reader
@as_json
def list_all(code: str, as_name: str | None, *, as_json: bool) -> None:
    """The journeys of CODE that were made or lie ahead."""

    async def command(office: Office) -> list[dict[str, Any]]:
        actor = await reader(office, as_name)
        async with office.store.read() as session:
            one = await access_participant(session, actor, code)
            return [_values(row) for row in await journeys_known(session, one.id)]

    show(run(command), COLUMNS, as_json=as_json)


def _values(row: JourneyRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in COLUMNS}


def _plan(code: str, home: ZoneInfo, made: TravelPlan) -> dict[str, Any]:
    doses = [
        {
            "due_at": dose.due_at,
            "there": f"{dose.due_at.astimezone(dose.where):%Y-%m-%d %H:%M}",
            "where": dose.where.key,
            "home": f"{dose.due_at.astimezone(home):%Y-%m-%d %H:%M}",
            "hours_after": None if dose.after is None else round(dose.after.total_seconds() / 3600, 1),
        }
        for dose in made.doses
    ]
    visits = [{"key": visit.key, "planned_on": visit.planned_on, "draw": visit.draw} for visit in made.visits]
    return {"code": code, **_values(made.row), "doses": doses, "visits": visits}


def _tell(values: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    lines = [sentence]
    for dose in values["doses"]:
        after = "" if dose["hours_after"] is None else f", {dose['hours_after']:g} h after the one before"
        lines.append(f"  dose {dose['there']} {dose['where']} (at home {dose['home']}){after}")
    lines += [f"  visit {one['key']} on {one['planned_on']} falls into it: move it" for one in values["visits"]]
    tell(values, "\n".join(lines), as_json=as_json)
