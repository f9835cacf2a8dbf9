"""Who is on duty: staffed hours, the on-call list, and whether every hour has a name and a phone.

Which days are working days is given from outside, with public holidays and the days worked instead of them.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from protocol.moments import local_date, moment

DAY = timedelta(days=1)
SATURDAY = 6
LONGEST_REST = 15
"""Days: no public holiday is longer. A calendar that knows no working day for so long is not believed."""

WorkingDay: TypeAlias = Callable[[date], bool]


class ShiftDays(StrEnum):
    """On which days a shift of the on-call list begins."""

    EVERY = "every"
    WORKING = "working"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Duty:
    """When the study team is at work, on working days, on the site's wall."""

    staffed_from: time
    staffed_until: time
    on_call_ahead: timedelta  # so far ahead every hour must have a name and a phone


@dataclass(frozen=True, slots=True)
class Shift:
    """One line of a site's on-call list. `until_time` at or before `from_time` lies on the next day."""

    place: int  # 1 is called first, then 2
    name: str
    phone: str
    from_time: time
    until_time: time
    days: ShiftDays = ShiftDays.EVERY
    weekdays: frozenset[int] = frozenset()  # Monday is 1; empty: all
    first_on: date | None = None
    last_on: date | None = None

    def reachable(self) -> bool:
        """A line without a name or without a phone covers no hour."""
        return bool(self.name.strip()) and any(sign.isdigit() for sign in self.phone)


@dataclass(frozen=True, slots=True)
class Span:
    """[from_at, until_at)"""

    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class Hours:
    """The site's own time: its duty, its zone and its working days."""

    duty: Duty
    zone: ZoneInfo
    is_working: WorkingDay

    def works(self, on: date) -> bool:
        """By the calendar; by the weekday where the calendar has lost every working day."""
        if self.is_working(on):
            return True
        return is_weekday(on) and not any(self.is_working(on - back * DAY) for back in range(1, LONGEST_REST + 1))


def working_days(free: Collection[date], worked: Collection[date]) -> WorkingDay:
    """Monday to Friday without public holidays, and the weekend days that are worked instead."""
    return lambda on: on in worked or (is_weekday(on) and on not in free)


def is_weekday(on: date) -> bool:
    """Monday to Friday: the rule where no calendar is at hand."""
    return on.isoweekday() < SATURDAY


def staffed(at: datetime, hours: Hours) -> bool:
    """True while the study team is at work."""
    return staffed_span(local_date(at, hours.zone), hours, at) is not None


def staffed_span(on: date, hours: Hours, at: datetime) -> Span | None:
    """The staffed hours of a day, if `at` lies in them."""
    span = _staffed_day(on, hours)
    return span if span is not None and span.from_at <= at < span.until_at else None


def staffed_spans(from_at: datetime, hours: Hours) -> Iterator[Span]:
    """The staffed hours from a moment on, day after day without an end; the first one may have begun."""
    on = local_date(from_at, hours.zone)
    while True:
        span = _staffed_day(on, hours)
        if span is not None and span.until_at > from_at:
            yield Span(max(span.from_at, from_at), span.until_at)
        on += DAY


def on_call(shifts: Sequence[Shift], at: datetime, hours: Hours) -> tuple[Shift, ...]:
    """Who is called at this moment, the first one first; lines that reach nobody are left out."""
    on = local_date(at, hours.zone)
    days = (on - DAY, on, on + DAY)
    found = [shift for shift in shifts if shift.reachable() and any(_covers(shift, day, at, hours) for day in days)]
    return tuple(sorted(found, key=lambda shift: shift.place))


def uncovered(shifts: Sequence[Shift], from_at: datetime, hours: Hours) -> tuple[Span, ...]:
    """The times from `from_at` to `on_call_ahead` later in which nobody with a name and a phone is on call."""
    until_at = from_at + hours.duty.on_call_ahead
    first = local_date(from_at, hours.zone) - DAY
    days = [first + number * DAY for number in range((until_at - from_at) // DAY + 3)]
    spans = [span for shift in shifts if shift.reachable() for on in days if (span := _span(shift, on, hours))]
    gaps, covered_to = [], from_at
    for span in sorted(spans, key=lambda one: one.from_at):
        if span.from_at > covered_to:
            gaps.append(Span(covered_to, min(span.from_at, until_at)))
        covered_to = max(covered_to, span.until_at)
        if covered_to >= until_at:
            break
    if covered_to < until_at:
        gaps.append(Span(covered_to, until_at))
    return tuple(gaps)


def _covers(shift: Shift, on: date, at: datetime, hours: Hours) -> bool:
    span = _span(shift, on, hours)
    return span is not None and span.from_at <= at < span.until_at


def _span(shift: Shift, on: date, hours: Hours) -> Span | None:
    """What a line covers from its beginning on this day, if it begins on it."""
    if (shift.first_on and on < shift.first_on) or (shift.last_on and on > shift.last_on):
        return None
    if shift.weekdays and on.isoweekday() not in shift.weekdays:
        return None
    if shift.days is not ShiftDays.EVERY and hours.works(on) is not (shift.days is ShiftDays.WORKING):
        return None
    ends_on = on if shift.until_time > shift.from_time else on + DAY
    return Span(moment(on, shift.from_time, hours.zone), moment(ends_on, shift.until_time, hours.zone))


def _staffed_day(on: date, hours: Hours) -> Span | None:
    if not hours.works(on):
        return None
    duty = hours.duty
    return Span(moment(on, duty.staffed_from, hours.zone), moment(on, duty.staffed_until, hours.zone))
