"""`anshi staff invite`, `unlink` and `chats`: the chat in which a member of staff is reached."""

from collections.abc import Sequence
from typing import Any

import click
from sqlmodel import col, select

from actions.staff_chat import end_staff_chats, invite_staff
from app.acting import acting
from app.commands.options import as_json, as_staff, show, tell
from app.invitation import invitation_text, staff_invitation_values
from app.office import Office, OfficeError, run
from models.access import AccessDeniedError, access_staff
from models.session import Change
from models.site import Staff
from models.staff_chat import StaffLink
from protocol.terms import Role

COLUMNS = {
    "name": "name",
    "role": "role",
    "site": "site",
    "language": "language",
    "linked_at": "linked",
    "refused_at": "refused",
}


@click.command("invite")
@click.argument("name")
@as_staff
@as_json
def invite(name: str, as_name: str, *, as_json: bool) -> None:
    """Print a link for one use that makes a chat the chat of NAME; for NAME, or by an administrator."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, tuple(Role)) as (change, actor):
            whose = await _theirs(change, actor, name)
            return await staff_invitation_values(change, await invite_staff(change, whose))

    values = run(command)
    tell({"name": name, "invitation": values}, invitation_text(values), as_json=as_json)


@click.command("unlink")
@click.argument("name")
@as_staff
@as_json
def unlink(name: str, as_name: str, *, as_json: bool) -> None:
    """End the chat of NAME, as when a phone is lost, and any invitation that was not used."""

    async def command(office: Office) -> int:
        async with acting(office, as_name, tuple(Role)) as (change, actor):
            whose = await _theirs(change, actor, name)
            return await end_staff_chats(change, whose.id, reason=f"unlinked by {actor.name}")

    ended = run(command)
    tell({"name": name, "ended": ended}, f"{ended} chats of {name} have ended.", as_json=as_json)


@click.command("chats")
@as_json
def chats(*, as_json: bool) -> None:
    """List who is reached by a chat, and whose chat refuses messages."""

    async def command(office: Office) -> Sequence[Any]:
        async with office.store.read() as session:
            query = select(Staff, StaffLink).join(StaffLink, col(StaffLink.staff_id) == col(Staff.id))
            living = query.where(col(StaffLink.unlinked_at).is_(None)).order_by(col(Staff.name))
            return (await session.execute(living)).all()

    show([_values(*row) for row in run(command)], COLUMNS, as_json=as_json)


async def _theirs(change: Change, actor: Staff, name: str) -> Staff:
    """The own account, or any for an administrator; whose account stays disabled is linked to nothing."""
    found = await access_staff(change.session, name)
    if found.id != actor.id and actor.role is not Role.ADMINISTRATOR:
        raise AccessDeniedError(f"{actor.name} is no administrator, and {name} is another account")
    if found.role is Role.ADMINISTRATOR:
        raise OfficeError("an administrator sees no participant, so there is nothing to tell in a chat")
    return found


def _values(one: Staff, link: StaffLink) -> dict[str, Any]:
    return {
        "name": one.name,
        "role": one.role.value,
        "site": one.site_code,
        "language": link.language.value,
        "linked_at": link.linked_at,
        "refused_at": link.refused_at,
    }
