"""Visits as actions of the pages: arranged, moved, recorded, and the blood draw with its time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from actions.visit_plan import visits_of
from actions.visits import NewVisit, VisitError, add_visit, move_visit, record_draw, settle_visit
from models.participant import Participant
from models.session import Change
from models.visit import Visit
from protocol.forms import FormError
from protocol.moments import local_date, moment
from protocol.standing import has_left
from protocol.visits import MAY_DRAW, TO_COME, UNSCHEDULED, VisitState, may_become
from web.asking import Asking, AsksFor, Deed, Does, Field, FieldKind, Form, Group, Typed, WrongError
from web.asking_fields import day_typed, time_typed, yes_or_no
from web.deed_groups import DeedGroup
from web.permissions import Permission

REFUSALS: Final = (VisitError, FormError)
Suits = Callable[[Visit, Asking], bool]


def visit_name(asking: Asking, visit: Visit) -> str:
    """As the protocol file names it, with its planned day."""
    plans = {plan.key: plan.label[asking.language] for plan in asking.desk.trial.visits}
    name = plans.get(visit.key)
    if name is None:
        number = visit.key.rpartition("-")[2] if visit.key.startswith(UNSCHEDULED) else visit.key
        name = asking.say("Unscheduled visit %(number)s") % {"number": number}
    return f"{name} · {asking.dates.day(visit.planned_on)}"


async def _visit_field(asking: Asking, suits: Suits) -> Field:
    async with asking.desk.store.read() as session:
        visits = [one for one in await visits_of(session, asking.person.id) if suits(one, asking)]
    options = tuple((one.key, visit_name(asking, one)) for one in _nearest_first(visits, asking))
    hint = "" if options else asking.say("There is no such visit of this participant now.")
    return Field("visit", asking.say("Visit"), FieldKind.CHOICE, options=options or (("", "–"),), hint=hint)


def _nearest_first(visits: Sequence[Visit], asking: Asking) -> list[Visit]:
    return sorted(visits, key=lambda one: abs((one.planned_on - asking.today).days))


async def _visit(change: Change, asking: Asking, typed: Typed) -> Visit:
    found = next((one for one in await visits_of(change.session, asking.person.id) if one.key == typed["visit"]), None)
    if found is None:
        raise WrongError("visit", asking.say("There is no such visit of this participant now."))
    return found


async def _add_form(asking: Asking) -> Form:
    say, today = asking.say, asking.today.isoformat()
    return [
        Group(
            (
                Field("on", say("Day"), FieldKind.DATE, least=today),
                Field("at", say("Time"), FieldKind.TIME, required=False),
                yes_or_no(asking, "draw", say("Blood for a level: the dose waits that morning")),
                yes_or_no(asking, "fasting", say("Comes without breakfast")),
            )
        )
    ]


async def _add(change: Change, asking: Asking, typed: Typed) -> None:
    on = day_typed(asking, typed, "on", least=asking.today)
    new = NewVisit(on, time_typed(asking, typed, "at"), typed["draw"] == "yes", typed["fasting"] == "yes")
    await add_visit(change, asking.person, new, asking.desk.trial, asking.who.staff.name)


async def _move_form(asking: Asking) -> Form:
    say = asking.say
    day = Field("on", say("New day"), FieldKind.DATE, least=asking.today.isoformat())
    clock = Field("at", say("Time"), FieldKind.TIME, required=False)
    return [Group((await _visit_field(asking, _may_move), day, clock))]


def _may_move(visit: Visit, _asking: Asking) -> bool:
    return visit.drawn_at is None and (visit.state in TO_COME or may_become(visit.state, VisitState.PLANNED))


async def _move(change: Change, asking: Asking, typed: Typed) -> None:
    on, at = day_typed(asking, typed, "on", least=asking.today), time_typed(asking, typed, "at")
    found = await _visit(change, asking, typed)
    await move_visit(change, asking.person, found, on, at, asking.desk.trial, asking.who.staff.name)


async def _draw_form(asking: Asking) -> Form:
    say, zone = asking.say, ZoneInfo(asking.person.tz)
    now = asking.at.astimezone(zone)
    hint = say("As the participant's clock shows it, on the day of the visit.")
    clock = Field("at", say("Blood was taken at"), FieldKind.TIME, value=f"{now:%H:%M}", hint=hint)
    return [Group((await _visit_field(asking, _may_draw), clock))]


def _may_draw(visit: Visit, asking: Asking) -> bool:
    return visit.draw and visit.state in MAY_DRAW and visit.planned_on <= asking.today


async def _draw(change: Change, asking: Asking, typed: Typed) -> None:
    found, clock = await _visit(change, asking, typed), time_typed(asking, typed, "at")
    if clock is None:
        raise WrongError("at", asking.say("Fill this in."))
    taken_at: datetime = moment(found.planned_on, clock, ZoneInfo(asking.person.tz))
    if taken_at > change.at:
        raise WrongError("at", asking.say("This time lies ahead."))
    await record_draw(change, asking.person, found, taken_at, asking.desk.trial, asking.who.staff.name)


@dataclass(frozen=True, slots=True)
class _Settles:
    """Confirmed, attended, missed, cancelled, accepted: one visit, one new state."""

    state: VisitState

    async def form(self, asking: Asking) -> Form:
        field = await _visit_field(asking, self._suits)
        came = Field("on", asking.say("Came on"), FieldKind.DATE, value=asking.today.isoformat())
        return [Group((field, came) if self.state is VisitState.ATTENDED else (field,))]

    def _suits(self, visit: Visit, asking: Asking) -> bool:
        if self.state is VisitState.PLANNED:
            return visit.state is VisitState.PROPOSED
        over = visit.planned_on <= asking.today or self.state is not VisitState.MISSED
        return over and visit.state is not self.state and may_become(visit.state, self.state)

    async def do(self, change: Change, asking: Asking, typed: Typed) -> None:
        found = await _visit(change, asking, typed)
        on = day_typed(asking, typed, "on") if "on" in typed else None
        if on is not None and on > local_date(change.at, ZoneInfo(asking.person.tz)):
            raise WrongError("on", asking.say("This day lies ahead."))
        by = asking.who.staff.name
        await settle_visit(change, asking.person, found, self.state, asking.desk.trial, by, on=on)


def _deed(name: str, form: AsksFor, do: Does) -> Deed:
    def follows(person: Participant) -> bool:
        return not has_left(person.state)

    return Deed(name, Permission.RECORD, form, do, DeedGroup.VISITS, REFUSALS, offered=follows)


def _settling(name: str, state: VisitState) -> Deed:
    step = _Settles(state)
    return _deed(name, step.form, step.do)


VISIT_DEEDS: Final = (
    _deed("visit-drawn", _draw_form, _draw),
    _settling("visit-attended", VisitState.ATTENDED),
    _settling("visit-confirmed", VisitState.CONFIRMED),
    _settling("visit-missed", VisitState.MISSED),
    _deed("visit-move", _move_form, _move),
    _deed("visit-add", _add_form, _add),
    _settling("visit-cancel", VisitState.CANCELLED),
    _settling("visit-accept", VisitState.PLANNED),
)
