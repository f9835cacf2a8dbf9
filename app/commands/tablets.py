"""`anshi tablets`: drug accountability, each movement by its number, and what should be left."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import click

from actions.tablet_box import Box, box_of
from actions.tablet_ledger import NewMovement, movement_versions, newest_movements
from actions.tablets import correct_movement, move_tablets
from app.acting import KNOWS_NAMES, acting, reader, theirs
from app.commands.form_options import written
from app.commands.options import Day, WallTime, as_json, as_reader, as_staff, reason, tell
from app.office import Office, run
from models.access import access_participant
from models.participant import Participant
from models.tablet import TabletMovement
from protocol.moments import local_date, moment
from protocol.tablets import MovementKind, MovementSource, UnitBounds
from reports.tables import json_text, text_table

NOON = time(12)
COLUMNS = {
    "number": "no.",
    "version": "version",
    "kind": "what",
    "units": "units",
    "moved_at_local": "when",
    "pack": "pack",
    "source": "by whom",
    "recorded_by": "recorded by",
    "in_error": "in error",
    "reason": "reason",
}
on_day = click.option("--on", "on", type=Day(), help="The day it happened. Default: now.")
at_time = click.option(
    "--at", "at", type=WallTime(), help="The time of that day. Default: now, or 12:00 of an earlier one."
)
units_option = click.option("--units", type=int, required=True, help="How many tablets.")
pack_option = click.option("--pack", default="", help="The lot, as it stands on the box.")


@click.group("tablets")
def tablets() -> None:
    """Tablets: dispensed, returned, lost, counted, and what should be left."""


def _movement(name: str, kind: MovementKind, help_text: str) -> Callable[..., Any]:
    @tablets.command(name, help=help_text)
    @click.argument("code")
    @units_option
    @on_day
    @at_time
    @pack_option
    @as_staff
    @as_json
    def command(code: str, units: int, pack: str, as_name: str, *, as_json: bool, **when: Any) -> None:
        _move(code, as_name, lambda at: NewMovement(kind, units, at, pack), when, as_json=as_json)

    return command


dispense = _movement("dispense", MovementKind.DISPENSED, "Tablets are given out to CODE.")
take_back = _movement("return", MovementKind.RETURNED, "CODE has brought tablets back.")
lose = _movement("lose", MovementKind.LOST, "CODE has lost tablets, or thrown them away.")


@tablets.command("count")
@click.argument("code")
@units_option
@on_day
@at_time
@click.option("--told", is_flag=True, help="CODE has counted, and said so on the phone: unverified.")
@as_staff
@as_json
def count(code: str, units: int, as_name: str, *, told: bool, as_json: bool, **when: Any) -> None:
    """So many tablets of CODE are left."""
    source = MovementSource.PARTICIPANT if told else MovementSource.STAFF
    counted = MovementKind.COUNTED
    _move(code, as_name, lambda at: NewMovement(counted, units, at, source=source), when, as_json=as_json)


@tablets.command("correct")
@click.argument("code")
@click.argument("number", type=click.IntRange(min=1))
@click.option("--units", type=int, help="How many tablets.")
@click.option("--on", "on", type=Day(), help="The day it happened; with --at.")
@click.option("--at", "at", type=WallTime(), help="The time of that day; with --on.")
@click.option("--pack", help="The lot.")
@click.option("--entered-in-error", "in_error", is_flag=True, help="The movement should never have been.")
@reason
@as_staff
@as_json
def correct(
    code: str, number: int, reason: str, as_name: str, on: date | None, at: time | None, *, as_json: bool, **given: Any
) -> None:
    """Correct movement NUMBER of CODE: a new version. The old one stays."""
    if (on is None) != (at is None):
        raise click.UsageError("a moment has a day and a time: --on with --at")
    named = {name: value for name, value in given.items() if value not in (None, False)}

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, KNOWS_NAMES) as (change, staff):
            one = await theirs(change, code)
            moved = {"moved_at": moment(on, at, ZoneInfo(one.tz))} if on is not None and at is not None else {}
            row = await correct_movement(change, one, number, named | moved, staff, office.trial, reason=reason)
            return movement_values(row, one) | box_values(await box_of(change.session, one, office.trial, change.at))

    _tell(code, written(command), as_json=as_json)


@tablets.command("list")
@click.argument("code")
@click.option("--versions", is_flag=True, help="Every version, not the newest alone.")
@as_reader
@as_json
def list_all(code: str, as_name: str | None, *, versions: bool, as_json: bool) -> None:
    """List the movements of CODE, and what should be left by the reports."""

    async def command(office: Office) -> dict[str, Any]:
        actor = await reader(office, as_name)
        async with office.store.read() as session:
            one = await access_participant(session, actor, code)
            rows = await (movement_versions if versions else newest_movements)(session, one.id)
            box = await box_of(session, one, office.trial, office.clock.now())
        return {"movements": [movement_values(row, one) for row in rows], **box_values(box)}

    found = run(command)
    if as_json:
        click.echo(json_text(found), nl=False)
        return
    cells = [[row[name] for name in COLUMNS] for row in found["movements"]]
    click.echo(text_table(list(COLUMNS.values()), cells), nl=False)
    click.echo(_left(found))


def _move(
    code: str, as_name: str, new: Callable[[datetime], NewMovement], when: Mapping[str, Any], *, as_json: bool
) -> None:
    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, KNOWS_NAMES) as (change, staff):
            one = await theirs(change, code)
            moved = new(_moment(one, **when, now=change.at))
            row = await move_tablets(change, one, moved, staff, office.trial)
            return movement_values(row, one) | box_values(await box_of(change.session, one, office.trial, change.at))

    _tell(code, written(command), as_json=as_json)


def _moment(one: Participant, on: date | None, at: time | None, *, now: datetime) -> datetime:
    """A wall time of a day; without both now, of an earlier day noon."""
    zone = ZoneInfo(one.tz)
    day = on if on is not None else local_date(now, zone)
    if at is None:
        return now if day == local_date(now, zone) else moment(day, NOON, zone)
    return moment(day, at, zone)


def movement_values(row: TabletMovement, one: Participant) -> dict[str, Any]:
    """One version for a table or JSON."""
    return {
        "participant_code": one.code,
        "number": row.number,
        "version": row.version,
        "kind": row.kind,
        "units": row.units,
        "strength_mg": row.strength_mg,
        "moved_at": row.moved_at,
        "moved_at_local": f"{row.moved_at.astimezone(ZoneInfo(one.tz)):%Y-%m-%d %H:%M}",
        "pack": row.pack or None,
        "source": row.source,
        "in_error": row.in_error,
        "recorded_by": row.recorded_by,
        "recorded_at": row.recorded_at,
        "reason": row.reason or None,
    }


def box_values(box: Box | None) -> dict[str, Any]:
    """What should be left; nothing where nothing was ever given out."""
    return {
        "expected_low": box.expected.low if box else None,
        "expected_high": box.expected.high if box else None,
        "likely_low": box.likely.low if box else None,
        "likely_high": box.likely.high if box else None,
        "runs_out_on": box.runs_out_on if box else None,
        "refill_due_on": box.refill_due_on if box else None,
    }


def _left(values: dict[str, Any]) -> str:
    if values["expected_low"] is None:
        return "No tablets were given out."
    expected = _between(UnitBounds(values["expected_low"], values["expected_high"]))
    likely = _between(UnitBounds(values["likely_low"], values["likely_high"]))
    said = [f"Left by the reports: {expected}."]
    said += [f"Since the newest count: {likely}."] if likely != expected else []
    if values["runs_out_on"]:
        said.append(f"They last until {values['runs_out_on']}; a refill is asked for from {values['refill_due_on']}.")
    return " ".join(said)


def _between(units: UnitBounds) -> str:
    return str(units.low) if units.low == units.high else f"{units.low} to {units.high}"


def _tell(code: str, values: dict[str, Any], *, as_json: bool) -> None:
    what = "entered in error" if values["in_error"] else f"{values['kind']} {values['units']}"
    tell(values, f"{code}: movement {values['number']}, {what}. {_left(values)}", as_json=as_json)
