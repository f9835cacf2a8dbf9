"""`anshi ae`: adverse events, in one click from a symptom, corrected by versions, signed by an investigator."""

from dataclasses import replace
from typing import Any

import click

from actions.adverse_events import Origin, correct_event, record_event, sign_event
from actions.event_prefill import NO_SOURCE, Prefilled, access_source, of_alert, of_check
from app.acting import KNOWS_NAMES, acting, theirs
from app.commands.event_options import assessed, changes_to, facts_of
from app.commands.form_options import (
    KnownDay,
    form_of,
    form_values,
    in_error,
    listing,
    signing,
    texts,
    version,
    versions,
    written,
)
from app.commands.options import as_json, as_reader, as_staff, reason, tell
from app.commands.sae import access_event
from app.office import Office
from models.access import AccessDeniedError
from models.adverse_event import AdverseEvent
from models.participant import Participant
from models.session import Change
from protocol.adverse_event import EventOutcome
from protocol.forms import FormError
from protocol.terms import ParticipantState

COLUMNS = {
    "term": "term",
    "started_on": "onset",
    "ended_on": "end",
    "grade": "grade",
    "serious": "serious",
    "causality": "causality",
    "action": "action",
    "outcome": "outcome",
}
OWN_WORDS = "term: it was told in own words; read them, `anshi symptom show` or `anshi message list`, and give --term"


@click.group("ae")
def ae() -> None:
    """Adverse events: from a symptom, corrected, signed."""


@ae.command("add")
@click.argument("code")
@click.option("--term", required=True, help="The event in a few words; no name, no number.")
@click.option("--onset", "started_on", type=KnownDay(), required=True, help="Its first day.")
@assessed
@as_staff
@as_json
def add(code: str, as_name: str, *, as_json: bool, **given: Any) -> None:
    """Record an adverse event of CODE. What is not known yet is added by a correction."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, KNOWS_NAMES) as (change, staff):
            one = await theirs(change, code)
            origin = await _named(change, one, Origin(), given["safety_event_id"])
            row = await record_event(
                change, one, facts_of(given), staff, office.trial, origin=origin, narrative=given["narrative"] or ""
            )
            return await _told(change, one, row)

    _tell(written(command), as_json=as_json)


@ae.command("from-symptom")
@click.argument("source", metavar="CHECK_OR_ALERT")
@click.option("--item", help="The symptom, where the check has several.")
@click.option("--term", help="Other words than the prefilled ones.")
@click.option("--onset", "started_on", type=KnownDay(), help="Another first day than that of the report.")
@assessed
@as_staff
@as_json
def from_symptom(source: str, item: str | None, as_name: str, *, as_json: bool, **given: Any) -> None:
    """Make an adverse event of a symptom: participant, term, first day and possible SAE are filled in."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, KNOWS_NAMES) as (change, staff):
            one, found = await _prefilled(change, office, source, item)
            told = given | {
                "term": given["term"] or found.term,
                "started_on": given["started_on"] or found.started_on,
            }
            if not told["term"]:
                raise FormError([OWN_WORDS])
            origin = await _named(change, one, found.origin, given["safety_event_id"])
            row = await record_event(
                change, one, facts_of(told), staff, office.trial, origin=origin, narrative=given["narrative"] or ""
            )
            return await _told(change, one, row)

    _tell(written(command), as_json=as_json)


@ae.command("correct")
@click.argument("form_id", metavar="ID")
@click.option("--term", help="The event in a few words.")
@click.option("--onset", "started_on", type=KnownDay(), help="Its first day.")
@assessed
@in_error
@reason
@as_staff
@as_json
def correct(form_id: str, reason: str, as_name: str, *, as_json: bool, **given: Any) -> None:
    """Correct an adverse event: a new version, which nobody has signed. The old one stays."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, KNOWS_NAMES) as (change, staff):
            one, old = await form_of(change, AdverseEvent, form_id)
            changes = changes_to(given, old)
            if given["safety_event_id"]:
                changes["safety_event_id"] = (
                    await _named(change, one, Origin(), given["safety_event_id"])
                ).safety_event_id
            row = await correct_event(
                change, one, old, changes, staff, office.trial, reason=reason, narrative=given["narrative"]
            )
            return await _told(change, one, row)

    _tell(written(command), as_json=as_json)


@ae.command("sign")
@click.argument("form_id", metavar="ID")
@version
@as_staff
@as_json
def sign(form_id: str, version: int, as_name: str, *, as_json: bool) -> None:
    """An investigator signs one version; a later correction is unsigned again."""
    values = signing(AdverseEvent, event_values, sign_event, form_id, version, as_name)
    tell(values, f"{values['term']}: version {version} is signed by {values['signed_by']}.", as_json=as_json)


@ae.command("list")
@click.argument("code", required=False)
@versions
@texts
@as_reader
@as_json
def list_all(code: str | None, as_name: str | None, *, versions: bool, texts: bool, as_json: bool) -> None:
    """List adverse events, of everybody or of CODE, and which are signed."""
    listing(AdverseEvent, event_values, COLUMNS, code, as_name, versions=versions, texts=texts, as_json=as_json)


async def _prefilled(change: Change, office: Office, source: str, item: str | None) -> tuple[Participant, Prefilled]:
    code, alert, check = await access_source(change, source)
    one = await theirs(change, code)
    if check is not None:
        return one, await of_check(change, one, check, office.trial, item=item, alert=alert)
    if alert is None:
        raise AccessDeniedError(NO_SOURCE)
    return one, await of_alert(change, one, alert)


async def _named(change: Change, one: Participant, origin: Origin, event_id: str | None) -> Origin:
    if event_id is None:
        return origin
    event = await access_event(change, event_id)
    if event.participant_id != one.id:
        raise AccessDeniedError("there is no such event here")
    return replace(origin, safety_event_id=event.id)


async def _told(change: Change, one: Participant, row: AdverseEvent) -> dict[str, Any]:
    values = await form_values(change.session, one.code, row, event_values)
    died = row.outcome is EventOutcome.FATAL and one.state is not ParticipantState.DIED
    return values | {"death_to_record": died, "doses_wait": one.blocked_at is not None}


def _tell(values: dict[str, Any], *, as_json: bool) -> None:
    said = [f"{values['participant_code']}: {values['term']}, version {values['version']}, form {values['id']}."]
    if values["in_error"]:
        said = [f"{values['participant_code']}: form {values['id']} was entered in error."]
    elif values["serious"]:
        said.append(f"Serious: report it at once; `anshi sae open {values['safety_event_id']}` says until when.")
    elif values["safety_event_id"] and values["serious"] is False:
        said.append(f"Its possible SAE, {values['safety_event_id']}, stays until an investigator has judged it.")
    if values["signed"].startswith("no longer"):
        said.append("Nobody has signed this version yet: an investigator reads it and signs it anew.")
    if values["death_to_record"]:
        said.append(f"Record the death too: `anshi participant died {values['participant_code']}`.")
    tell(values, "\n".join(said), as_json=as_json)


def event_values(row: AdverseEvent) -> dict[str, Any]:
    """What this version says."""
    return {
        "term": row.term,
        "started_on": row.started_on,
        "ended_on": row.ended_on,
        "grade": row.grade,
        "ctcae_version": row.ctcae_version,
        "serious": row.serious,
        "criteria": [one for one in row.criteria.split(",") if one],
        "causality": row.causality,
        "action": row.action,
        "outcome": row.outcome,
        "check_id": row.check_id,
        "item": row.item,
        "safety_event_id": row.safety_event_id,
    }
