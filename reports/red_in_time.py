"""Red alerts against the clock of the trial: how many a human took note of before it struck again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from protocol.alert_clock import AlertClock


@dataclass(frozen=True, slots=True)
class InTime:
    """Of the alerts of which it is known, those acknowledged before `limit_s` had passed since their clock began."""

    limit_s: float
    judged: int
    in_time: int

    @property
    def share(self) -> float | None:
        """None where nothing is known yet."""
        return self.in_time / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class RedInTime:
    """`within_repeat`: nobody had to be told twice. `before_next`: the next person was not called."""

    within_repeat: InTime
    before_next: InTime


def red_in_time(rows: Iterable[Any], clock: AlertClock, as_of: datetime) -> RedInTime:
    """The rows are those that run by the clock of red, which never sleeps; each with `clock_from`, `acknowledged_at`.

    A clock that begins anew, because a matter grew worse or came again, is judged from its new beginning.
    """
    spans = [(row.clock_from, row.acknowledged_at) for row in rows if row.clock_from <= as_of]
    return RedInTime(
        _in_time(spans, clock.repeat_every, as_of),
        _in_time(spans, clock.next_after, as_of),
    )


def _in_time(spans: list[tuple[datetime, datetime | None]], limit: timedelta, as_of: datetime) -> InTime:
    """At the limit itself it strikes. One that waits for less than the limit may still be in time: it is not judged."""
    seen = [at - since for since, at in spans if at is not None and at <= as_of]
    met = sum(waited < limit for waited in seen)
    missed = sum(as_of - since >= limit for since, at in spans if at is None or at > as_of)
    return InTime(limit.total_seconds(), len(seen) + missed, met)
