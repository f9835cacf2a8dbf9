"""`anshi disposition`: how a participant's part ends, each end by its own word, and what is taken back."""

from datetime import date
from typing import Any

import click

from actions.disposition import complete, lose
from actions.disposition_rows import steps_of
from actions.dose_orders import NewOrder, order_dose
from actions.returning import take_back
from app.acting import DECIDES, FOLLOWS_UP, acting, reader, theirs
from app.commands.leaving import because, consent_withdrawn, died, withdraw
from app.commands.options import Day, as_json, as_reader, as_staff, reason, show, tell
from app.office import Office, run
from models.access import access_participant
from models.disposition import Disposition
from protocol.disposition import DispositionReason
from protocol.terms import OrderKind

COLUMNS = {
    "version": "step",
    "kind": "what",
    "happened_on": "on",
    "reason_code": "because",
    "previous": "before",
    "state": "after",
    "recorded_by": "by",
    "recorded_at": "recorded",
    "reason": "reason",
}


@click.group("disposition")
def disposition() -> None:
    """Disposition: completed, drug stopped, withdrew, lost, died, taken back."""


@disposition.command("completed")
@click.argument("code")
@click.option("--on", "on", type=Day(), required=True, help="The last day of taking part.")
@reason
@as_staff
@as_json
def completed(code: str, on: date, reason: str, as_name: str, *, as_json: bool) -> None:
    """CODE has completed the study: nothing is planned any more, the chat still answers."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            found = await theirs(change, code)
            await complete(change, found, on, reason, staff, office.trial)
            return {"code": code, "state": found.state}

    tell(run(command), f"{code} has completed the study.", as_json=as_json)


@disposition.command("drug-stopped")
@click.argument("code")
@click.option("--from", "from_on", type=Day(), required=True, help="First date without the drug, today or later.")
@because
@reason
@as_staff
@as_json
def drug_stopped(code: str, from_on: date, because: str, reason: str, as_name: str, *, as_json: bool) -> None:
    """Stop the drug for CODE; visits, weekly checks and safety follow-up go on."""
    why = DispositionReason(because)

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, DECIDES) as (change, staff):
            found = await theirs(change, code)
            order = NewOrder(OrderKind.DISCONTINUE, from_on, reason, staff.name, code=why)
            await order_dose(change, found, order, office.trial)
            return {"code": code, "state": found.state}

    tell(run(command), f"{code} stops the drug from {from_on}; follow-up goes on.", as_json=as_json)


@disposition.command("lost")
@click.argument("code")
@reason
@as_staff
@as_json
def lost(code: str, reason: str, as_name: str, *, as_json: bool) -> None:
    """Nobody reaches CODE any more: prompts end today; a later word of theirs is an alert."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            found = await theirs(change, code)
            await lose(change, found, reason, staff, office.trial)
            return {"code": code, "state": found.state}

    tell(run(command), f"{code} is lost to follow-up; a word of theirs will be an alert.", as_json=as_json)


@disposition.command("take-back")
@click.argument("code")
@reason
@as_staff
@as_json
def taken_back(code: str, reason: str, as_name: str, *, as_json: bool) -> None:
    """The newest end of CODE was wrong or is over; the drug is ordered again from tomorrow, where it was taken."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, DECIDES) as (change, staff):
            found = await theirs(change, code)
            await take_back(change, found, reason, staff, office.trial)
            return {"code": code, "state": found.state}

    told = f"{code} is {{state}} again. A chat that has ended stays so: `anshi participant invite {code}`."
    values = run(command)
    tell(values, told.format(state=values["state"]), as_json=as_json)


@disposition.command("list")
@click.argument("code")
@as_reader
@as_json
def list_all(code: str, as_name: str | None, *, as_json: bool) -> None:
    """List every step of CODE, also what was taken back."""

    async def command(office: Office) -> list[dict[str, Any]]:
        actor = await reader(office, as_name)
        async with office.store.change(at=office.clock.now(), actor=actor) as change:
            found = await access_participant(change.session, actor, code)
            return [_values(row) for row in await steps_of(change, found)]

    show(run(command), COLUMNS, as_json=as_json)


def _values(row: Disposition) -> dict[str, Any]:
    return row.values() | {"reason": row.reason, "recorded_by": row.recorded_by}


for command in (withdraw, consent_withdrawn, died):
    disposition.add_command(command)
