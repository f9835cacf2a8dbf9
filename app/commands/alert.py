"""`anshi alert`: matters for staff, the most urgent first."""

from typing import Any

import click

from actions.alerts import AlertGoneError, acknowledge, close, note_seen, take_over
from app.acting import FOLLOWS_UP, acting, reader
from app.commands.options import as_json, as_reader, as_staff, show, tell
from app.office import Office, OfficeError, run
from models.access import access_alert, site_wall
from models.alert import Alert
from models.open_alerts import RankedAlert, ranked_alerts, still_open
from models.participant import Participant
from models.session import Change

COLUMNS = {
    "id": "id",
    "level": "level",
    "kind": "kind",
    "participant_code": "participant",
    "times": "times",
    "opened_at": "opened",
    "owner": "owner",
    "acknowledged_by": "acknowledged by",
    "outcome": "outcome",
}


@click.group("alert")
def alert() -> None:
    """Matters for staff: listed, acknowledged, closed."""


@alert.command("list")
@click.option("--site", help="One site only.")
@click.option("--closed", is_flag=True, help="Closed ones too.")
@as_reader
@as_json
def list_all(site: str | None, as_name: str | None, *, closed: bool, as_json: bool) -> None:
    """List what is open."""

    async def command(office: Office) -> list[dict[str, Any]]:
        actor = await reader(office, as_name)
        here: list[Any] = [site_wall(actor, Alert.site_code)]
        if not closed:
            here.append(still_open())
        if site is not None:
            here.append(Alert.site_code == site)
        async with office.store.read() as session:
            ranked = await ranked_alerts(session, office.clock.now(), *here)
        ranked.sort(key=lambda one: one.alert.closed_at is not None)
        return [_listed(one) for one in ranked]

    show(run(command), COLUMNS, as_json=as_json)


@alert.command("show")
@click.argument("alert_id", metavar="ID")
@as_staff
@as_json
def show_one(alert_id: str, as_name: str, *, as_json: bool) -> None:
    """Look at one; the first look is kept."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            await access_alert(change.session, change.actor, alert_id)
            found = await note_seen(change, alert_id, staff.name)
            return alert_values(found, await _code(change, found))

    values = run(command)
    show([values], COLUMNS, as_json=as_json)


@alert.command("take")
@click.argument("alert_id", metavar="ID")
@as_staff
@as_json
def take(alert_id: str, as_name: str, *, as_json: bool) -> None:
    """Make it yours; it is acknowledged with that."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            await access_alert(change.session, change.actor, alert_id)
            try:
                return alert_values(await take_over(change, alert_id, staff.name), None)
            except AlertGoneError:
                raise OfficeError(f"alert {alert_id} is closed already") from None

    values = run(command)
    tell(values, f"Taken over by {values['owner']}.", as_json=as_json)


@alert.command("ack")
@click.argument("alert_id", metavar="ID")
@as_staff
@as_json
def ack(alert_id: str, as_name: str, *, as_json: bool) -> None:
    """Say that you have seen it and take care of it."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            await access_alert(change.session, change.actor, alert_id)
            try:
                return alert_values(await acknowledge(change, alert_id, staff.name), None)
            except AlertGoneError:
                raise OfficeError(f"alert {alert_id} is closed already") from None

    values = run(command)
    tell(values, f"Seen by {values['acknowledged_by']}.", as_json=as_json)


@alert.command("close")
@click.argument("alert_id", metavar="ID")
@click.option("--outcome", required=True, help="What came of it.")
@click.option("--action", default="", help="What was done; without it nobody acted upon it.")
@as_staff
@as_json
def close_one(alert_id: str, outcome: str, action: str, as_name: str, *, as_json: bool) -> None:
    """Close it with what came of it."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            await access_alert(change.session, change.actor, alert_id)
            try:
                return alert_values(await close(change, alert_id, staff.name, outcome, action), None)
            except AlertGoneError:
                raise OfficeError(f"alert {alert_id} is closed already") from None

    tell(run(command), f"Alert {alert_id} is closed.", as_json=as_json)


def _listed(one: RankedAlert) -> dict[str, Any]:
    standing = {"possible_sae": one.standing.possible_sae, "overdue": one.standing.overdue}
    return alert_values(one.alert, one.participant.code if one.participant else None) | standing


def alert_values(one: Alert, code: str | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "level": one.level.value,
        "participant_code": code,
        "site": one.site_code,
        "times": one.times,
        "opened_at": one.opened_at,
        "last_at": one.last_at,
        "paged": one.paged,
        "owner": one.owner,
        "seen_at": one.seen_at,
        "seen_by": one.seen_by,
        "next_call_at": one.next_call_at,
        "acknowledged_at": one.acknowledged_at,
        "acknowledged_by": one.acknowledged_by,
        "closed_at": one.closed_at,
        "closed_by": one.closed_by,
        "action": one.action or None,
        "outcome": one.outcome or None,
    }


async def _code(change: Change, one: Alert) -> str | None:
    if one.participant_id is None:
        return None
    return (await change.session.get_one(Participant, one.participant_id)).code
