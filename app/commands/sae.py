"""`anshi sae`: possible serious adverse events, opened, judged, and since when the site was aware."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlmodel import col, select

from actions.alerts import note_seen
from actions.safety_events import SafetyEventError, judge, move_awareness
from app.acting import DECIDES, FOLLOWS_UP, acting, reader
from app.commands.options import as_json, as_reader, as_staff, reason, show, tell
from app.office import Office, OfficeError, run
from models.access import AccessDeniedError, site_wall
from models.participant import Participant
from models.protocol_file import load_trial
from models.safety_event import SafetyEvent
from models.session import Change
from models.site import Site
from protocol.awareness import AwarenessNotMovedError, report_until
from protocol.terms import Verdict
from protocol.trial import Trial

COLUMNS = {
    "id": "id",
    "participant_code": "participant",
    "cause": "cause",
    "recorded_at": "recorded",
    "delivered_at": "delivered",
    "opened_at": "opened",
    "aware_at": "aware",
    "report_until": "outer limit",
    "verdict": "verdict",
}


@click.group()
def sae() -> None:
    """Possible serious adverse events."""


@sae.command("list")
@click.option("--all", "everything", is_flag=True, help="Judged ones too.")
@as_reader
@as_json
def list_all(as_name: str | None, *, everything: bool, as_json: bool) -> None:
    """List what waits for an investigator, the oldest first."""

    async def command(office: Office) -> list[dict[str, Any]]:
        actor, trial = await reader(office, as_name), load_trial(office.settings.protocol_file)
        query = (
            select(SafetyEvent, Participant.code)
            .join(Participant, col(Participant.id) == col(SafetyEvent.participant_id))
            .where(site_wall(actor, SafetyEvent.site_code))
            .order_by(col(SafetyEvent.recorded_at))
        )
        if not everything:
            query = query.where(col(SafetyEvent.verdict) == Verdict.OPEN)
        async with office.store.read() as session:
            return [event_values(event, code, trial) for event, code in (await session.execute(query)).all()]

    show(run(command), COLUMNS, as_json=as_json)


@sae.command("open")
@click.argument("event_id", metavar="ID")
@as_staff
@as_json
def open_one(event_id: str, as_name: str, *, as_json: bool) -> None:
    """Look at one; the first look is when the site became aware of it."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            event = await access_event(change, event_id)
            await note_seen(change, event.alert_id, staff.name)
            return await _values(change, event, office)

    values = run(command)
    tell(values, f"{values['participant_code']}: {values['cause']}, aware since {values['aware_at']}.", as_json=as_json)


def _judging(verdict: Verdict) -> Any:
    async def judged(office: Office, event_id: str, why: str, as_name: str) -> dict[str, Any]:
        async with acting(office, as_name, DECIDES) as (change, staff):
            event = await access_event(change, event_id)
            try:
                await judge(change, event, verdict, staff, why)
            except SafetyEventError as error:
                raise OfficeError(str(error)) from None
            return await _values(change, event, office)

    return judged


@sae.command("confirm")
@click.argument("event_id", metavar="ID")
@reason
@as_staff
@as_json
def confirm(event_id: str, reason: str, as_name: str, *, as_json: bool) -> None:
    """An investigator says that it is serious; report it at once."""
    values = run(lambda office: _judging(Verdict.CONFIRMED)(office, event_id, reason, as_name))
    tell(values, f"Confirmed. Report at once, by {values['report_until']} at the latest.", as_json=as_json)


@sae.command("refute")
@click.argument("event_id", metavar="ID")
@reason
@as_staff
@as_json
def refute(event_id: str, reason: str, as_name: str, *, as_json: bool) -> None:
    """An investigator says that it is not serious."""
    values = run(lambda office: _judging(Verdict.REFUTED)(office, event_id, reason, as_name))
    tell(values, f"{values['participant_code']}: refuted.", as_json=as_json)


@sae.command("aware")
@click.argument("event_id", metavar="ID")
@click.argument("at", type=click.DateTime(["%Y-%m-%dT%H:%M"]))
@click.option("--reason", default="", help="Why; needed where it moves later.")
@as_staff
@as_json
def aware(event_id: str, at: datetime, reason: str, as_name: str, *, as_json: bool) -> None:
    """An investigator says when the site knew, on the site's wall."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, DECIDES) as (change, staff):
            event = await access_event(change, event_id)
            site = await change.session.get_one(Site, event.site_code)
            try:
                await move_awareness(change, event, at.replace(tzinfo=ZoneInfo(site.tz)), staff, reason)
            except AwarenessNotMovedError as error:
                raise OfficeError(str(error)) from None
            return await _values(change, event, office)

    values = run(command)
    tell(values, f"Aware since {values['aware_at']}.", as_json=as_json)


async def access_event(change: Change, event_id: str) -> SafetyEvent:
    """The event of this id within the actor's site, locked. Raises AccessDeniedError."""
    query = select(SafetyEvent).where(col(SafetyEvent.id) == event_id, site_wall(change.actor, SafetyEvent.site_code))
    found: SafetyEvent | None = await change.session.scalar(query.with_for_update())
    if found is None:
        raise AccessDeniedError("there is no such event here")
    return found


async def _values(change: Change, event: SafetyEvent, office: Office) -> dict[str, Any]:
    person = await change.session.get_one(Participant, event.participant_id)
    return event_values(event, person.code, load_trial(office.settings.protocol_file))


def event_values(event: SafetyEvent, code: str, trial: Trial) -> dict[str, Any]:
    return {
        "id": event.id,
        "participant_code": code,
        "alert_id": event.alert_id,
        "cause": event.cause,
        "recorded_at": event.recorded_at,
        "delivered_at": event.delivered_at,
        "opened_at": event.opened_at,
        "aware_at": event.aware_at,
        "report_until": report_until(event.aware_at, trial.sae),
        "verdict": event.verdict.value,
        "verdict_at": event.verdict_at,
        "verdict_by": event.verdict_by,
        "reason": event.reason or None,
    }
