"""`anshi pregnancy`: a pregnancy of a participant or a partner, from the first word of it to its outcome."""

from typing import Any

import click

from actions.pregnancies import correct_pregnancy, record_pregnancy, sign_pregnancy
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
from app.commands.options import Day, as_json, as_reader, as_staff, reason, tell
from app.office import Office
from models.participant import Participant
from models.pregnancy import Pregnancy
from models.session import Change
from protocol.pregnancy import PregnancyFacts, PregnancyOutcome
from protocol.symptoms import Applies

CONCERNS = {"self": Applies.PREGNANCY_SELF, "partner": Applies.PREGNANCY_PARTNER}
OUTCOMES = click.Choice([one.value for one in PregnancyOutcome])
COLUMNS = {
    "concerns": "whose",
    "learned_on": "learned",
    "expected_on": "expected",
    "outcome": "outcome",
    "outcome_on": "on",
}


@click.group("pregnancy")
def pregnancy() -> None:
    """Pregnancies: recorded, followed to the outcome, signed."""


@pregnancy.command("add")
@click.argument("code")
@click.argument("concerns", type=click.Choice(list(CONCERNS)))
@click.option("--learned", "learned_on", type=Day(), required=True, help="When the site learned of it.")
@click.option("--last-period", "last_period_on", type=KnownDay(), help="First day of the last period.")
@click.option("--expected", "expected_on", type=KnownDay(), help="The expected day of birth.")
@click.option("--outcome", type=OUTCOMES, default="ongoing", show_default=True)
@click.option("--outcome-on", type=KnownDay(), help="The day of its outcome.")
@narrative
@as_staff
@as_json
def add(code: str, concerns: str, as_name: str, *, narrative: str | None, as_json: bool, **given: Any) -> None:
    """Record a pregnancy of CODE or the partner. "Take now" waits until an investigator has decided."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, KNOWS_NAMES) as (change, staff):
            one = await theirs(change, code)
            facts = PregnancyFacts(**given | {"concerns": CONCERNS[concerns], **_outcome(given)})
            row = await record_pregnancy(change, one, facts, staff, office.trial, narrative=narrative or "")
            return await _told(change, one, row)

    _tell(written(command), as_json=as_json)


@pregnancy.command("correct")
@click.argument("form_id", metavar="ID")
@click.option("--learned", "learned_on", type=Day(), help="When the site learned of it.")
@click.option("--last-period", "last_period_on", type=KnownDayOrNone(), help="First day of the last period.")
@click.option("--expected", "expected_on", type=KnownDayOrNone(), help="The expected day of birth.")
@click.option("--outcome", type=OUTCOMES, help="What became of it.")
@click.option("--outcome-on", type=KnownDayOrNone(), help="The day of its outcome.")
@narrative
@in_error
@reason
@as_staff
@as_json
def correct(form_id: str, reason: str, as_name: str, *, narrative: str | None, as_json: bool, **given: Any) -> None:
    """Correct a pregnancy, or give its outcome: a new version. The old one stays; no hold is lifted."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, KNOWS_NAMES) as (change, staff):
            one, old = await form_of(change, Pregnancy, form_id)
            changes = changes_of(given) | _outcome(given)
            row = await correct_pregnancy(change, one, old, changes, staff, reason=reason, narrative=narrative)
            return await _told(change, one, row)

    _tell(written(command), as_json=as_json)


@pregnancy.command("sign")
@click.argument("form_id", metavar="ID")
@version
@as_staff
@as_json
def sign(form_id: str, version: int, as_name: str, *, as_json: bool) -> None:
    """An investigator signs one version; a later correction is unsigned again."""
    values = signing(Pregnancy, pregnancy_values, sign_pregnancy, form_id, version, as_name)
    tell(values, f"Version {version} is signed by {values['signed_by']}.", as_json=as_json)


@pregnancy.command("list")
@click.argument("code", required=False)
@versions
@texts
@as_reader
@as_json
def list_all(code: str | None, as_name: str | None, *, versions: bool, texts: bool, as_json: bool) -> None:
    """List pregnancies, of everybody or of CODE, and which are signed."""
    listing(Pregnancy, pregnancy_values, COLUMNS, code, as_name, versions=versions, texts=texts, as_json=as_json)


def _outcome(given: dict[str, Any]) -> dict[str, Any]:
    return {"outcome": PregnancyOutcome(given["outcome"])} if given["outcome"] else {}


async def _told(change: Change, one: Participant, row: Pregnancy) -> dict[str, Any]:
    values = await form_values(change.session, one.code, row, pregnancy_values)
    return values | {"doses_wait": one.blocked_at is not None}


def _tell(values: dict[str, Any], *, as_json: bool) -> None:
    said = [f"{values['participant_code']}: {values['outcome']}, version {values['version']}, form {values['id']}."]
    if values["in_error"]:
        said = [f"{values['participant_code']}: form {values['id']} was entered in error."]
    if values["doses_wait"]:
        said.append(
            f"Doses wait until an investigator decides: `anshi dose-order resume {values['participant_code']}`."
        )
    if values["signed"].startswith("no longer"):
        said.append("Nobody has signed this version yet: an investigator reads it and signs it anew.")
    tell(values, "\n".join(said), as_json=as_json)


def pregnancy_values(row: Pregnancy) -> dict[str, Any]:
    """What this version says."""
    whose = next(word for word, applies in CONCERNS.items() if applies is row.concerns)
    return {
        "concerns": whose,
        "learned_on": row.learned_on,
        "last_period_on": row.last_period_on,
        "expected_on": row.expected_on,
        "outcome": row.outcome,
        "outcome_on": row.outcome_on,
    }
