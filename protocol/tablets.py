"""Tablets: what was dispensed, returned, lost and counted, and how many should be left by what was reported taken."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from protocol.day_facts import REPORTED, DayFact
from protocol.terms import DoseState

BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
DAY: Final = timedelta(days=1)


class MovementKind(StrEnum):
    """What happened to whole units of the product."""

    DISPENSED = "dispensed"
    RETURNED = "returned"
    LOST = "lost"  # or thrown away; they will not come back
    COUNTED = "counted"  # so many are left; nothing moves


class MovementSource(StrEnum):
    """Whose number it is; only one that staff have counted is verified."""

    STAFF = "staff"
    PARTICIPANT = "participant"
    HELPER = "helper"


@dataclass(frozen=True, slots=True)
class TabletRules:
    """`units_max`: more in one movement is a slip of the pen. `discrepancy_points`: what lies beyond is listed."""

    refill_lead_days: int
    units_max: int
    discrepancy_points: float


@dataclass(frozen=True, slots=True)
class Unit:
    """What is counted: two strengths, or a tablet and a capsule, are never added up."""

    product: str
    strength_mg: float


@dataclass(frozen=True, slots=True)
class Movement:
    """So many units at a moment (UTC); of COUNTED those that were left, 0 too."""

    kind: MovementKind
    of: Unit
    units: int
    at: datetime
    source: MovementSource = MovementSource.STAFF

    @property
    def is_verified(self) -> bool:
        return self.source is MovementSource.STAFF

    @property
    def added(self) -> int:
        """By how many units it changes what the participant holds."""
        if self.kind is MovementKind.COUNTED:
            return 0
        return self.units if self.kind is MovementKind.DISPENSED else -self.units


@dataclass(frozen=True, slots=True)
class UnitBounds:
    """Units between two figures, both included: an unreported dose may or may not have been taken."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Use:
    """What one dose took from the box at some moment in [from_at, until_at], both the same where it is known."""

    from_at: datetime
    until_at: datetime
    units: UnitBounds


def use_of(day: DayFact, opens_before: timedelta) -> Use:
    """A reported dose took what was reported, a held one nothing; silence, and an open dose, none up to all ordered."""
    opens_at = day.due_at - opens_before
    closes_at = opens_at + DAY
    if day.state is not DoseState.HELD and day.state not in REPORTED:
        return Use(opens_at, closes_at, UnitBounds(0, max(day.expected_units, day.taken_units)))
    units = UnitBounds(day.taken_units, day.taken_units)
    times = day.taken_at if len(day.taken_at) >= max(1, day.doses_taken) else (opens_at, closes_at, *day.taken_at)
    return Use(min(times), max(times), units)


def used(uses: Iterable[Use], *, after: datetime, until: datetime) -> UnitBounds:
    """Units taken later than `after` and up to `until`: surely, and at most."""
    low = high = 0
    for one in uses:
        low += one.units.low if one.from_at > after and one.until_at <= until else 0
        high += one.units.high if one.until_at > after and one.from_at <= until else 0
    return UnitBounds(low, high)


def in_order(movements: Iterable[Movement]) -> list[Movement]:
    """By their moments; of one moment as they were recorded."""
    return sorted(movements, key=lambda one: one.at)


def given(movements: Iterable[Movement], *, until: datetime) -> int:
    """Dispensed − returned − lost; may be below nothing only where the ledger cannot be (`movement_problems`)."""
    return sum(one.added for one in movements if one.at <= until)


def expected_remaining(movements: Sequence[Movement], uses: Sequence[Use], at: datetime) -> UnitBounds:
    """Dispensed − returned − lost − units reported taken, of one unit's movements.

    Not clipped: below nothing, more was reported taken than was there, and that is a finding.
    """
    held, taken = given(movements, until=at), used(uses, after=BEGINNING, until=at)
    return UnitBounds(held - taken.high, held - taken.low)


def likely_remaining(movements: Sequence[Movement], uses: Sequence[Use], at: datetime) -> UnitBounds:
    """The same, begun anew at the newest verified count: what a refill is planned by.

    A number that the participant has typed since then can only lower the lower bound: a slip must not let them run out.
    """
    counts = [one for one in in_order(movements) if one.kind is MovementKind.COUNTED and one.at <= at]
    verified = next((one for one in reversed(counts) if one.is_verified), None)
    found = _since(verified, movements, uses, at) if verified else expected_remaining(movements, uses, at)
    typed = next((one for one in reversed(counts) if not one.is_verified), None)
    if typed is None or (verified is not None and typed.at < verified.at):
        return found
    return UnitBounds(min(found.low, _since(typed, movements, uses, at).low), found.high)


def _since(count: Movement, movements: Sequence[Movement], uses: Sequence[Use], at: datetime) -> UnitBounds:
    ordered = in_order(movements)
    later = [one for one in ordered[ordered.index(count) + 1 :] if one.at <= at]
    left, taken = count.units + given(later, until=at), used(uses, after=count.at, until=at)
    return UnitBounds(left - taken.high, left - taken.low)


def possible_count(units: int, movements: Sequence[Movement], at: datetime) -> bool:
    """Whether so many can be left: not more than were given out and neither returned nor lost.

    Only the impossible is asked about again, never what differs from the reports: nobody is led to make both agree.
    """
    return 0 <= units <= given(movements, until=at)


def movement_problems(
    new: Movement, others: Sequence[Movement], rules: TabletRules, *, now: datetime, zone: ZoneInfo
) -> Iterator[str]:
    """Everything that cannot be, each with what to do. `others`: what stands, without the one it corrects.

    A movement may be entered later than it happened; then every later one must still be possible. A number that no
    member of staff has counted proves nothing, and hinders nothing.
    """
    at_least = 0 if new.kind is MovementKind.COUNTED else 1
    if not at_least <= new.units <= rules.units_max:
        yield f"{new.kind}: {new.units} units; write a whole number from {at_least} to {rules.units_max}"
        return
    if new.at > now:
        yield f"{new.kind}: {_wall(new.at, zone)} lies ahead; it is {_wall(now, zone)}"
        return
    yield from ledger_problems([*others, new], zone)


def ledger_problems(movements: Sequence[Movement], zone: ZoneInfo) -> Iterator[str]:
    """The first movement that takes, or finds, more than could be there, of each unit."""
    for unit in dict.fromkeys(one.of for one in movements):
        there = 0
        for one in in_order(one for one in movements if one.of == unit):
            needed = one.units if one.kind is MovementKind.COUNTED and one.is_verified else -min(0, one.added)
            if needed > there:
                yield (
                    f"{one.kind}: {needed} units at {_wall(one.at, zone)}, where at most {there} could be left;"
                    " correct the number or the time, or enter the missing dispensing first"
                )
                break
            there += one.added


def _wall(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
