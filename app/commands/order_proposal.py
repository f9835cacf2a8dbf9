"""`anshi dose-order propose`, `sign`, `refuse`, `withdraw`, `proposals`, `preview`: an amount before it is an order."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from actions.dose_orders import NewOrder
from actions.order_preview import OrderPreview, preview_order
from actions.order_proposals import newest_steps, proposals_of, propose_order, step_proposal
from app.acting import KNOWS_NAMES, acting, reader, theirs
from app.commands.options import Day, as_json, as_reader, as_staff, reason, show, tell
from app.office import Office, run
from messages.screens import word
from models.access import access_participant
from models.order_proposal import OrderProposal
from protocol.order_proposal import ProposalState
from protocol.orders import DoseOrder
from protocol.plan import PlannedDose
from protocol.terms import OrderKind
from protocol.trial import Trial

COLUMNS = {
    "number": "no.",
    "state": "state",
    "from_on": "from",
    "dose_mg": "mg",
    "every_days": "every days",
    "then_mg": "then mg",
    "over_version": "over version",
    "order_version": "order",
    "recorded_by": "by",
    "recorded_at": "recorded",
    "reason": "reason",
}
CHANGES = {"on": "day", "message": "message", "before": "now", "after": "then"}


def amount_options(command: Callable[..., None]) -> Callable[..., None]:
    """From when and how much: --from, --mg, --every-days, --then-mg."""
    for option in (
        click.option(
            "--then-mg", type=float, multiple=True, help="The next day's; again for each day before --mg comes again."
        ),
        click.option(
            "--every-days", type=click.IntRange(min=1), default=1, show_default=True, help="2: every other day."
        ),
        click.option("--mg", "dose_mg", type=float, required=True, help="Milligrams a dose; made of whole tablets."),
        click.option("--from", "from_on", type=Day(), required=True, help="First date of the new amount."),
    ):
        command = option(command)
    return command


@click.command("propose")
@click.argument("code")
@amount_options
@reason
@as_staff
@as_json
def propose(code: str, from_on: date, reason: str, as_name: str, *, as_json: bool, **amount: Any) -> None:
    """Propose another amount for CODE; it takes effect when an investigator signs it, and not before."""
    asked = _order(from_on, reason, **amount)

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, KNOWS_NAMES) as (change, staff):
            found = await theirs(change, code)
            return proposal_values(await propose_order(change, found, asked, staff, office.trial))

    values = run(command)
    tell(values, f"Proposal {values['number']} of {code} waits for an investigator.", as_json=as_json)


def _step(name: str, state: ProposalState, help_text: str, *, needs_reason: bool) -> click.Command:
    because = reason if needs_reason else click.option("--reason", default="", help="What should be added.")

    @click.command(name, help=help_text)
    @click.argument("code")
    @click.argument("number", type=click.IntRange(min=1))
    @because
    @as_staff
    @as_json
    def command(code: str, number: int, reason: str, as_name: str, *, as_json: bool) -> None:
        async def inside(office: Office) -> dict[str, Any]:
            async with acting(office, as_name, KNOWS_NAMES) as (change, staff):
                found = await theirs(change, code)
                row, _ = await step_proposal(change, found, number, state, staff, office.trial, reason=reason)
                return proposal_values(row)

        values = run(inside)
        made = f": it is version {values['order_version']} of the orders" if values["order_version"] else ""
        tell(values, f"Proposal {number} of {code} is {state}{made}.", as_json=as_json)

    return command


sign = _step("sign", ProposalState.SIGNED, "Sign proposal NUMBER of CODE: now it is an order.", needs_reason=False)
refuse = _step("refuse", ProposalState.REFUSED, "Refuse proposal NUMBER of CODE.", needs_reason=True)
withdraw = _step("withdraw", ProposalState.WITHDRAWN, "Take back proposal NUMBER of CODE.", needs_reason=True)


@click.command("proposals")
@click.argument("code")
@as_reader
@as_json
def proposals(code: str, as_name: str | None, *, as_json: bool) -> None:
    """List how each proposed amount of CODE stands."""

    async def command(office: Office) -> list[dict[str, Any]]:
        actor = await reader(office, as_name)
        async with office.store.change(at=office.clock.now(), actor=actor) as change:
            found = await access_participant(change.session, actor, code)
            return [proposal_values(row) for row in newest_steps(await proposals_of(change, found))]

    show(run(command), COLUMNS, as_json=as_json)


@click.command("preview")
@click.argument("code")
@amount_options
@as_reader
@as_json
def preview(code: str, from_on: date, as_name: str | None, *, as_json: bool, **amount: Any) -> None:
    """Show what another amount for CODE would change: days, messages and what CODE is told. Nothing is stored."""
    asked = _order(from_on, "preview", **amount)
    new = NewOrder(
        OrderKind.DOSE, from_on, asked.reason, "preview", asked.dose_mg, asked.every_days, then_mg=asked.then_mg
    )

    async def command(office: Office) -> dict[str, Any]:
        actor = await reader(office, as_name)
        async with office.store.change(at=office.clock.now(), actor=actor) as change:
            found = await access_participant(change.session, actor, code)
            return preview_values(await preview_order(change, found, new, office.trial), office.trial)

    values = run(command)
    if as_json:
        tell(values, "", as_json=True)
        return
    show(values["changes"], CHANGES, as_json=False)
    click.echo("")
    click.echo(values["text"])


def preview_values(found: OrderPreview, trial: Trial) -> dict[str, Any]:
    """One row for each dose and message that differs, on the participant's wall, and the text of the notice."""
    zone = ZoneInfo(found.reader.tz)
    rows = [
        {"on": one.on, "message": "", "before": _dose(one.before, zone), "after": _dose(one.after, zone)}
        for one in found.difference.doses
    ]
    rows += [
        {
            "on": one.on,
            "message": f"{one.kind.value} {one.rung}",
            "before": _message(one.before, zone),
            "after": _message(one.after, zone),
        }
        for one in found.difference.prompts
    ]
    rows = sorted(rows, key=lambda row: (row["on"], row["message"]))
    return {"changes": rows, "text": word(found.notice, found.reader, trial).text}


def _dose(dose: PlannedDose | None, zone: ZoneInfo) -> str:
    return "none" if dose is None else f"{dose.units} at {dose.due_at.astimezone(zone):%H:%M}, {dose.state}"


def _message(said: tuple[datetime, int] | None, zone: ZoneInfo) -> str:
    return "none" if said is None else f"{said[0].astimezone(zone):%Y-%m-%d %H:%M}, {said[1]}"


def _order(from_on: date, reason: str, *, dose_mg: float, every_days: int, then_mg: tuple[float, ...]) -> DoseOrder:
    return DoseOrder(0, OrderKind.DOSE, from_on, dose_mg, every_days, None, reason, then_mg)


def proposal_values(row: OrderProposal) -> dict[str, Any]:
    return {name: getattr(row, name) for name in COLUMNS}
