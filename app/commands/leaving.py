"""Leaving on the command line: a lost chat, one that is given up, withdrawal, death, withdrawal of consent."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import TypeAlias

import click

from actions.channel import reach_by_phone
from actions.disposition import record_death, withdraw_consent
from actions.disposition import withdraw as leave_study
from actions.enrolment import unlink as end_chats
from app.acting import FOLLOWS_UP, acting, theirs
from app.commands.options import Day, as_json, as_staff, reason, tell
from app.office import Office, run
from models.participant import Participant
from models.session import Change
from models.site import Staff
from protocol.disposition import OF_ONE_END, DispositionReason
from protocol.trial import Trial

Leave: TypeAlias = Callable[[Change, Participant, Staff, Trial], Awaitable[None]]


because = click.option(
    "--because",
    type=click.Choice([one.value for one in DispositionReason if one not in OF_ONE_END]),
    required=True,
    help="The code of the reason; --reason says it in words.",
)


@click.command("unlink")
@click.argument("code")
@reason
@as_staff
@as_json
def unlink(code: str, reason: str, as_name: str, *, as_json: bool) -> None:
    """End every chat of CODE, as when a phone is lost; `invite` makes a new link."""

    async def command(office: Office) -> int:
        async with acting(office, as_name, FOLLOWS_UP) as (change, _):
            return await end_chats(change, await theirs(change, code), reason, office.trial)

    ended = run(command)
    tell({"code": code, "ended": ended}, f"{ended} chats of {code} have ended.", as_json=as_json)


@click.command("by-phone")
@click.argument("code")
@reason
@as_staff
@as_json
def by_phone(code: str, reason: str, as_name: str, *, as_json: bool) -> None:
    """Give up every chat of CODE: from here on the team calls; `invite` is the way back to a chat."""

    async def command(office: Office) -> int:
        async with acting(office, as_name, FOLLOWS_UP) as (change, _):
            return await reach_by_phone(change, await theirs(change, code), reason, office.trial)

    ended = run(command)
    told = f"{code} is followed by phone from now on; {ended} chats have ended."
    tell({"code": code, "channel": "phone", "ended": ended}, told, as_json=as_json)


@click.command("withdraw")
@click.argument("code")
@because
@reason
@as_staff
@as_json
def withdraw(code: str, because: str, reason: str, as_name: str, *, as_json: bool) -> None:
    """CODE leaves the study: no dose and no message any more; what was reported stays."""

    async def leave(change: Change, found: Participant, staff: Staff, trial: Trial) -> None:
        await leave_study(change, found, reason, staff, trial, DispositionReason(because))

    _leave(code, as_name, leave, "has left the study.", as_json=as_json)


@click.command("died")
@click.argument("code")
@click.option("--on", "died_on", type=Day(), required=True, help="The day of death.")
@click.option("--reason", required=True, help="Who told the site, and what is known; it stands in the audit trail.")
@as_staff
@as_json
def died(code: str, died_on: date, reason: str, as_name: str, *, as_json: bool) -> None:
    """CODE has died: every message stops at once, every chat ends."""

    async def leave(change: Change, found: Participant, staff: Staff, trial: Trial) -> None:
        await record_death(change, found, died_on, staff, trial, reason=reason)

    _leave(code, as_name, leave, "is recorded as died; nothing is sent any more.", as_json=as_json)


@click.command("consent-withdrawn")
@click.argument("code")
@reason
@as_staff
@as_json
def consent_withdrawn(code: str, reason: str, as_name: str, *, as_json: bool) -> None:
    """CODE takes the consents back: the chats end, and the study goes on without CODE."""

    async def leave(change: Change, found: Participant, staff: Staff, trial: Trial) -> None:
        await withdraw_consent(change, found, reason, staff, trial)

    _leave(code, as_name, leave, "has withdrawn consent; every chat has ended.", as_json=as_json)


def _leave(code: str, as_name: str, leave: Leave, sentence: str, *, as_json: bool) -> None:
    async def command(office: Office) -> dict[str, object]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, staff):
            found = await theirs(change, code)
            await leave(change, found, staff, office.trial)
            return {"code": code, "state": found.state}

    tell(run(command), f"{code} {sentence}", as_json=as_json)
