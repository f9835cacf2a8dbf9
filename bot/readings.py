"""Readings of another clock: what its moments are on the loop's own, and how long it takes to be told them."""

from collections import deque
from dataclasses import dataclass
from typing import Final

KEPT: Final = 32
KEPT_SECONDS: Final = 30.0
LEAD_FIRST: Final = 0.02  # until anything has been measured
LEAD_MORE: Final = 0.01
LEAD_MAX: Final = 0.5


@dataclass(frozen=True, slots=True)
class Reading:
    """The other clock read `now` some time between `asked_at` and `heard_at`; all was `done_at`."""

    asked_at: float
    now: float
    heard_at: float
    done_at: float


class Readings:
    """Every reading bounds the difference of the clocks on both sides; the tightest bounds of the last ones count."""

    def __init__(self) -> None:
        self._kept: deque[Reading] = deque(maxlen=KEPT)
        self._difference = 0.0  # the loop's clock less the other
        self._lead = LEAD_FIRST

    def note(self, reading: Reading) -> None:
        while self._kept and self._kept[0].done_at < reading.done_at - KEPT_SECONDS:
            self._kept.popleft()
        self._kept.append(reading)
        most = min(each.heard_at - each.now for each in self._kept)
        least = max(each.asked_at - each.now for each in self._kept)
        if least > most:  # one of the clocks was set: what was read before says nothing any more
            self._kept = deque([reading], KEPT)
            most, least = reading.heard_at - reading.now, reading.asked_at - reading.now
        self._difference = (most + least) / 2
        slowest = max(each.done_at - each.now for each in self._kept)
        self._lead = min(LEAD_MAX, max(0.0, slowest - self._difference) + LEAD_MORE)

    def moment(self, at: float) -> float:
        """The loop's moment of a moment of the other clock."""
        return at + self._difference

    def lead(self) -> float:
        """Seconds after which an answer has surely come, by what answers took lately."""
        return self._lead
