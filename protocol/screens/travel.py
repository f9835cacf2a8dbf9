"""Screens about a journey: where, from when, until when, by which clock, and back to normal."""

from dataclasses import dataclass
from datetime import date, datetime

from protocol.terms import TravelClock


@dataclass(frozen=True, slots=True)
class TravelDoseLine:
    """One dose near a change of clocks. `tz`: where they are then. `hours`: after the one before; 0 where unknown."""

    due_at: datetime
    tz: str
    hours: float


@dataclass(frozen=True, slots=True)
class PlaceQuestion:
    """Where to; the places by their codes."""

    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TravelDayQuestion:
    """The first day there, or the last one where `from_on` is known. `place` is a code; `page` the days shown."""

    place: str
    days: tuple[date, ...]
    page: int
    from_on: date | None


@dataclass(frozen=True, slots=True)
class ClockQuestion:
    """By which clock the doses are taken, with the doses around the journey on either."""

    place: str
    from_on: date
    until_on: date
    at_home: tuple[TravelDoseLine, ...]
    at_local: tuple[TravelDoseLine, ...]
    visit_days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class JourneyShown:
    """A journey as it stands. `new`: it was told just now. `number`: which one its button ends."""

    tz: str
    from_on: date
    until_on: date
    clock: TravelClock
    doses: tuple[TravelDoseLine, ...]
    visit_days: tuple[date, ...]
    number: int
    new: bool
    under_way: bool


@dataclass(frozen=True, slots=True)
class JourneyOver:
    """Back to normal, or never made."""

    doses: tuple[TravelDoseLine, ...]


@dataclass(frozen=True, slots=True)
class JourneyNotPossible:
    """These days make no journey, or lie in another one; nothing was changed."""
