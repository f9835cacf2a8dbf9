"""Transfusions that staff know of, as actions of the pages: recorded, corrected, taken out as entered in error."""

from typing import Any, Final

from actions.numbered import newest
from actions.transfusions import correct_transfusion, record_transfusion
from models.session import Change
from models.transfusion import Transfusion
from protocol.forms import FormError
from protocol.standing import has_left
from protocol.transfusions import BloodKind, BloodUnit, TransfusionFacts, TransfusionSource
from web.asking import Asking, Deed, Field, FieldKind, Form, Group, Typed
from web.asking_fields import day_typed, number_typed, reason_field, yes_or_no
from web.deed_groups import DeedGroup
from web.form_fields import members_field
from web.form_words import FormWords
from web.permissions import Permission


async def _form(asking: Asking) -> Form:
    say, words = asking.say, FormWords(asking.texts)
    day = Field("given_on", say("Day"), FieldKind.DATE, value=asking.today.isoformat())
    source = members_field("source", say("Known from"), TransfusionSource, words.transfusion_source)
    return [Group((day, *_amount_fields(asking, say("not known")), source))]


async def _do(change: Change, asking: Asking, typed: Typed) -> None:
    amount = number_typed(asking, typed, "amount") if typed["amount"] else None
    unit = BloodUnit(typed["unit"]) if typed["unit"] else None
    source, given_on = TransfusionSource(typed["source"]), day_typed(asking, typed, "given_on")
    facts = TransfusionFacts(given_on, BloodKind.RED_CELLS, amount, unit, source)
    await record_transfusion(change, asking.person, facts, asking.who.staff.name)


async def _correct_form(asking: Asking) -> Form:
    say, words = asking.say, FormWords(asking.texts)
    stays = say("stays as it is")
    async with asking.desk.store.read() as session:
        rows = [one for one in await newest(session, Transfusion, asking.person.id) if not one.in_error]
    options = tuple((str(one.number), _label(asking, words, one)) for one in reversed(rows))
    day = Field("given_on", say("Another day"), FieldKind.DATE, required=False)
    return [
        Group(
            (
                Field("number", say("Transfusion"), FieldKind.CHOICE, options=options or (("", "–"),)),
                day,
                *_amount_fields(asking, stays),
                members_field("source", say("Known from"), TransfusionSource, words.transfusion_source, empty=stays),
                yes_or_no(asking, "in_error", say("It should never have been recorded")),
                reason_field(asking),
            )
        )
    ]


async def _correct(change: Change, asking: Asking, typed: Typed) -> None:
    told: dict[str, Any] = {}
    if typed["given_on"]:
        told["given_on"] = day_typed(asking, typed, "given_on")
    if typed["amount"]:
        told["amount"] = number_typed(asking, typed, "amount")
    if typed["unit"]:
        told["unit"] = BloodUnit(typed["unit"])
    if typed["source"]:
        told["source"] = TransfusionSource(typed["source"])
    if typed["in_error"] == "yes":
        told["in_error"] = True
    number, by = int(typed["number"]), asking.who.staff.name
    await correct_transfusion(change, asking.person, number, told, by, reason=typed["reason"])


def _amount_fields(asking: Asking, empty: str) -> tuple[Field, Field]:
    say, words = asking.say, FormWords(asking.texts)
    hint = say("All of that day, in the unit as it was given.")
    return (
        Field("amount", say("Amount"), FieldKind.NUMBER, required=False, hint=hint),
        members_field("unit", say("Unit"), BloodUnit, words.blood_unit, empty=empty),
    )


def _label(asking: Asking, words: FormWords, one: Transfusion) -> str:
    amount = f" · {one.amount:g} {words.blood_unit(one.unit)}" if one.amount is not None and one.unit else ""
    return f"{asking.dates.day(one.given_on)}{amount}"


TRANSFUSION_DEEDS: Final = (
    Deed(
        "transfusion", Permission.RECORD, _form, _do, DeedGroup.RECORDS, (FormError,),
        offered=lambda person: not has_left(person.state),
    ),
    Deed("transfusion-correct", Permission.RECORD, _correct_form, _correct, DeedGroup.RECORDS, (FormError,)),
)  # fmt: skip
