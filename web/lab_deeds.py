"""Laboratory values as an action of the pages; what is hardly possible is typed a second time."""

from typing import Final

from actions.labs import NewResult, given, record_result, refuse_result, verify_result
from actions.numbered import newest
from models.lab import Draw, LabResult
from models.session import Change
from protocol.forms import FormError
from protocol.lab_entry import LabSource
from protocol.standing import has_left
from web.asking import Asking, Deed, Field, FieldKind, Form, Group, Typed, WrongError
from web.asking_fields import moment_typed
from web.deed_groups import DeedGroup
from web.permissions import Permission


async def _form(asking: Asking) -> Form:
    say = asking.say
    labs = tuple((one.key, f"{one.name[asking.language]} ({one.unit})") for one in asking.desk.trial.labs)
    three = (("", say("not known")), ("yes", say("Yes")), ("no", say("No")))
    unit = Field("unit", say("Unit"), hint=say("As it stands on the sheet; it is converted where that is safe."))
    again = say("Only where you are asked for it: the value is hardly possible, and stands so on the sheet.")
    return [
        Group(
            (
                Field("analyte", say("What was measured"), FieldKind.CHOICE, options=labs),
                Field("value", say("Value"), hint=say("As it stands on the sheet; < and > may stand before it.")),
                unit,
                Field("drawn_on", say("Drawn on"), FieldKind.DATE, value=asking.today.isoformat()),
                Field("drawn_time", say("Drawn at"), FieldKind.TIME),
                await _draw_field(asking),
                Field("laboratory", say("Laboratory"), required=False),
                Field("assay", say("Assay"), required=False, hint=say("Needed for a level.")),
                Field("fasting", say("Fasting"), FieldKind.CHOICE, options=three, required=False),
                Field("lower", say("Lower limit of normal"), FieldKind.NUMBER, required=False),
                Field("upper", say("Upper limit of normal"), FieldKind.NUMBER, required=False),
                Field("confirm", say("The value once more"), required=False, hint=again),
            )
        )
    ]


async def _draw_field(asking: Asking) -> Field:
    async with asking.desk.store.read() as session:
        draws = [row for row in await newest(session, Draw, asking.person.id) if row.drawn_at and not row.in_error]
    options = [
        (str(row.number), asking.dates.moment(row.drawn_at, asking.person.tz))
        for row in reversed(draws)
        if row.drawn_at
    ]
    label = asking.say("Of the draw")
    return Field("draw_number", label, FieldKind.CHOICE, options=(("", "–"), *options), required=False)


async def _do(change: Change, asking: Asking, typed: Typed) -> None:
    new = NewResult(
        typed["analyte"],
        typed["value"],
        typed["unit"],
        moment_typed(asking, typed, "drawn_on", "drawn_time"),
        laboratory=typed["laboratory"],
        assay=typed["assay"],
        fasting={"yes": True, "no": False}.get(typed["fasting"]),
        lower=typed["lower"] or None,
        upper=typed["upper"] or None,
        draw_number=int(typed["draw_number"]) if typed["draw_number"] else None,
    )
    by, confirm = asking.who.staff.name, typed["confirm"] or None
    await record_result(change, asking.person, new, by, asking.desk.trial, confirm=confirm)


async def _verify_form(asking: Asking) -> Form:
    say = asking.say
    async with asking.desk.store.read() as session:
        rows = [one for one in await newest(session, LabResult, asking.person.id) if not one.in_error]
    told = [one for one in rows if one.source is LabSource.PARTICIPANT]
    options = tuple((str(one.number), _told(asking, one)) for one in told)
    judged = (("yes", say("It stands so on the sheet")), ("no", say("It is refused")))
    return [
        Group(
            (
                Field("number", say("What was told"), FieldKind.CHOICE, options=options or (("", "–"),)),
                Field("verified", say("The sheet"), FieldKind.CHOICE, options=judged),
                Field("laboratory", say("Laboratory"), required=False),
                Field("assay", say("Assay"), required=False, hint=say("Needed for a level.")),
                Field("reason", say("Reason"), required=False, hint=say("Why it is refused.")),
            )
        )
    ]


def _told(asking: Asking, one: LabResult) -> str:
    names = {analyte.key: analyte.name[asking.language] for analyte in asking.desk.trial.labs}
    drawn = asking.dates.moment(one.drawn_at, asking.person.tz)
    return f"{names.get(one.analyte, one.analyte)} {given(one).value} {one.given_unit} · {drawn}"


async def _verify(change: Change, asking: Asking, typed: Typed) -> None:
    number, by = int(typed["number"]), asking.who.staff.name
    if typed["verified"] == "no":
        if not typed["reason"]:
            raise WrongError("reason", asking.say("Fill this in."))
        await refuse_result(change, asking.person, number, by, reason=typed["reason"])
        return
    seen = {name: typed[name] for name in ("laboratory", "assay")}
    await verify_result(change, asking.person, number, seen, by, asking.desk.trial)


LAB_DEEDS: Final = (
    Deed(
        "lab", Permission.RECORD, _form, _do, DeedGroup.RECORDS, (FormError,),
        offered=lambda person: not has_left(person.state),
    ),
    Deed("lab-verify", Permission.RECORD, _verify_form, _verify, DeedGroup.RECORDS, (FormError,)),
)  # fmt: skip
