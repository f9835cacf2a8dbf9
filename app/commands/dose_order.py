"""`anshi dose-order`: an investigator's orders by date; what is past stays as it was recorded."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import click

from actions.dose_orders import NewOrder, newest_orders, order_dose, unblock
from app.acting import DECIDES, acting, reader, theirs
from app.commands.options import Day, as_json, as_reader, as_staff, reason, show, tell
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
    "ordered_by": "by",
    "recorded_at": "recorded",
    "reason": "reason",
}
from_option = click.option("--from", "from_on", type=Day(), help="First date. Default: today at the participant's.")


@click.group("dose-order")
def dose_order() -> None:
    """Dose orders: amounts, holds, resumes and the end of treatment."""


@dose_order.command("add")
@click.argument("code")
@click.option("--from", "from_on", type=Day(), required=True, help="First date of the new amount.")
@click.option("--mg", type=float, required=True, help="Milligrams a dose; made of whole tablets.")
@click.option("--every-days", type=click.IntRange(min=1), default=1, show_default=True, help="2: every other day.")
@reason
@as_staff
@as_json
def add(code: str, from_on: date, mg: float, every_days: int, reason: str, as_name: str, *, as_json: bool) -> None:
    """Order another amount for CODE; the participant is told and reads it back."""
    _give(code, OrderKind.DOSE, from_on, reason, as_name, as_json=as_json, dose_mg=mg, every_days=every_days)


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
            on_hold = _is_on_hold(await newest_orders(change, found), day)
            if not on_hold and found.blocked_at is None:
                raise OfficeError(f"nothing of {code} is on hold from {day}, and nothing waits for an investigator")
            if found.blocked_at is not None:
                await unblock(change, found, reason, office.trial)
            values: dict[str, Any] = {"code": code, "unblocked": was_blocked, "order": None}
            if on_hold:
                order = NewOrder(OrderKind.RESUME, day, reason, staff.name)
                values["order"] = order_values(await order_dose(change, found, order, office.trial))
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
        "reason": row.reason,
        "ordered_by": row.ordered_by,
        "recorded_at": row.recorded_at,
        "read_back_units": row.read_back_units,
        "read_back_at": row.read_back_at,
    }


def _is_on_hold(orders: list[DoseOrderRow], day: date) -> bool:
    """Whether a hold stands on this day or comes later; a resume ends both."""
    for row in reversed(orders):
        if row.kind is OrderKind.RESUME and row.from_on <= day:
            return False
        if row.kind is OrderKind.HOLD and (row.until_on is None or row.until_on >= day):
            return True
    return False


def _today(change: Change, found: Participant) -> date:
    return local_date(change.at, ZoneInfo(found.tz))
