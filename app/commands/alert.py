"""`anshi alert`: matters for staff, oldest and most urgent first."""

from typing import Any

import click
from sqlmodel import col, select

from actions.alerts import AlertGoneError, acknowledge, close
from app.acting import FOLLOWS_UP, acting, reader
from app.commands.options import as_json, as_reader, as_staff, show, tell
from app.office import Office, OfficeError, run
from models.access import access_alert, site_wall
from models.alert import Alert
from models.participant import Participant
from protocol.terms import Level

COLUMNS = {
    "id": "id",
    "level": "level",
    "kind": "kind",
    "participant_code": "participant",
    "times": "times",
    "opened_at": "opened",
    "acknowledged_by": "seen by",
    "outcome": "outcome",
}
URGENCY = list(Level)


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
        query = (
            select(Alert, Participant.code)
            .join(Participant, col(Participant.id) == col(Alert.participant_id), isouter=True)
            .where(site_wall(actor, Alert.site_code))
            .order_by(col(Alert.opened_at))
        )
        if not closed:
            query = query.where(col(Alert.closed_at).is_(None))
        if site is not None:
            query = query.where(Alert.site_code == site)
        async with office.store.read() as session:
            rows = (await session.execute(query)).all()
        return sorted((alert_values(*row) for row in rows), key=lambda row: URGENCY.index(row["level"]))

    show(run(command), COLUMNS, as_json=as_json)


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
@as_staff
@as_json
def close_one(alert_id: str, outcome: str, as_name: str, *, as_json: bool) -> None:
    """Close it with what came of it."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            await access_alert(change.session, change.actor, alert_id)
            try:
                return alert_values(await close(change, alert_id, staff.name, outcome), None)
            except AlertGoneError:
                raise OfficeError(f"alert {alert_id} is closed already") from None

    tell(run(command), f"Alert {alert_id} is closed.", as_json=as_json)


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
        "acknowledged_at": one.acknowledged_at,
        "acknowledged_by": one.acknowledged_by,
        "closed_at": one.closed_at,
        "closed_by": one.closed_by,
        "outcome": one.outcome or None,
    }
