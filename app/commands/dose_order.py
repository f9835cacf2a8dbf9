"""`anshi dose-order`: an investigator's orders by date; what is past stays as it was recorded."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import click

from actions.dose_orders import NewOrder, end_hold, order_dose
from actions.read_backs import newest_orders, read_back
from app.acting import DECIDES, FOLLOWS_UP, acting, reader, theirs
from app.commands.options import Day, as_json, as_reader, as_staff, reason, show, tell
from app.commands.order_proposal import amount_options, preview, proposals, propose, refuse, sign, withdraw
from app.office import Office, OfficeError, run
from models.access import access_participant
from models.dose import DoseOrderRow
from models.participant import Participant
from models.session import Change
from protocol.moments import local_date
from protocol.terms import OrderKind

COLUMNS = {
    "version": "version",
    "kind": "kind",
    "from_on": "from",
    "until_on": "until",
    "dose_mg": "mg",
    "units": "units",
    "every_days": "every days",
    "then_mg": "then mg",
    "ordered_by": "by",
    "recorded_at": "recorded",
    "reason": "reason",
}
from_option = click.option("--from", "from_on", type=Day(), help="First date. Default: today at the participant's.")


@click.group("dose-order")
def dose_order() -> None:
    """Dose orders: amounts, holds, resumes and the end of treatment."""


for _one in (propose, sign, refuse, withdraw, proposals, preview):
    dose_order.add_command(_one)


@dose_order.command("add")
@click.argument("code")
@amount_options
@reason
@as_staff
@as_json
def add(code: str, from_on: date, reason: str, as_name: str, *, as_json: bool, **amount: Any) -> None:
    """Order another amount for CODE; the participant is told and reads it back."""
    _give(code, OrderKind.DOSE, from_on, reason, as_name, as_json=as_json, **amount)


@dose_order.command("hold")
@click.argument("code")
@from_option
@click.option("--until", "until_on", type=Day(), help="Last day on hold. Without it: until `resume`.")
@reason
@as_staff
@as_json
def hold(code: str, from_on: date | None, until_on: date | None, reason: str, as_name: str, *, as_json: bool) -> None:
    """Pause the drug for CODE."""
    _give(code, OrderKind.HOLD, from_on, reason, as_name, as_json=as_json, until_on=until_on)


@dose_order.command("resume")
@click.argument("code")
@from_option
@reason
@as_staff
@as_json
def resume(code: str, from_on: date | None, reason: str, as_name: str, *, as_json: bool) -> None:
    """End the hold of CODE; "take now" that waited for an investigator may be said again."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, DECIDES) as (change, staff):
            found = await theirs(change, code)
            was_blocked, day = found.blocked_reason, from_on or _today(change, found)
            order = await end_hold(change, found, day, reason, staff.name, office.trial)
            values: dict[str, Any] = {"code": code, "unblocked": was_blocked, "order": None}
            if order is not None:
                values["order"] = order_values(order)
            return values

    values = run(command)
    told = [f"the hold of {code} ends with {values['order']['from_on']}"] if values["order"] else []
    told += (
        [f'"take now" may be said again to {code} (it waited: {values["unblocked"]})'] if values["unblocked"] else []
    )
    tell(values, "; ".join(told) + ".", as_json=as_json)


@dose_order.command("discontinue")
@click.argument("code")
@from_option
@reason
@as_staff
@as_json
def discontinue(code: str, from_on: date | None, reason: str, as_name: str, *, as_json: bool) -> None:
    """Stop the drug for CODE for good; visits and follow-up go on."""
    _give(code, OrderKind.DISCONTINUE, from_on, reason, as_name, as_json=as_json)


@dose_order.command("read-back")
@click.argument("code")
@click.option(
    "--units", type=click.IntRange(1, 99), required=True, help="How many CODE says to take, on the first day."
)
@as_staff
@as_json
def read_back_told(code: str, units: int, as_name: str, *, as_json: bool) -> None:
    """Write down how many tablets CODE says on the phone to take, from the newest amount on."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, FOLLOWS_UP) as (change, _staff):
            found = await theirs(change, code)
            amounts = [row for row in await newest_orders(change, found) if row.kind is OrderKind.DOSE]
            if amounts[-1].version == 1:
                raise OfficeError(f"no amount of {code} has changed; there is nothing to read back")
            row, right = await read_back(change, found, amounts[-1].id, units, office.trial)
            return {"code": code, "right": right, "order": order_values(row)}

    values = run(command)
    told = "that is right" if values["right"] else "the order says another number; staff have a task"
    tell(values, f"{code} says {units} for version {values['order']['version']}: {told}.", as_json=as_json)


@dose_order.command("list")
@click.argument("code")
@as_reader
@as_json
def list_all(code: str, as_name: str | None, *, as_json: bool) -> None:
    """List every version of the orders of CODE."""

    async def command(office: Office) -> list[dict[str, Any]]:
        actor = await reader(office, as_name)
        async with office.store.change(at=office.clock.now(), actor=actor) as change:
            found = await access_participant(change.session, actor, code)
            return [order_values(row) for row in await newest_orders(change, found)]

    show(run(command), COLUMNS, as_json=as_json)


def _give(
    code: str, kind: OrderKind, from_on: date | None, reason: str, as_name: str, *, as_json: bool, **more: Any
) -> None:
    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, DECIDES) as (change, staff):
            found = await theirs(change, code)
            today = _today(change, found)
            if kind is OrderKind.DISCONTINUE and from_on is not None and from_on > today:
                raise OfficeError("treatment is discontinued on the day it is recorded; until then give a hold")
            order = NewOrder(kind, from_on or today, reason, staff.name, **more)
            return order_values(await order_dose(change, found, order, office.trial))

    values = run(command)
    told = f"Order {values['version']} of {code}: {kind} from {values['from_on']}"
    told += f", {values['units']} units ({values['dose_mg']:g} mg)" if kind is OrderKind.DOSE else ""
    told += f", then {values['then_mg']} mg in turn, a day each" if values["then_mg"] else ""
    tell({"code": code, "order": values}, told + ".", as_json=as_json)


def order_values(row: DoseOrderRow) -> dict[str, Any]:
    return {
        "version": row.version,
        "kind": row.kind.value,
        "from_on": row.from_on.isoformat(),
        "until_on": row.until_on.isoformat() if row.until_on else None,
        "dose_mg": row.dose_mg,
        "units": row.units,
        "every_days": row.every_days,
        "then_mg": row.then_mg,
        "reason": row.reason,
        "ordered_by": row.ordered_by,
        "recorded_at": row.recorded_at,
        "read_back_units": row.read_back_units,
        "read_back_at": row.read_back_at,
    }


def _today(change: Change, found: Participant) -> date:
    return local_date(change.at, ZoneInfo(found.tz))
