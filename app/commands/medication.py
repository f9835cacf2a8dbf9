"""`anshi medication`: what participants take beside the study drug; a strong interaction reaches the investigator."""

from typing import Any

import click

from actions.medications import correct_medication, record_medication, sign_medication
from app.acting import KNOWS_NAMES, acting, theirs
from app.commands.form_options import (
    KnownDay,
    KnownDayOrNone,
    changes_of,
    form_of,
    form_values,
    in_error,
    listing,
    narrative,
    signing,
    texts,
    version,
    versions,
    written,
)
from app.commands.options import as_json, as_reader, as_staff, reason, tell
from app.office import Office
from models.medication import Medication
from protocol.medication import MedicationFacts

COLUMNS = {
    "medicine": "medicine",
    "amount": "amount",
    "indication": "for",
    "started_on": "from",
    "ended_on": "until",
    "interacts": "interacts",
    "strong": "strong",
}


@click.group("medication")
def medication() -> None:
    """Concomitant medications: recorded, corrected, signed."""


@medication.command("add")
@click.argument("code")
@click.option("--name", "medicine", required=True, help="As it stands on the box.")
@click.option("--amount", default="", help="How much and how often, as written.")
@click.option("--for", "indication", default="", help="What it is taken for.")
@click.option("--from", "started_on", type=KnownDay(), help="Its first day; none: nobody knows.")
@click.option("--until", "ended_on", type=KnownDay(), help="Its last day; none: still taken.")
@narrative
@as_staff
@as_json
def add(code: str, as_name: str, *, narrative: str | None, as_json: bool, **given: Any) -> None:
    """Record a medicine of CODE; an interacting one is named, a strong one reaches the investigator at once."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, KNOWS_NAMES) as (change, staff):
            one = await theirs(change, code)
            facts = MedicationFacts(**given)
            row = await record_medication(change, one, facts, staff, office.trial, narrative=narrative or "")
            return await form_values(change.session, one.code, row, medication_values)

    _tell(written(command), as_json=as_json)


@medication.command("correct")
@click.argument("form_id", metavar="ID")
@click.option("--name", "medicine", help="As it stands on the box.")
@click.option("--amount", help="How much and how often.")
@click.option("--for", "indication", help="What it is taken for.")
@click.option("--from", "started_on", type=KnownDayOrNone(), help="Its first day.")
@click.option("--until", "ended_on", type=KnownDayOrNone(), help="Its last day.")
@narrative
@in_error
@reason
@as_staff
@as_json
def correct(form_id: str, reason: str, as_name: str, *, narrative: str | None, as_json: bool, **given: Any) -> None:
    """Correct a medication, as when it has ended: a new version. The old one stays."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, KNOWS_NAMES) as (change, staff):
            one, old = await form_of(change, Medication, form_id)
            row = await correct_medication(
                change, one, old, changes_of(given), staff, office.trial, reason=reason, narrative=narrative
            )
            return await form_values(change.session, one.code, row, medication_values)

    _tell(written(command), as_json=as_json)


@medication.command("sign")
@click.argument("form_id", metavar="ID")
@version
@as_staff
@as_json
def sign(form_id: str, version: int, as_name: str, *, as_json: bool) -> None:
    """An investigator signs one version; a later correction is unsigned again."""
    values = signing(Medication, medication_values, sign_medication, form_id, version, as_name)
    tell(values, f"{values['medicine']}: version {version} is signed by {values['signed_by']}.", as_json=as_json)


@medication.command("list")
@click.argument("code", required=False)
@versions
@texts
@as_reader
@as_json
def list_all(code: str | None, as_name: str | None, *, versions: bool, texts: bool, as_json: bool) -> None:
    """List medications, of everybody or of CODE, and which are signed."""
    listing(Medication, medication_values, COLUMNS, code, as_name, versions=versions, texts=texts, as_json=as_json)


def _tell(values: dict[str, Any], *, as_json: bool) -> None:
    said = [f"{values['participant_code']}: {values['medicine']}, version {values['version']}, form {values['id']}."]
    if values["in_error"]:
        said = [f"{values['participant_code']}: form {values['id']} was entered in error."]
    elif values["interacts"]:
        said.append(f"It is known to interact: {values['interacts']}.")
    if values["strong"] and values["alert_id"] and not values["in_error"]:
        said.append(f"An investigator is told: alert {values['alert_id']}.")
    if values["signed"].startswith("no longer"):
        said.append("Nobody has signed this version yet: an investigator reads it and signs it anew.")
    tell(values, "\n".join(said), as_json=as_json)


def medication_values(row: Medication) -> dict[str, Any]:
    """What this version says."""
    return {
        "medicine": row.medicine,
        "amount": row.amount or None,
        "indication": row.indication or None,
        "started_on": row.started_on,
        "ended_on": row.ended_on,
        "interacts": row.interacts.replace(",", ", ") or None,
        "strong": row.strong,
    }
