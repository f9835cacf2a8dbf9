"""A journey as an action of the pages: told with a look at the doses around it, and ended."""

from gettext import NullTranslations
from typing import Any, Final
from zoneinfo import available_timezones

from actions.settings import UnknownZoneError
from actions.travel import NewJourney, TravelPlan, end_journey, journey_at_hand, tell_journey
from messages.places import place_name
from models.journey import JourneyRow
from models.session import Change
from protocol.terms import Language, Source, TravelClock
from protocol.travel import PLACES, JourneyError
from web.asking import Asking, Deed, Field, FieldKind, Form, Group, Typed, WrongError
from web.asking_fields import day_typed
from web.dates import Dates
from web.deed_groups import DeedGroup
from web.permissions import Permission
from web.words import Words

NO_PLACES: Final = ("Etc/", "SystemV/", "US/", "Canada/", "Brazil/", "Mexico/", "Chile/")


async def _form(asking: Asking) -> Form:
    say = asking.say
    clocks = (("", "–"), *((clock.value, asking.words.clock(clock)) for clock in TravelClock))
    return [
        Group(
            (
                Field("tz", say("Where"), FieldKind.CHOICE, options=_places(asking)),
                Field("from_on", say("First day there"), FieldKind.DATE, value=asking.today.isoformat()),
                Field("until_on", say("Last day there"), FieldKind.DATE),
                Field("clock", say("Whose clock the doses keep"), FieldKind.CHOICE, options=clocks),
            )
        )
    ]


def _places(asking: Asking) -> tuple[tuple[str, str], ...]:
    """Those that are travelled to most, then every zone of the world by its name."""
    near = [tz for tz in PLACES.values() if tz != asking.person.tz]
    all_others = sorted(tz for tz in available_timezones() if "/" in tz and not tz.startswith(NO_PLACES))
    named = ((tz, f"{place_name(tz, asking.language)} · {tz}") for tz in near)
    return (("", "–"), *named, *((tz, tz) for tz in all_others if tz not in near))


async def _tell(change: Change, asking: Asking, typed: Typed) -> TravelPlan:
    if not typed["tz"] or not typed["clock"]:
        raise WrongError("clock" if typed["tz"] else "tz", asking.say("Fill this in."))
    first, last = day_typed(asking, typed, "from_on"), day_typed(asking, typed, "until_on")
    if last < first:
        raise WrongError("until_on", asking.say("The last day lies before the first one."))
    new = NewJourney(typed["tz"], first, last, TravelClock(typed["clock"]))
    by = asking.who.staff.name
    return await tell_journey(change, asking.person, new, asking.desk.trial, Source.STAFF_CALL, by)


async def _end_form(asking: Asking) -> Form:
    async with asking.desk.store.read() as session:
        row = await journey_at_hand(session, asking.person.id, asking.at)
    if row is None:
        return [Group((), title=asking.say("There is no journey."))]
    where = journey_line(row, asking.language, asking.texts)
    number = str(row.number)
    return [Group((Field("number", asking.say("Which"), FieldKind.CHOICE, value=number, options=((number, where),)),))]


def journey_line(row: JourneyRow, language: Language, texts: NullTranslations) -> str:
    """Where, when, and by which clock."""
    dates, clock = Dates(language), Words(texts).clock(row.clock)
    return f"{place_name(row.tz, language)} · {dates.day(row.from_on)} – {dates.day(row.until_on)} · {clock}"


async def _end(change: Change, asking: Asking, typed: Typed) -> TravelPlan:
    number = int(typed.get("number") or 0)
    by = asking.who.staff.name
    return await end_journey(change, asking.person, asking.desk.trial, Source.STAFF_CALL, by, number)


def _notes(asking: Asking, made: Any) -> list[str]:
    """The doses around the turns, each with its distance; and the visits that fall into the journey."""
    say, dates = asking.say, asking.dates
    notes = []
    for dose in made.doses:
        there = dates.moment(dose.due_at, dose.where.key)
        home = dates.moment(dose.due_at, asking.person.tz)
        hours = f"{dose.after.total_seconds() / 3600:g}" if dose.after else "–"
        said = say("Dose on %(there)s in %(place)s (at home %(home)s), %(hours)s h after the one before")
        values = {"there": there, "place": place_name(dose.where.key, asking.language), "home": home, "hours": hours}
        notes.append(said % values)
    for visit in made.visits:
        day = dates.day(visit.planned_on)
        notes.append(say("The visit %(key)s on %(day)s falls into it: move it.") % {"key": visit.key, "day": day})
    return notes


TRAVEL_DEEDS: Final = (
    Deed(
        "travel", Permission.RECORD, _form, _tell, DeedGroup.DOSES, (JourneyError, UnknownZoneError), notes=_notes,
    ),
    Deed(
        "travel-end", Permission.RECORD, _end_form, _end, DeedGroup.DOSES, (JourneyError,), notes=_notes,
        offered=lambda person: person.turns_at is not None,
    ),
)  # fmt: skip
