"""What else is decided or spoken about, as actions of the pages: month 6, and the guards of the protocol."""

from typing import Final

from actions.guards import GuardError, counsel
from actions.month_six import decide_month_six
from models.session import Change
from protocol.forms import FormError
from protocol.month_six import MonthSixChoice
from protocol.standing import has_left
from web.asking import Asking, Deed, Field, FieldKind, Form, Group, Typed, WrongError
from web.asking_fields import day_typed
from web.deed_groups import DeedGroup
from web.permissions import Permission


async def _month_form(asking: Asking) -> Form:
    say = asking.say
    choices = (("", "–"), (MonthSixChoice.CONTINUE.value, say("continue")), (MonthSixChoice.STOP.value, say("stop")))
    hint = say("Needed to stop, and where the months on the drug are too few. No names.")
    return [
        Group(
            (
                Field("choice", say("The decision"), FieldKind.CHOICE, options=choices),
                Field("on", say("Decided on"), FieldKind.DATE, value=asking.today.isoformat()),
                Field("reason", say("Reason"), FieldKind.LONG, hint=hint, required=False),
            )
        )
    ]


async def _month(change: Change, asking: Asking, typed: Typed) -> None:
    on, choice, staff = day_typed(asking, typed, "on"), MonthSixChoice(typed["choice"]), asking.who.staff
    await decide_month_six(change, asking.person, choice, on, staff, asking.desk.trial, reason=typed["reason"])


async def _guard_form(asking: Asking) -> Form:
    say = asking.say
    guards = tuple((one.key, one.name[asking.language]) for one in asking.desk.trial.guards)
    return [
        Group(
            (
                Field("guard", say("What was spoken about"), FieldKind.CHOICE, options=guards),
                Field("on", say("Spoken about on"), FieldKind.DATE, value=asking.today.isoformat()),
                Field("by", say("Who of staff has spoken"), value=asking.who.staff.name),
            )
        )
    ]


async def _guard(change: Change, asking: Asking, typed: Typed) -> None:
    on = day_typed(asking, typed, "on")
    if on > asking.today:
        raise WrongError("on", asking.say("This day lies ahead."))
    await counsel(change, asking.person, typed["guard"], on, typed["by"], asking.who.staff, asking.desk.trial)


DECISION_DEEDS: Final = (
    Deed("month-six", Permission.SIGN, _month_form, _month, DeedGroup.RECORDS, (FormError,), proven=True),
    Deed(
        "guard", Permission.RECORD, _guard_form, _guard, DeedGroup.RECORDS, (GuardError,),
        offered=lambda person: not has_left(person.state),
    ),
)  # fmt: skip
