"""`anshi month-six`: what an investigator decided at month 6, with the months on the drug."""

from datetime import date
from typing import Any

import click

from actions.month_six import correct_month_six, decide_month_six
from actions.numbered import newest, versions
from app.acting import DECIDES, acting, reader, theirs
from app.commands.form_options import written
from app.commands.options import Day, as_json, as_reader, as_staff, reason, show, tell
from app.office import Office, run
from models.access import access_participant, access_participants
from models.lab import MonthSixDecision
from protocol.month_six import MonthSixChoice

COLUMNS = {
    "participant_code": "participant",
    "number": "no.",
    "version": "version",
    "choice": "choice",
    "decided_on": "decided",
    "months_on_drug": "months on the drug",
    "recorded_by": "by",
    "in_error": "in error",
    "reason": "reason",
}
CHOICES = click.Choice([one.value for one in MonthSixChoice])


@click.group("month-six")
def month_six() -> None:
    """The decision at month 6: a record, and no order."""


@month_six.command("decide")
@click.argument("code")
@click.argument("choice", type=CHOICES)
@click.option("--on", "decided_on", type=Day(), required=True, help="The day of the decision.")
@click.option("--reason", default="", help="Why; needed to stop, and where the months on the drug are too few.")
@as_staff
@as_json
def decide(code: str, choice: str, decided_on: date, reason: str, as_name: str, *, as_json: bool) -> None:
    """An investigator decides for CODE. It orders nothing: `disposition drug-stopped` ends the doses."""
    chosen = MonthSixChoice(choice)

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, DECIDES) as (change, staff):
            one = await theirs(change, code)
            row = await decide_month_six(change, one, chosen, decided_on, staff, office.trial, reason=reason)
            return decision_values(row, one.code)

    _tell(written(command), as_json=as_json)


@month_six.command("correct")
@click.argument("code")
@click.argument("number", type=click.IntRange(min=1))
@click.option("--choice", type=CHOICES, help="What was decided.")
@click.option("--on", "decided_on", type=Day(), help="The day of the decision.")
@click.option("--entered-in-error", "in_error", is_flag=True, help="It was never decided.")
@reason
@as_staff
@as_json
def correct(code: str, number: int, reason: str, as_name: str, *, as_json: bool, **given: Any) -> None:
    """Correct decision NUMBER of CODE: a new version. The old one stays."""
    said = {name: value for name, value in given.items() if value not in (None, False)}
    if "choice" in said:
        said["choice"] = MonthSixChoice(said["choice"])

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, DECIDES) as (change, staff):
            one = await theirs(change, code)
            row = await correct_month_six(change, one, number, said, staff, office.trial, reason=reason)
            return decision_values(row, one.code)

    _tell(written(command), as_json=as_json)


@month_six.command("list")
@click.argument("code", required=False)
@click.option("--versions", "every", is_flag=True, help="Every version, not the newest alone.")
@as_reader
@as_json
def list_all(code: str | None, as_name: str | None, *, every: bool, as_json: bool) -> None:
    """List the decisions, of everybody or of CODE."""
    rows_of = versions if every else newest

    async def command(office: Office) -> list[dict[str, Any]]:
        actor = await reader(office, as_name)
        async with office.store.read() as session:
            people = [await access_participant(session, actor, code)] if code else None
            return [
                decision_values(row, one.code)
                for one in people or await access_participants(session, actor)
                for row in await rows_of(session, MonthSixDecision, one.id)
            ]

    show(run(command), COLUMNS, as_json=as_json)


def _tell(values: dict[str, Any], *, as_json: bool) -> None:
    said = f"{values['choice']}, decided on {values['decided_on']} after {values['months_on_drug']} months on the drug"
    if values["in_error"]:
        said = "entered in error"
    elif values["choice"] is MonthSixChoice.STOP:
        said += "; `anshi disposition drug-stopped` ends the doses"
    tell(values, f"{values['participant_code']}: decision {values['number']}: {said}.", as_json=as_json)


def decision_values(row: MonthSixDecision, code: str) -> dict[str, Any]:
    """One version for a table or JSON."""
    kept = {name: value for name, value in row.values().items() if name not in ("id", "participant_id")}
    return kept | {"participant_code": code, "reason": row.reason or None, "recorded_by": row.recorded_by}
