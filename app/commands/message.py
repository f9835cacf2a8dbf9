"""`anshi message`: what participants have written, shown or said unasked, read by a named person."""

import os
from pathlib import Path
from typing import Any

import click
from sqlmodel import col, select

from actions.messages_read import Opened, read_message
from actions.photos import erase_reviewed, picture_of
from app.acting import FOLLOWS_UP, acting, reader
from app.commands.message_write import sent, write
from app.commands.options import as_json, as_reader, as_staff, show, tell
from app.office import Office, fail, run
from models.access import access_message, site_wall
from models.identity import ParticipantMessage
from models.kept_photo import KeptPhoto
from models.participant import Participant

COLUMNS = {
    "id": "id",
    "participant_code": "participant",
    "received_at": "received",
    "kind": "kind",
    "tier": "tier",
    "unheard": "unheard",
    "photo": "photo",
    "read_by": "read by",
}


@click.group("message")
def message() -> None:
    """Messages of participants: listed, read, answered."""


for command in (write, sent):
    message.add_command(command)


@message.command("list")
@click.option("--site", help="One site only.")
@click.option("--read", "also_read", is_flag=True, help="Those that somebody has read too.")
@as_reader
@as_json
def list_all(site: str | None, as_name: str | None, *, also_read: bool, as_json: bool) -> None:
    """List what nobody has read, without what it says."""

    async def command(office: Office) -> list[dict[str, Any]]:
        actor = await reader(office, as_name)
        query = (
            select(ParticipantMessage, Participant.code, KeptPhoto.state)
            .join(Participant, col(Participant.id) == col(ParticipantMessage.participant_id))
            .join(KeptPhoto, col(KeptPhoto.message_id) == col(ParticipantMessage.id), isouter=True)
            .where(site_wall(actor, Participant.site_code))
            .order_by(col(ParticipantMessage.received_at))
        )
        if not also_read:
            query = query.where(col(ParticipantMessage.read_at).is_(None))
        if site is not None:
            query = query.where(Participant.site_code == site)
        async with office.store.read() as session:
            rows = (await session.execute(query)).all()
        return [message_values(*row) for row in rows]

    show(run(command), COLUMNS, as_json=as_json)


@message.command("read")
@click.argument("message_id", metavar="ID")
@click.option("--save", type=click.Path(path_type=Path), help="Write its photo to this new file.")
@as_staff
@as_json
def read(message_id: str, save: Path | None, as_name: str, *, as_json: bool) -> None:
    """Read one; from then on it is read, and its alerts stay as they are."""

    async def command(office: Office) -> tuple[dict[str, Any], bytes | None]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            seen = await access_message(change.session, change.actor, message_id)
            found, opened = await read_message(change, seen.id, staff)
            photo = await change.session.get(KeptPhoto, seen.id)
            picture = await picture_of(change, seen.id) if save else None
            code = (await change.session.get_one(Participant, found.participant_id)).code
            values = message_values(found, code, photo.state if photo else None)
            values |= {"text": opened.text, "photo_reason": photo.reason if photo else ""}
            return values | {"says": _says(opened, values)}, picture

    if save is not None and save.exists():
        fail(f"{save} exists already")
    values, picture = run(command, keys_needed=True)
    if save is not None and picture is not None:
        _write(save, picture)
    tell(values, values["says"], as_json=as_json)


@message.command("reviewed")
@click.argument("message_id", metavar="ID")
@as_staff
@as_json
def reviewed(message_id: str, as_name: str, *, as_json: bool) -> None:
    """Say that you have reviewed its photo, which is then erased."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            seen = await access_message(change.session, change.actor, message_id)
            photo = await erase_reviewed(change, seen.id, staff.name)
            return {"id": seen.id, "photo": photo.state.value, "reviewed_by": photo.reviewed_by}

    tell(run(command), f"The photo of message {message_id} is erased.", as_json=as_json)


def message_values(one: ParticipantMessage, code: str, photo: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "participant_code": code,
        "received_at": one.received_at,
        "kind": one.kind,
        "tier": one.tier.value if one.tier else None,
        "unheard": one.unheard,
        "photo": photo.value if photo else None,
        "read_at": one.read_at,
        "read_by": one.read_by,
    }


def _says(opened: Opened, values: dict[str, Any]) -> str:
    """What it says, and plainly what nobody knows."""
    lines = [opened.text] if opened.text else []
    if values["unheard"]:
        lines.append("A voice message; nobody can listen to it here. Call the participant.")
    elif values["photo"]:
        lines.append(f"A photo: {values['photo']} {values['photo_reason']}".rstrip())
    elif opened.media is not None:
        lines.append("A file; it is not kept here.")
    return "\n".join(lines)


def _write(path: Path, picture: bytes) -> None:
    """For the owner alone, and never over another file."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(picture)
