"""`anshi guard`: what keeps being said beside the doses, and who of staff has spoken about it."""

from datetime import date
from typing import Any

import click

from actions.guard_times import treated
from actions.guards import counsel, guard_notes, said_days, take_counsel_back
from app.acting import FOLLOWS_UP, acting, reader, theirs
from app.commands.options import Day, as_json, as_reader, as_staff, reason, show, tell
from app.office import Office, run
from models.access import access_participant
from models.guard import GuardNote
from protocol.guards import applies, due_on

CALENDAR = {"guard": "guard", "said_on": "last said", "due_on": "next", "counselled": "counselling asked for"}
NOTES = {"id": "id", "guard": "guard", "kind": "what", "on_day": "day", "by_name": "who spoke", "recorded_by": "by"}


@click.group("guard")
def guard() -> None:
    """Contraception, blood donation and the like: the calendar, and counselling."""


@guard.command("list")
@click.argument("code")
@as_reader
@as_json
def list_all(code: str, as_name: str | None, *, as_json: bool) -> None:
    """The guards of CODE with their days, and everything written down about them."""

    async def command(office: Office) -> dict[str, Any]:
        actor = await reader(office, as_name)
        async with office.store.read() as session:
            one = await access_participant(session, actor, code)
            said, notes = await said_days(session, one), await guard_notes(session, one.id)
        who = treated(one)
        calendar = [
            {
                "guard": found.key,
                "said_on": said.get(found.key),
                "due_on": due_on(found, who, said.get(found.key)),
                "counselled": found.counselled,
            }
            for found in office.trial.guards
            if who is not None and applies(found, who)
        ]
        return {"code": one.code, "guards": calendar, "notes": [_values(note) for note in notes]}

    told = run(command)
    if as_json:
        tell(told, "", as_json=True)
        return
    show(told["guards"], CALENDAR, as_json=False)
    show(told["notes"], NOTES, as_json=False)


@guard.command("counsel")
@click.argument("code")
@click.option("--guard", "key", required=True, help="Its key in the protocol file.")
@click.option("--on", "on_day", type=Day(), required=True, help="The day of the conversation.")
@click.option("--by", "by_name", required=True, help="Who of staff has spoken with the participant.")
@as_staff
@as_json
def counsel_one(code: str, key: str, on_day: date, by_name: str, as_name: str, *, as_json: bool) -> None:
    """Somebody has spoken with CODE about a guard; its calendar begins anew."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            one = await theirs(change, code)
            return _values(await counsel(change, one, key, on_day, by_name, staff, office.trial))

    _tell(command, code, as_json=as_json)


@guard.command("take-back")
@click.argument("code")
@click.argument("note_id")
@reason
@as_staff
@as_json
def take_back(code: str, note_id: str, reason: str, as_name: str, *, as_json: bool) -> None:
    """A counselling of CODE never was: it stays written down, and does not count."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            one = await theirs(change, code)
            return _values(await take_counsel_back(change, one, note_id, staff, office.trial, reason=reason))

    _tell(command, code, as_json=as_json)


def _tell(command: Any, code: str, *, as_json: bool) -> None:
    told = run(command)
    tell(told, f"{code}: {told['guard']} {told['kind']} on {told['on_day']}.", as_json=as_json)


def _values(note: GuardNote) -> dict[str, Any]:
    return {name: getattr(note, name) for name in (*NOTES, "annuls_id", "reason", "recorded_at")}
