"""What was heard on the phone about several days, filled in on one screen; and what is recorded, corrected."""

from datetime import date, timedelta
from typing import Final

from sqlmodel import col, select

from actions.calls import CallError, DayEntry, record_call
from models.dose import ScheduledDose
from models.session import Change
from protocol.standing import has_left
from protocol.terms import DoseAnswer, DoseState, NotTakenReason
from web.asking import Asking, Deed, Field, FieldKind, Form, Group, Typed, WrongError
from web.asking_fields import day_typed, time_typed
from web.deed_groups import DeedGroup
from web.permissions import Permission

SHOWN: Final = 10  # days on one screen, today first
TO_TELL: Final = (DoseState.OPEN, DoseState.UNREPORTED, DoseState.NOT_ASKED)


async def _form(asking: Asking) -> Form:
    """A row per dose of the last days; the anchor keeps each row's day where midnight passes meanwhile."""
    say = asking.say
    anchor = Field("today", "", FieldKind.HIDDEN, value=asking.today.isoformat())
    doses = await _doses(asking)
    rows = [_day(asking, ago, doses[on]) for ago in range(SHOWN) if (on := asking.today - timedelta(days=ago)) in doses]
    why = Field(
        "reason", say("Reason"), required=False,
        hint=say("Needed where something recorded is corrected, or lies far back. No names."),
    )  # fmt: skip
    sure = Field(
        "sure_of_it", say("More than was due, or two doses close together"), FieldKind.CHOICE, required=False,
        options=(("", say("No")), ("yes", say("Yes: I have asked, and it is so"))),
    )  # fmt: skip
    return [Group((anchor,)), *rows, Group((why, sure))]


async def _doses(asking: Asking) -> dict[date, ScheduledDose]:
    query = select(ScheduledDose).where(
        ScheduledDose.participant_id == asking.person.id,
        col(ScheduledDose.cancelled_at).is_(None),
        col(ScheduledDose.due_on) > asking.today - timedelta(days=SHOWN + 1),
        col(ScheduledDose.due_on) <= asking.today + timedelta(days=1),
    )
    async with asking.desk.store.read() as session:
        rows = await session.scalars(query.order_by(col(ScheduledDose.ordinal)))
        return {row.due_on: row for row in rows}


def _day(asking: Asking, ago: int, dose: ScheduledDose) -> Group:
    say, words, dates = asking.say, asking.words, asking.dates
    answers = (
        ("", say("Nothing new")),
        ("taken", say("Taken")),
        ("not_taken", say("Not taken")),
        ("undone", say("Take the record back")),
    )
    reasons = (("", "–"), *((one.value, words.not_taken(one)) for one in NotTakenReason))
    units = asking.texts.ngettext("%(num)d tablet due", "%(num)d tablets due", dose.units) % {"num": dose.units}
    return Group(
        (
            Field(f"answer{ago}", say("Answer"), FieldKind.CHOICE, options=answers, required=False),
            Field(f"units{ago}", say("Tablets"), FieldKind.NUMBER, required=False, least="1", most="99"),
            Field(f"time{ago}", say("Time"), FieldKind.TIME, required=False),
            Field(f"why{ago}", say("Why not"), FieldKind.CHOICE, options=reasons, required=False),
        ),
        title=dates.short_day(dose.due_on),
        note=f"{words.state(dose.state)} · {units}",
    )


async def _do(change: Change, asking: Asking, typed: Typed) -> None:
    today = day_typed(asking, typed, "today")
    said = [ago for ago in range(SHOWN) if typed.get(f"answer{ago}")]
    entries = [_entry(asking, typed, ago, today - timedelta(days=ago)) for ago in said]
    if not entries:
        raise WrongError("", asking.say("Fill in at least one day."))
    reason, sure = typed["reason"], typed["sure_of_it"] == "yes"
    await record_call(change, asking.person, entries, asking.who.staff, asking.desk.trial, reason=reason, sure=sure)


def _entry(asking: Asking, typed: Typed, ago: int, on: date) -> DayEntry:
    answer = DoseAnswer(typed[f"answer{ago}"])
    took = answer is DoseAnswer.TAKEN
    units, clock, why = (typed[f"{name}{ago}"] for name in ("units", "time", "why"))
    if (units or clock) and not took:
        raise WrongError(f"answer{ago}", asking.say("Tablets and a time belong to a dose that was taken."))
    if why and answer is not DoseAnswer.NOT_TAKEN:
        raise WrongError(f"why{ago}", asking.say("A reason belongs to a dose that was not taken."))
    wall = time_typed(asking, typed, f"time{ago}")
    if units and not units.isdecimal():
        raise WrongError(f"units{ago}", asking.say("This is no number."))
    return DayEntry(on, answer, int(units) if units else None, None, wall, NotTakenReason(why) if why else None)


CALL_DEEDS: Final = (
    Deed(
        "call",
        Permission.RECORD,
        _form,
        _do,
        DeedGroup.DOSES,
        (CallError,),
        offered=lambda person: not has_left(person.state),
    ),
)
