"""Dose orders as actions of the pages: another amount, a hold and its end, the end of treatment."""

from collections.abc import Callable
from typing import Final

from actions.dose_orders import NewOrder, end_hold, order_dose
from actions.read_backs import OrderError
from models.participant import Participant
from models.session import Change
from protocol.orders import NotComposableError, PatternError
from protocol.standing import may_get_orders, on_treatment
from protocol.terms import OrderKind
from web.amount_fields import amount_fields, amount_typed, from_field
from web.asking import Asking, AsksFor, Deed, Does, Field, FieldKind, Form, Group, Typed
from web.asking_fields import day_typed, reason_field
from web.deed_groups import DeedGroup
from web.permissions import Permission

REFUSALS: Final = (OrderError, NotComposableError, PatternError)


async def _amount_form(asking: Asking) -> Form:
    return [Group((*amount_fields(asking), reason_field(asking)))]


async def _amount(change: Change, asking: Asking, typed: Typed) -> None:
    one, by = amount_typed(asking, typed), asking.who.staff.name
    order = NewOrder(OrderKind.DOSE, one.from_on, typed["reason"], by, one.dose_mg, one.every_days, then_mg=one.then_mg)
    await order_dose(change, asking.person, order, asking.desk.trial)


async def _hold_form(asking: Asking) -> Form:
    hint = asking.say("Leave it empty where nobody knows yet; then the hold lasts until it is ended.")
    until = Field("until_on", asking.say("Last day of the hold"), FieldKind.DATE, hint=hint, required=False)
    return [Group((from_field(asking), until, reason_field(asking)))]


async def _hold(change: Change, asking: Asking, typed: Typed) -> None:
    from_on = day_typed(asking, typed, "from_on", least=asking.today)
    until_on = day_typed(asking, typed, "until_on", least=from_on) if typed["until_on"] else None
    order = NewOrder(OrderKind.HOLD, from_on, typed["reason"], asking.who.staff.name, until_on=until_on)
    await order_dose(change, asking.person, order, asking.desk.trial)


async def _from_form(asking: Asking) -> Form:
    return [Group((from_field(asking), reason_field(asking)))]


async def _resume(change: Change, asking: Asking, typed: Typed) -> None:
    from_on = day_typed(asking, typed, "from_on", least=asking.today)
    await end_hold(change, asking.person, from_on, typed["reason"], asking.who.staff.name, asking.desk.trial)


async def _reason_form(asking: Asking) -> Form:
    return [Group((reason_field(asking),))]


async def _discontinue(change: Change, asking: Asking, typed: Typed) -> None:
    order = NewOrder(OrderKind.DISCONTINUE, asking.today, typed["reason"], asking.who.staff.name)
    await order_dose(change, asking.person, order, asking.desk.trial)


def _orders(person: Participant) -> bool:
    return may_get_orders(person.state)


def _treated(person: Participant) -> bool:
    return on_treatment(person.state)


def _deed(name: str, form: AsksFor, do: Does, offered: Callable[[Participant], bool]) -> Deed:
    return Deed(name, Permission.SIGN, form, do, DeedGroup.DOSES, REFUSALS, proven=True, offered=offered)


ORDER_DEEDS: Final = (
    _deed("order", _amount_form, _amount, _orders),
    _deed("hold", _hold_form, _hold, _treated),
    _deed("resume", _from_form, _resume, _treated),
    _deed("discontinue", _reason_form, _discontinue, _treated),
)
