"""`anshi participant`: who takes part, by code; names are shown only to those who give a reason."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import click
from sqlmodel import col, func, select

from actions.facts import consents_given
from actions.identity import reveal as reveal_identity
from actions.planning import orders_of
from app.acting import KNOWS_NAMES, acting, reader, theirs
from app.commands.enrolling import consent, eligibility, enrol, invite
from app.commands.leaving import by_phone, consent_withdrawn, died, unlink, withdraw
from app.commands.options import as_json, as_reader, show, tell
from app.commands.zone import zone
from app.office import Office, run
from models.access import access_participant, access_participants
from models.alert import Alert
from models.dose import ScheduledDose
from models.identity import ChatLink
from models.participant import Invitation, Participant
from models.session import Change
from protocol.terms import LinkRole

COLUMNS = {
    "code": "code",
    "site": "site",
    "state": "state",
    "channel": "channel",
    "language": "language",
    "tz": "zone",
    "reminder_time": "time",
    "enrolled_at": "enrolled",
}


@click.group("participant")
def participant() -> None:
    """Participants: entry, invitation, chats, leaving."""


for command in (eligibility, consent, enrol, invite, zone, unlink, by_phone, withdraw, died, consent_withdrawn):
    participant.add_command(command)


@participant.command("list")
@click.option("--site", help="One site only.")
@as_reader
@as_json
def list_all(site: str | None, as_name: str | None, *, as_json: bool) -> None:
    """List the participants."""

    async def command(office: Office) -> list[dict[str, Any]]:
        actor = await reader(office, as_name)
        async with office.store.read() as session:
            found = await access_participants(session, actor)
        return [participant_values(one) for one in found if site in (None, one.site_code)]

    show(run(command), COLUMNS, as_json=as_json)


@participant.command("show")
@click.argument("code")
@click.option("--reveal", is_flag=True, help="Name and phone too; audited, needs --as and --reason.")
@click.option("--reason", default="", help="Why the identity has to be known.")
@as_reader
@as_json
def show_one(code: str, as_name: str | None, reason: str, *, reveal: bool, as_json: bool) -> None:
    """Show one participant: orders, next dose, chats, consents, open alerts."""
    if reveal and not (as_name and reason.strip()):
        raise click.UsageError("--reveal needs --as NAME and --reason TEXT")

    async def command(office: Office) -> dict[str, Any]:
        actor = await reader(office, as_name)
        async with office.store.change(at=office.clock.now(), actor=actor) as change:
            found = await access_participant(change.session, actor, code)
            values = participant_values(found) | await _around(change, found)
        if reveal and as_name:
            async with acting(office, as_name, KNOWS_NAMES) as (change, _):
                values |= asdict(await reveal_identity(change, await theirs(change, code), reason))
        return values

    values = run(command, keys_needed=reveal)
    tell(
        values,
        "\n".join(f"{name.replace('_', ' ')}: {_shown(value)}" for name, value in values.items()),
        as_json=as_json,
    )


def participant_values(one: Participant) -> dict[str, Any]:
    """What may be shown of anybody: no name, no phone, no chat."""
    return {
        "code": one.code,
        "site": one.site_code,
        "state": one.state.value,
        "channel": one.channel.value,
        "language": one.language.value,
        "tz": one.tz,
        "reminder_time": f"{one.reminder_time:%H:%M}",
        "food": one.food.value,
        "enrolled_at": one.enrolled_at,
        "set_up_at": one.set_up_at,
        "messages_stopped_at": one.messages_stopped_at,
        "unreachable_at": one.unreachable_at,
        "blocked_reason": one.blocked_reason,
    }


async def _around(change: Change, one: Participant) -> dict[str, Any]:
    session, orders = change.session, await orders_of(change, one)
    chats = await session.execute(
        select(ChatLink.role, ChatLink.linked_at).where(
            ChatLink.participant_id == one.id, col(ChatLink.unlinked_at).is_(None)
        )
    )
    coming = await session.scalar(
        select(ScheduledDose)
        .where(
            ScheduledDose.participant_id == one.id,
            col(ScheduledDose.due_at) > change.at,
            col(ScheduledDose.cancelled_at).is_(None),
        )
        .order_by(col(ScheduledDose.ordinal))
        .limit(1)
    )
    open_alerts = await session.scalar(
        select(func.count()).where(Alert.participant_id == one.id, col(Alert.closed_at).is_(None))
    )
    return {
        "order": {"version": orders[-1].version, "kind": orders[-1].kind, "from_on": orders[-1].from_on}
        if orders
        else None,
        "next_dose": {"due_at": coming.due_at, "units": coming.units, "state": coming.state} if coming else None,
        "chats": [{"role": role, "linked_at": linked_at} for role, linked_at in chats],
        "invitation_open_until": await _open_invitation(change, one),
        "consents": dict(await consents_given(session, one.id)),
        "open_alerts": open_alerts or 0,
    }


async def _open_invitation(change: Change, one: Participant) -> datetime | None:
    found: datetime | None = await change.session.scalar(
        select(func.max(Invitation.expires_at)).where(
            Invitation.participant_id == one.id,
            Invitation.role == LinkRole.OWN,
            col(Invitation.used_at).is_(None),
            col(Invitation.revoked_at).is_(None),
            col(Invitation.expires_at) > change.at,
        )
    )
    return found


def _shown(value: Any) -> str:
    if value is None or value in ([], {}, ""):
        return "–"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}Z"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(part)}" for name, part in value.items())
    if isinstance(value, list):
        return "; ".join(_shown(part) for part in value)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
