"""`anshi lab`: draws and laboratory results, each by its number; the hardly possible is typed a second time."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import click

from actions.labs import (
    NewDraw,
    NewResult,
    correct_draw,
    correct_result,
    record_draw,
    record_result,
    refuse_result,
    verify_result,
)
from actions.numbered import newest, numbered, versions
from app.acting import KNOWS_NAMES, acting, reader, theirs
from app.commands.form_options import written
from app.commands.options import Day, as_json, as_reader, as_staff, reason, tell
from app.office import Office, run
from models.access import access_participant
from models.lab import Draw, LabResult
from models.participant import Participant
from models.session import Change
from protocol.forms import FormError
from protocol.lab_entry import LabSource
from protocol.lab_grades import reference_grade
from protocol.moments import moment
from reports.tables import json_text, text_table

RESULTS = {
    "number": "no.",
    "version": "version",
    "analyte": "what",
    "shown": "value",
    "given": "as given",
    "drawn_at_local": "drawn",
    "reference_grade": "grade by the table",
    "source": "source",
    "draw_number": "draw",
    "in_error": "in error",
    "reason": "reason",
}
DRAWS = {
    "number": "draw",
    "version": "version",
    "planned_on": "planned",
    "drawn_at_local": "drawn",
    "last_dose_at_local": "last dose",
    "dose_held": "dose waited",
    "in_error": "in error",
    "reason": "reason",
}
CONFIRM = "a grade by the table of CTCAE 5.0 is for an investigator to confirm"


class WallMoment(click.ParamType[datetime]):
    """A moment as it stands on the participant's wall; its zone is the participant's."""

    name = "YYYY-MM-DDTHH:MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        for pattern in ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"):
            try:
                return datetime.strptime(value, pattern)  # noqa: DTZ007  a wall time has no zone
            except ValueError:
                continue
        return self.fail(f"{value!r} is not a day with its time; example: 2026-03-16T08:30", param, ctx)


def result_options(command: Any) -> Any:
    """What stands on the sheet beside the value."""
    options = (
        click.option("--drawn", "drawn_at", type=WallMoment(), help="When the sample was taken."),
        click.option("--resulted", "resulted_at", type=WallMoment(), help="When the laboratory reported it."),
        click.option("--laboratory", help="Which laboratory."),
        click.option("--assay", help="Which assay; needed for a level."),
        click.option("--fasting/--not-fasting", "fasting", default=None, help="Needed for lipids and glucose."),
        click.option("--lower", help="The laboratory's lower limit of normal, in the same unit."),
        click.option("--upper", help="The laboratory's upper limit of normal, in the same unit."),
        click.option("--visit", "visit_id", help="Id of the visit it belongs to."),
        click.option("--draw", "draw_number", type=click.IntRange(min=1), help="Number of the draw it comes from."),
        click.option("--confirm", help="The value once more, where it is hardly possible and stands so."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def draw_options(command: Any) -> Any:
    """What is known of a draw."""
    options = (
        click.option("--planned", "planned_on", type=Day(), help="The day it is planned for."),
        click.option("--drawn", "drawn_at", type=WallMoment(), help="When blood was taken."),
        click.option("--last-dose", "last_dose_at", type=WallMoment(), help="When the last dose before it was."),
        click.option("--dose-waited/--dose-not-waited", "dose_held", default=None, help="Whether the dose waited."),
        click.option("--visit", "visit_id", help="Id of the visit it belongs to."),
    )
    for option in reversed(options):
        command = option(command)
    return command


in_error = click.option("--entered-in-error", "in_error", is_flag=True, help="It should never have been.")


@click.group("lab")
def lab() -> None:
    """Blood levels and laboratory results."""


@lab.command("record")
@click.argument("code")
@click.argument("analyte")
@click.argument("value")
@click.argument("unit")
@result_options
@click.option(
    "--told", is_flag=True, help="CODE has told it, from a laboratory elsewhere: in no report before it is verified."
)
@as_staff
@as_json
def record(
    code: str, as_name: str, *, told: bool, confirm: str | None, as_json: bool, drawn_at: datetime | None, **given: Any
) -> None:
    """Record a VALUE of CODE with the UNIT on the sheet. ANALYTE is a key of [labs] in the protocol file."""
    said = {name: value for name, value in given.items() if value is not None}
    source = LabSource.PARTICIPANT if told else LabSource.STAFF

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, KNOWS_NAMES) as (change, staff):
            one = await theirs(change, code)
            said["drawn_at"] = await _drawn(change, one, drawn_at, given["draw_number"])
            new = NewResult(source=source, **_in_zone(said, one))
            row = await record_result(change, one, new, staff.name, office.trial, confirm=confirm)
            return result_values(row, one)

    _tell_result(code, written(command), as_json=as_json)


@lab.command("correct")
@click.argument("code")
@click.argument("number", type=click.IntRange(min=1))
@click.option("--value", help="The value on the sheet.")
@click.option("--unit", help="Its unit.")
@result_options
@in_error
@reason
@as_staff
@as_json
def correct(
    code: str, number: int, reason: str, as_name: str, *, confirm: str | None, as_json: bool, **given: Any
) -> None:
    """Correct result NUMBER of CODE: a new version. The old one stays."""
    said = {name: value for name, value in given.items() if value not in (None, False) or name == "fasting"}
    said = {name: value for name, value in said.items() if value is not None}

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, KNOWS_NAMES) as (change, staff):
            one = await theirs(change, code)
            row = await correct_result(
                change, one, number, _in_zone(said, one), staff.name, office.trial, reason=reason, confirm=confirm
            )
            return result_values(row, one)

    _tell_result(code, written(command), as_json=as_json)


@lab.command("verify")
@click.argument("code")
@click.argument("number", type=click.IntRange(min=1))
@result_options
@click.option("--refuse", is_flag=True, help="It is left aside, as where the sheet has another value; with --reason.")
@click.option("--reason", default="", help="Why it is refused.")
@as_staff
@as_json
def verify(
    code: str, number: int, reason: str, as_name: str, *, refuse: bool, confirm: str | None, as_json: bool, **given: Any
) -> None:
    """Result NUMBER of CODE, told by CODE, stands so on the sheet: it becomes a result. Until then no report has it."""
    said = {name: value for name, value in given.items() if value is not None}
    if refuse and (said or confirm):
        raise click.UsageError("--refuse takes nothing over: leave out what stands on the sheet")
    if reason and not refuse:
        raise click.UsageError("--reason is about --refuse")

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, KNOWS_NAMES) as (change, staff):
            one = await theirs(change, code)
            if refuse:
                row = await refuse_result(change, one, number, staff.name, reason=reason)
            else:
                seen = _in_zone(said, one)
                row = await verify_result(change, one, number, seen, staff.name, office.trial, confirm=confirm)
            return result_values(row, one)

    values = written(command)
    if refuse:
        tell(values, f"{code}: result {number}, told by {code}, is refused.", as_json=as_json)
    else:
        _tell_result(code, values, as_json=as_json)


@lab.command("draw")
@click.argument("code")
@draw_options
@click.option("--number", type=click.IntRange(min=1), help="A draw that is recorded already, as one that was planned.")
@in_error
@click.option("--reason", default="", help="Why it is corrected; with --number.")
@as_staff
@as_json
def draw(
    code: str, number: int | None, reason: str, as_name: str, *, in_error: bool, as_json: bool, **given: Any
) -> None:
    """A draw for a level of CODE: planned, or done; with --number what is known of an earlier one by now."""
    if number is None and (in_error or reason):
        raise click.UsageError("--entered-in-error and --reason are about a recorded draw: give its --number")
    said = {name: value for name, value in given.items() if value is not None} | (
        {"in_error": True} if in_error else {}
    )

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, KNOWS_NAMES) as (change, staff):
            one = await theirs(change, code)
            told = _in_zone(said, one)
            if number is None:
                row = await record_draw(change, one, NewDraw(**told), staff.name)
            else:
                row = await correct_draw(change, one, number, told, staff.name, reason=reason)
            return draw_values(row, one)

    values = written(command)
    said_of = "was entered in error" if values["in_error"] else values["drawn_at_local"] or f"on {values['planned_on']}"
    tell(values, f"{code}: draw {values['number']}, version {values['version']}: {said_of}.", as_json=as_json)


@lab.command("list")
@click.argument("code")
@click.option("--versions", "every", is_flag=True, help="Every version, not the newest alone.")
@as_reader
@as_json
def list_all(code: str, as_name: str | None, *, every: bool, as_json: bool) -> None:
    """List the draws and results of CODE."""
    rows_of = versions if every else newest

    async def command(office: Office) -> dict[str, Any]:
        actor = await reader(office, as_name)
        async with office.store.read() as session:
            one = await access_participant(session, actor, code)
            results, draws = await rows_of(session, LabResult, one.id), await rows_of(session, Draw, one.id)
        return {
            "draws": [draw_values(row, one) for row in draws],
            "results": [result_values(row, one) for row in results],
        }

    found = run(command)
    if as_json:
        click.echo(json_text(found), nl=False)
        return
    for name, columns in (("draws", DRAWS), ("results", RESULTS)):
        cells = [[row[column] for column in columns] for row in found[name]]
        click.echo(text_table(list(columns.values()), cells), nl=False)
    click.echo(f"{CONFIRM[0].upper()}{CONFIRM[1:]}.")


async def _drawn(change: Change, one: Participant, drawn_at: datetime | None, number: int | None) -> datetime:
    """When the sample was taken: as said, or as its draw has it."""
    if drawn_at is not None:
        return drawn_at
    if number is None:
        raise FormError(["drawn: say when the sample was taken, or which draw it comes from"])
    of_draw = (await numbered(change, Draw, one.id, number)).drawn_at
    if of_draw is None:
        raise FormError([f"draw {number} is planned only; record when blood was taken"])
    return of_draw


def _in_zone(said: dict[str, Any], one: Participant) -> dict[str, Any]:
    """Wall times as moments in the participant's zone."""
    zone = ZoneInfo(one.tz)
    return {
        name: moment(value.date(), value.time(), zone)
        if isinstance(value, datetime) and value.tzinfo is None
        else value
        for name, value in said.items()
    }


def _tell_result(code: str, values: dict[str, Any], *, as_json: bool) -> None:
    said = [f"{code}: {values['analyte']} {values['shown']}, result {values['number']}, version {values['version']}."]
    if values["in_error"]:
        said = [f"{code}: result {values['number']} was entered in error."]
    elif values["reference_grade"]:
        said.append(f"Grade {values['reference_grade']}: {CONFIRM}.")
    tell(values, "\n".join(said), as_json=as_json)


def result_values(row: LabResult, one: Participant) -> dict[str, Any]:
    """One version for a table or JSON."""
    lower, upper = (None if limit is None else Decimal(str(limit)) for limit in (row.lower_limit, row.upper_limit))
    told = row.source is LabSource.PARTICIPANT  # no result yet, hence no grade
    grade = None if told else reference_grade(row.analyte, row.exact(), row.bound, lower=lower, upper=upper)
    sign = {"below": "<", "above": ">"}.get(row.bound, "")
    kept = {name: value for name, value in row.values().items() if name not in ("id", "participant_id")}
    return kept | {
        "participant_code": one.code,
        "shown": f"{sign}{row.value:.6g} {row.unit}",
        "given": f"{sign}{row.given_value} {row.given_unit}",
        "drawn_at_local": _local(row.drawn_at, one),
        "reference_grade": grade.grade if grade else None,
        "reference_basis": f"{grade.term}, {grade.basis}" if grade else None,
        "reason": row.reason or None,
        "recorded_by": row.recorded_by,
    }


def draw_values(row: Draw, one: Participant) -> dict[str, Any]:
    """One version for a table or JSON."""
    kept = {name: value for name, value in row.values().items() if name not in ("id", "participant_id")}
    return kept | {
        "participant_code": one.code,
        "drawn_at_local": _local(row.drawn_at, one),
        "last_dose_at_local": _local(row.last_dose_at, one),
        "reason": row.reason or None,
        "recorded_by": row.recorded_by,
    }


def _local(at: datetime | None, one: Participant) -> str | None:
    return None if at is None else f"{at.astimezone(ZoneInfo(one.tz)):%Y-%m-%d %H:%M}"
