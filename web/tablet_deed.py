"""Tablets given out, brought back, lost and counted, as an action of the pages."""

from typing import Final

from actions.tablet_ledger import NewMovement
from actions.tablets import move_tablets
from models.session import Change
from protocol.forms import FormError
from protocol.tablets import MovementKind, MovementSource
from web.asking import Asking, Deed, Field, FieldKind, Form, Group, Typed, WrongError
from web.asking_fields import moment_typed
from web.deed_groups import DeedGroup
from web.form_fields import members_field
from web.form_words import FormWords
from web.permissions import Permission


async def _tablets_form(asking: Asking) -> Form:
    say, words = asking.say, FormWords(asking.texts)
    now = asking.dates.clock(asking.at, asking.person.tz)
    whose = (("staff", say("Staff")), ("participant", say("The participant, on the phone")))
    return [
        Group(
            (
                members_field("kind", say("What happened"), MovementKind, words.movement),
                Field("units", say("How many tablets"), FieldKind.NUMBER),
                Field("on", say("Day"), FieldKind.DATE, value=asking.today.isoformat()),
                Field("at", say("Time"), FieldKind.TIME, value=now),
                Field("pack", say("Lot"), required=False, hint=say("As it stands on the box.")),
                Field("source", say("Who has counted"), FieldKind.CHOICE, options=whose, value="staff"),
            )
        )
    ]


async def _tablets(change: Change, asking: Asking, typed: Typed) -> None:
    kind, source = MovementKind(typed["kind"]), MovementSource(typed["source"])
    if not (typed["units"].isascii() and typed["units"].isdigit() and len(typed["units"]) <= 4):  # noqa: PLR2004
        raise WrongError("units", asking.say("A whole number of tablets."))
    if source is not MovementSource.STAFF and kind is not MovementKind.COUNTED:
        raise WrongError("source", asking.say("Only a count can be the participant's own number."))
    at = moment_typed(asking, typed, "on", "at")
    if asking.at.replace(second=0, microsecond=0) <= at <= asking.at:
        at = asking.at
    new = NewMovement(kind, int(typed["units"]), at, typed["pack"], source)
    await move_tablets(change, asking.person, new, asking.who.staff, asking.desk.trial)


TABLET_DEED: Final = Deed("tablets", Permission.RECORD, _tablets_form, _tablets, DeedGroup.RECORDS, (FormError,))
