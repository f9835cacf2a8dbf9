"""A journey told in the chat, button by button: where, the two days, the clock; and back to normal."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from actions.hearing import Heard
from actions.planning import facts_as_they_stand, recent_doses
from actions.travel import (
    NewJourney,
    TravelPlan,
    check_journey,
    doses_around,
    end_journey,
    journey_at_hand,
    tell_journey,
    travel_plan,
    visits_within,
)
from protocol.moments import local_date
from protocol.screens import (
    ClockQuestion,
    JourneyNotPossible,
    JourneyOver,
    JourneyShown,
    PlaceQuestion,
    Screen,
    TravelDayQuestion,
    TravelDoseLine,
)
from protocol.terms import TravelClock
from protocol.travel import DAY, LONGEST, PLACES, JourneyError, TravelDose, clocks_agree

DAYS_SHOWN: Final = 12
PAGES_MAX: Final = LONGEST.days // DAYS_SHOWN
DAY_FORMAT: Final = "%y%m%d"


async def travel_screen(heard: Heard, argument: str = "") -> Screen | None:
    """The question that comes next, or the journey as it stands; None for what no button of ours could say."""
    if argument.startswith("end:"):
        return await _end(heard, argument.removeprefix("end:"))
    place, _, days = argument.partition("@")
    if place and place not in PLACES:
        return None
    if not place:
        return await _at_hand(heard) or PlaceQuestion(_elsewhere(heard))
    return await _days(heard, place, days)


def _elsewhere(heard: Heard) -> tuple[str, ...]:
    """The clocks of home need no journey."""
    return tuple(code for code, tz in PLACES.items() if tz != heard.participant.tz)


async def _at_hand(heard: Heard) -> Screen | None:
    row = await journey_at_hand(heard.change.session, heard.participant.id, heard.at)
    if row is None:
        return None
    return _shown(heard, await travel_plan(heard.change, heard.participant, row, heard.trial), new=False)


async def _days(heard: Heard, place: str, said: str) -> Screen | None:
    """`said`: "", "p1", "260603", "260603-p1", "260603-260610", or the last with ":home" or ":local"."""
    said, _, clock = said.partition(":")
    first, _, last = said.partition("-")
    from_on, until_on = _day(first), _day(last)
    if from_on is None:
        return _ask_first(heard, place, _page(first))
    if until_on is None:
        return _ask_last(place, from_on, _page(last))
    if clock and clock not in set(TravelClock):
        return None
    return await _by_clock(heard, place, from_on, until_on, TravelClock(clock) if clock else None)


def _ask_first(heard: Heard, place: str, page: int) -> Screen:
    return _ask(place, local_date(heard.at, heard.participant.wall), page, None)


def _ask_last(place: str, from_on: date, page: int) -> Screen:
    return _ask(place, from_on, page, from_on)


def _ask(place: str, first: date, page: int, from_on: date | None) -> Screen:
    begins = first + DAY * DAYS_SHOWN * page
    return TravelDayQuestion(place, tuple(begins + DAY * step for step in range(DAYS_SHOWN)), page, from_on)


async def _by_clock(heard: Heard, place: str, from_on: date, until_on: date, clock: TravelClock | None) -> Screen:
    """With a clock it is kept, else both are shown; where both walls show the same there is nothing to choose."""
    person = heard.participant
    new = NewJourney(PLACES[place], from_on, until_on, clock or TravelClock.HOME)
    try:
        made = await check_journey(heard.change, person, new)
        if clock is None and not clocks_agree(made, ZoneInfo(person.tz)):
            return await _ask_clock(heard, place, new)
        told = await tell_journey(heard.change, person, new, heard.trial, heard.source, heard.chat.link_id)
    except JourneyError:
        return JourneyNotPossible()
    return _shown(heard, told, new=True)


async def _ask_clock(heard: Heard, place: str, new: NewJourney) -> Screen:
    change, person = heard.change, heard.participant
    facts = await facts_as_they_stand(change, person, await recent_doses(change, person.id))
    lines = {}
    for clock in TravelClock:
        made = await check_journey(change, person, replace(new, clock=clock))
        away = replace(facts, journeys=tuple(sorted((*facts.journeys, made), key=lambda one: one.starts_at)))
        lines[clock] = _lines(doses_around(away, made, heard.trial, heard.at))
    visits = await visits_within(change, person, new.from_on, new.until_on)
    home, local = lines[TravelClock.HOME], lines[TravelClock.LOCAL]
    return ClockQuestion(place, new.from_on, new.until_on, home, local, tuple(one.planned_on for one in visits))


async def _end(heard: Heard, number: str) -> Screen:
    """The one whose button it was; an old button changes nothing."""
    try:
        told = await end_journey(
            heard.change, heard.participant, heard.trial, heard.source, heard.chat.link_id, _number(number)
        )
    except JourneyError:
        return await _at_hand(heard) or JourneyOver(())
    return JourneyOver(_lines(told.doses))


def _shown(heard: Heard, told: TravelPlan, *, new: bool) -> Screen:
    row = told.row
    return JourneyShown(
        row.tz,
        row.from_on,
        row.until_on,
        row.clock,
        _lines(told.doses),
        tuple(one.planned_on for one in told.visits),
        row.number,
        new,
        under_way=row.starts_at <= heard.at,
    )


def _lines(doses: Sequence[TravelDose]) -> tuple[TravelDoseLine, ...]:
    hour = timedelta(hours=1)
    return tuple(TravelDoseLine(one.due_at, one.where.key, one.after / hour if one.after else 0.0) for one in doses)


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, DAY_FORMAT).replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _page(text: str) -> int:
    """Of "p3" the 3; the first page for anything else."""
    return min(_number(text.removeprefix("p")) or 0, PAGES_MAX)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 4 else None  # noqa: PLR2004
