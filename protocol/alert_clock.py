"""When an alert that nobody has acknowledged is told again, and how far down the on-call list by then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from protocol.duty import Hours, staffed_spans
from protocol.terms import Level


@dataclass(frozen=True, slots=True)
class AlertClock:
    """The clock of one level. `always`: it runs day and night; else only in staffed hours."""

    always: bool
    repeat_every: timedelta
    next_after: timedelta  # so long without an acknowledgement, and the next person is called as well


@dataclass(frozen=True, slots=True)
class Call:
    """The next telling. `reach`: so many places of the on-call list are told, from the first one on."""

    at: datetime
    reach: int


def clock_for(clocks: Mapping[Level, AlertClock], level: Level, *, paged: bool) -> AlertClock | None:
    """The clock of a level; one that pages somebody runs by the red clock. None: it waits on the worklist."""
    return clocks.get(Level.RED if paged else level)


def next_call(clock: AlertClock, opened_at: datetime, last_called_at: datetime | None, hours: Hours) -> Call:
    """The next telling of an open, unacknowledged alert; it never ends by itself.

    One call is due at a time: after an outage the next one lies in the past once, and the one after it does not.
    """
    if last_called_at is None:
        at = _later(opened_at, timedelta(), clock, hours)
    else:
        at = _later(max(last_called_at, opened_at), clock.repeat_every, clock, hours)
    return Call(at, reach_at(clock, opened_at, at, hours))


def reach_at(clock: AlertClock, opened_at: datetime, at: datetime, hours: Hours) -> int:
    """How many places of the on-call list have been reached at a moment; more than there are means everybody."""
    return 1 + max(_running(opened_at, at, clock, hours), timedelta()) // clock.next_after


def _later(start: datetime, length: timedelta, clock: AlertClock, hours: Hours) -> datetime:
    """The moment at which the clock has run for `length` since `start`."""
    if clock.always:
        return start + length
    for span in staffed_spans(start, hours):
        if span.from_at + length < span.until_at:
            return span.from_at + length
        length -= span.until_at - span.from_at
    raise AssertionError("staffed hours have no end")  # pragma: no cover - the spans go on for ever


def _running(start: datetime, until: datetime, clock: AlertClock, hours: Hours) -> timedelta:
    """How long the clock has run."""
    if clock.always:
        return until - start
    run = timedelta()
    for span in staffed_spans(start, hours):
        if span.from_at >= until:
            break
        run += min(span.until_at, until) - span.from_at
    return run
