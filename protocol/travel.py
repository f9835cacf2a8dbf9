"""A participant away from home: on whose wall the doses stand, and where the person is, at any moment.

Doses are taken by the clock of home or by the local one, as the participant chooses; everything else that is said to
them goes by the wall where they are. Whatever the zones, two doses lie at least the minimum gap apart, and never more
than a day and that gap.
"""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from protocol.moments import first_wall_time, moment
from protocol.terms import TravelClock

PLACES: Final = {
    "tyo": "Asia/Tokyo",
    "sel": "Asia/Seoul",
    "sin": "Asia/Singapore",
    "bkk": "Asia/Bangkok",
    "jkt": "Asia/Jakarta",
    "dxb": "Asia/Dubai",
    "mow": "Europe/Moscow",
    "ber": "Europe/Berlin",
    "par": "Europe/Paris",
    "lon": "Europe/London",
    "nyc": "America/New_York",
    "chi": "America/Chicago",
    "yto": "America/Toronto",
    "lax": "America/Los_Angeles",
    "yvr": "America/Vancouver",
    "syd": "Australia/Sydney",
    "akl": "Pacific/Auckland",
    "sha": "Asia/Shanghai",
}
"""Places that a button offers, by a short code; any other one is told by staff."""

LONGEST: Final = timedelta(days=180)
DAY: Final = timedelta(days=1)
MIDNIGHT: Final = time(0)


class JourneyError(ValueError):
    """These days and this zone make no journey; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Journey:
    """Away in [starts_at, ends_at), both in UTC; `zone` is where."""

    zone: ZoneInfo
    clock: TravelClock
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Clocks:
    """Home, and the journeys from it: in order, and no two at once."""

    home: ZoneInfo
    journeys: tuple[Journey, ...] = ()

    def where(self, at: datetime) -> ZoneInfo:
        """The zone that the person is in."""
        away = self._away(at)
        return away.zone if away else self.home

    def of_doses(self, at: datetime) -> ZoneInfo:
        """The zone whose wall shows the reminder's time."""
        away = self._away(at)
        return away.zone if away and away.clock is TravelClock.LOCAL else self.home

    def next_dose(self, after: datetime, wall: time) -> tuple[datetime, ZoneInfo]:
        """The first moment later than `after` at which the wall that then counts shows `wall`, and that wall's zone.

        Where a change of clocks would leave more than a day without one, the new wall counts a few hours early.
        """
        found, zone = self._by_the_wall_of_then(after, wall)
        return (first_wall_time(after, wall, zone), zone) if found - after > DAY else (found, zone)

    def _by_the_wall_of_then(self, after: datetime, wall: time) -> tuple[datetime, ZoneInfo]:
        since = after
        while True:
            zone, until = self.of_doses(since), self.changes_after(since)
            found = first_wall_time(after if since == after else since - timedelta.resolution, wall, zone)
            if until is None or found < until:
                return found, zone
            since = until

    def changes_after(self, at: datetime) -> datetime | None:
        """When the person leaves or comes back next; None where nothing is known to lie ahead."""
        return min((turn for one in self.journeys for turn in (one.starts_at, one.ends_at) if turn > at), default=None)

    def is_away(self, at: datetime) -> bool:
        return self._away(at) is not None

    def _away(self, at: datetime) -> Journey | None:
        return next((one for one in self.journeys if one.starts_at <= at < one.ends_at), None)


@dataclass(frozen=True, slots=True)
class TravelDose:
    """One dose near a change of clocks: its moment (UTC), where they are then, how long after the one before."""

    due_at: datetime
    where: ZoneInfo
    after: timedelta | None


def around_turns(doses: Collection[datetime], turns: Sequence[datetime], clocks: Clocks) -> tuple[TravelDose, ...]:
    """Of the doses by their moments: the last one before each turn and the two after it. `turns` in UTC."""
    times = sorted(doses)
    shown: set[int] = set()
    for turn in turns:
        first = bisect_left(times, turn)
        shown |= {step for step in range(first - 1, first + 2) if 0 <= step < len(times)}
    return tuple(
        TravelDose(times[step], clocks.where(times[step]), times[step] - times[step - 1] if step else None)
        for step in sorted(shown)
    )


def journey_of(zone: ZoneInfo, home: ZoneInfo, clock: TravelClock, from_on: date, until_on: date) -> Journey:
    """From the first midnight there to the midnight at home after the last day there. Raises JourneyError."""
    if until_on < from_on:
        raise JourneyError("the last day lies before the first one: turn them round")
    if until_on - from_on >= LONGEST:
        raise JourneyError(f"longer than {LONGEST.days} days: set the participant's time zone instead")
    starts_at, ends_at = moment(from_on, MIDNIGHT, zone), moment(until_on + DAY, MIDNIGHT, home)
    if starts_at >= ends_at:
        raise JourneyError("between these two zones that day is over before it begins: give another day")
    return Journey(zone, clock, starts_at, ends_at)


def overlapping(new: Journey, others: Sequence[Journey]) -> Journey | None:
    """One that lies in the same days; only one journey is made at a time."""
    return next((one for one in others if one.starts_at < new.ends_at and new.starts_at < one.ends_at), None)


def clocks_agree(journey: Journey, home: ZoneInfo) -> bool:
    """Both walls show the same the whole time, so that there is nothing to choose."""
    days = (journey.ends_at - journey.starts_at).days + 1
    moments = [journey.starts_at + DAY * step for step in range(days)]
    return all(at.astimezone(journey.zone).utcoffset() == at.astimezone(home).utcoffset() for at in moments)
