"""`anshi transfusion`: transfusions that staff know of, each by its number; corrected by one more version."""

from datetime import date
from typing import Any

import click

from actions.numbered import newest, versions
from actions.transfusions import correct_transfusion, record_transfusion
from app.acting import KNOWS_NAMES, acting, reader, theirs
from app.commands.form_options import written
from app.commands.options import Day, as_json, as_reader, as_staff, reason, show, tell
from app.office import Office, run
from models.access import access_participant
from models.transfusion import Transfusion
from protocol.transfusions import BloodKind, BloodUnit, TransfusionFacts, TransfusionSource

COLUMNS = {
    "number": "no.",
    "version": "version",
    "given_on": "given",
    "kind": "what",
    "amount": "amount",
    "unit": "unit",
    "source": "from",
    "recorded_by": "by",
    "in_error": "in error",
    "reason": "reason",
}
amount = click.option("--amount", type=float, help="How much on that day; leave it out where nobody knows.")
unit = click.option(
    "--unit", type=click.Choice([one.value for one in BloodUnit]), help="Its unit; cn_u is 1 U, of 200 mL of blood."
)
SOURCES = click.Choice([one.value for one in TransfusionSource])


@click.group("transfusion")
def transfusion() -> None:
    """Transfusions of red cells that staff know of."""


@transfusion.command("record")
@click.argument("code")
@click.option("--on", "given_on", type=Day(), required=True, help="The day it was given.")
@amount
@unit
@click.option("--source", type=SOURCES, default=TransfusionSource.CHART.value, help="Where it is known from.")
@as_staff
@as_json
def record(
    code: str, given_on: date, amount: float | None, unit: str | None, source: str, as_name: str, *, as_json: bool
) -> None:
    """Record that CODE was given red cells: all of one day is one record. Answers about other days stay as they are."""
    given_in = BloodUnit(unit) if unit else None
    facts = TransfusionFacts(given_on, BloodKind.RED_CELLS, amount, given_in, TransfusionSource(source))

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, KNOWS_NAMES) as (change, staff):
            one = await theirs(change, code)
            return transfusion_values(await record_transfusion(change, one, facts, staff.name), one.code)

    _tell(written(command), as_json=as_json)


@transfusion.command("correct")
@click.argument("code")
@click.argument("number", type=click.IntRange(min=1))
@click.option("--on", "given_on", type=Day(), help="The day it was given.")
@amount
@unit
@click.option("--source", type=SOURCES, help="Where it is known from.")
@click.option("--entered-in-error", "in_error", is_flag=True, help="It never was; what was answered counts again.")
@reason
@as_staff
@as_json
def correct(code: str, number: int, reason: str, as_name: str, *, as_json: bool, **given: Any) -> None:
    """Correct transfusion NUMBER of CODE: a new version. The old one stays."""
    kinds = {"unit": BloodUnit, "source": TransfusionSource}
    said = {
        name: kinds[name](value) if name in kinds else value
        for name, value in given.items()
        if value is not None and value is not False
    }

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, KNOWS_NAMES) as (change, staff):
            one = await theirs(change, code)
            row = await correct_transfusion(change, one, number, said, staff.name, reason=reason)
            return transfusion_values(row, one.code)

    _tell(written(command), as_json=as_json)


@transfusion.command("list")
@click.argument("code")
@click.option("--versions", "every", is_flag=True, help="Every version, not the newest alone.")
@as_reader
@as_json
def list_all(code: str, as_name: str | None, *, every: bool, as_json: bool) -> None:
    """List what staff have recorded of CODE; what was answered in checks is in `anshi symptom show`."""
    rows_of = versions if every else newest

    async def command(office: Office) -> list[dict[str, Any]]:
        actor = await reader(office, as_name)
        async with office.store.read() as session:
            one = await access_participant(session, actor, code)
            return [transfusion_values(row, one.code) for row in await rows_of(session, Transfusion, one.id)]

    show(run(command), COLUMNS, as_json=as_json)


def _tell(values: dict[str, Any], *, as_json: bool) -> None:
    said = f"given on {values['given_on']}, version {values['version']}"
    if values["in_error"]:
        said = "was entered in error; what was answered about its day counts again"
    tell(values, f"{values['participant_code']}: transfusion {values['number']}: {said}.", as_json=as_json)


def transfusion_values(row: Transfusion, code: str) -> dict[str, Any]:
    """One version for a table or JSON."""
    kept = {name: value for name, value in row.values().items() if name not in ("id", "participant_id")}
    return kept | {"participant_code": code, "reason": row.reason or None, "recorded_by": row.recorded_by}
