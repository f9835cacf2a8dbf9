"""`anshi visit`: visits of a participant, arranged, moved, recorded, and the blood draw."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import click

from actions.visit_plan import visits_of
from actions.visits import NewVisit, VisitError, add_visit, move_visit, record_draw, settle_visit
from app.acting import FOLLOWS_UP, acting, reader, theirs
from app.commands.options import Day, WallTime, as_json, as_reader, as_staff, show, tell
from app.office import Office, run
from models.access import access_participant
from models.participant import Participant
from models.session import Change
from models.visit import Visit
from protocol.moments import moment
from protocol.visits import VisitState, out_of_window

COLUMNS = {
    "key": "visit",
    "planned_on": "planned",
    "planned_time": "at",
    "from_on": "window from",
    "until_on": "until",
    "out_of_window": "outside",
    "draw": "draw",
    "fasting": "fasting",
    "state": "state",
    "attended_on": "came",
    "drawn_at": "drawn",
}
at_time = click.option("--at", "at", type=WallTime(), help="The time of day.")


@click.group("visit")
def visit() -> None:
    """Visits: arranged, moved, attended, missed, and the blood draw."""


@visit.command("add")
@click.argument("code")
@click.option("--on", "on", type=Day(), required=True, help="The day.")
@at_time
@click.option("--draw", is_flag=True, help="Blood for a level is taken: the dose waits that morning.")
@click.option("--fasting", is_flag=True, help="The participant comes without breakfast.")
@as_staff
@as_json
def add(code: str, on: date, at: time | None, as_name: str, *, draw: bool, fasting: bool, as_json: bool) -> None:
    """Arrange a visit of CODE that the protocol does not expect."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            one = await theirs(change, code)
            made = await add_visit(change, one, NewVisit(on, at, draw, fasting), office.trial, staff.name)
            return visit_values(made)

    values = run(command)
    tell(values, f"{values['key']} of {code} is planned for {on}.", as_json=as_json)


@visit.command("move")
@click.argument("code")
@click.argument("key")
@click.option("--on", "on", type=Day(), required=True, help="The new day.")
@at_time
@as_staff
@as_json
def move(code: str, key: str, on: date, at: time | None, as_name: str, *, as_json: bool) -> None:
    """Move visit KEY of CODE; the messages that hang on it move with it."""

    async def step(change: Change, one: Participant, found: Visit, office: Office, by: str) -> None:
        await move_visit(change, one, found, on, at, office.trial, by)

    values = _change(code, key, as_name, step)
    outside = " It lies outside its window." if values["out_of_window"] else ""
    tell(values, f"{key} of {code} is planned for {on}.{outside}", as_json=as_json)


@visit.command("drawn")
@click.argument("code")
@click.argument("key")
@click.option("--at", "at", type=WallTime(), help="When blood was taken, on the visit's day.")
@click.option("--not-yet", is_flag=True, help="It was not: the word was a mistake.")
@as_staff
@as_json
def drawn(code: str, key: str, at: time | None, as_name: str, *, not_yet: bool, as_json: bool) -> None:
    """Blood was taken at visit KEY of CODE: the dose of the day is asked for now."""
    if (at is None) != not_yet:
        raise click.UsageError("say --at or --not-yet")

    async def step(change: Change, one: Participant, found: Visit, office: Office, by: str) -> None:
        taken_at = None if at is None else moment(found.planned_on, at, ZoneInfo(one.tz))
        await record_draw(change, one, found, taken_at, office.trial, by)

    told = f"No draw stands at {key} of {code}." if at is None else f"Blood was taken at {key} of {code} at {at:%H:%M}."
    tell(_change(code, key, as_name, step), told, as_json=as_json)


def _settled(name: str, state: VisitState, help_text: str) -> click.Command:
    @visit.command(name, help=help_text)
    @click.argument("code")
    @click.argument("key")
    @click.option("--on", "on", type=Day(), help="The day CODE came. Default: the planned one.")
    @as_staff
    @as_json
    def command(code: str, key: str, on: date | None, as_name: str, *, as_json: bool) -> None:
        async def step(change: Change, one: Participant, found: Visit, office: Office, by: str) -> None:
            await settle_visit(change, one, found, state, office.trial, by, on=on)

        tell(_change(code, key, as_name, step), f"{key} of {code} is {state}.", as_json=as_json)

    return command


accepted = _settled("accepted", VisitState.PLANNED, "Accept a draw that a changed amount has proposed.")
confirmed = _settled("confirmed", VisitState.CONFIRMED, "CODE says that they will come.")
attended = _settled("attended", VisitState.ATTENDED, "CODE has come.")
missed = _settled("missed", VisitState.MISSED, "CODE did not come.")
cancelled = _settled("cancelled", VisitState.CANCELLED, "The visit is not needed any more.")


@visit.command("list")
@click.argument("code")
@as_reader
@as_json
def list_visits(code: str, as_name: str | None, *, as_json: bool) -> None:
    """The visits of CODE, with their windows."""

    async def command(office: Office) -> list[dict[str, Any]]:
        actor = await reader(office, as_name)
        async with office.store.read() as session:
            one = await access_participant(session, actor, code)
            return [visit_values(found) for found in await visits_of(session, one.id)]

    show(run(command), COLUMNS, as_json=as_json)


Step = Callable[[Change, Participant, Visit, Office, str], Any]


def _change(code: str, key: str, as_name: str, step: Step) -> dict[str, Any]:
    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            one = await theirs(change, code)
            found = next((one for one in await visits_of(change.session, one.id) if one.key == key), None)
            if found is None:
                raise VisitError(f"there is no visit {key} of {code}; `anshi visit list {code}` shows them")
            await step(change, one, found, office, staff.name)
            return visit_values(found)

    return run(command)


def visit_values(found: Visit) -> dict[str, Any]:
    """One visit as the commands print it; `out_of_window` by the day it took place, else by the planned one."""
    on = found.attended_on or found.planned_on
    values = {name: getattr(found, name) for name in COLUMNS if name != "out_of_window"}
    outside = out_of_window(on, found.from_on, found.until_on)
    drawn_at: datetime | None = found.drawn_at
    return values | {"out_of_window": outside, "target_on": found.target_on, "drawn_at": drawn_at}
