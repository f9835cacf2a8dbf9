"""Response, derived from configured thresholds and never confirmed by itself: complete, partial, none, relapse.

Haemoglobin alone decides nothing: who was transfused shortly before has no response that a value could show.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from protocol.transfusions import TransfusionHistory

DERIVED: Final = "derived, unconfirmed"


class ResponseKind(StrEnum):
    """What the thresholds make of one time point."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    NONE = "none"
    RELAPSE = "relapse"  # a response was there, and is lost
    UNKNOWN = "unknown"  # a value that is needed is missing


RESPONDED: Final = frozenset({ResponseKind.COMPLETE, ResponseKind.PARTIAL})


@dataclass(frozen=True, slots=True)
class ResponseRules:
    """Complete: at least `complete_g_l` without a transfusion for `transfusion_free`. Partial: the same freedom, and a
    rise of at least `partial_rise_g_l` above the baseline.
    """

    complete_g_l: float
    partial_rise_g_l: float
    transfusion_free: timedelta

    @property
    def told(self) -> str:
        """The rule in words, as it stands beside each result."""
        free = f"without a transfusion in the {self.transfusion_free.days} days before"
        return (
            f"{DERIVED}: complete from {self.complete_g_l:g} g/L, partial from {self.partial_rise_g_l:g} g/L above the"
            f" baseline, both {free}; none otherwise, relapse where it was there at an earlier time point"
        )


@dataclass(frozen=True, slots=True)
class TimePoint:
    """One haemoglobin (g/L) at one time, None where there is none; `on` is the day it is about."""

    on: date
    g_l: float | None


@dataclass(frozen=True, slots=True)
class Response:
    """One time point judged; `rule` says by what. `transfusion_free_days`: see `TransfusionHistory.free_days`."""

    on: date
    kind: ResponseKind
    transfusion_free_days: int | None
    rule: str


def responses(
    points: Sequence[TimePoint], baseline_g_l: float | None, history: TransfusionHistory, rules: ResponseRules
) -> list[Response]:
    """Each time point in order of time; a loss after a response is a relapse, and stays one until it responds again."""
    found, responded = [], False
    for point in sorted(points, key=lambda one: one.on):
        kind = _kind(point, baseline_g_l, history, rules)
        if kind is ResponseKind.NONE and responded:
            kind = ResponseKind.RELAPSE
        responded = responded or kind in RESPONDED
        found.append(Response(point.on, kind, history.free_days(point.on), rules.told))
    return found


def _kind(
    point: TimePoint, baseline_g_l: float | None, history: TransfusionHistory, rules: ResponseRules
) -> ResponseKind:
    since = history.days_since(point.on)
    if since is not None and since < rules.transfusion_free.days:
        return ResponseKind.NONE
    if point.g_l is None:
        return ResponseKind.UNKNOWN
    if point.g_l >= rules.complete_g_l:
        return ResponseKind.COMPLETE
    if baseline_g_l is None:
        return ResponseKind.UNKNOWN
    return ResponseKind.PARTIAL if point.g_l - baseline_g_l >= rules.partial_rise_g_l else ResponseKind.NONE


@dataclass(frozen=True, slots=True)
class CohortResponse:
    """Counts over people at one time point. `people` are all, those of unknown response too: nobody drops out."""

    people: int
    complete: int
    partial: int
    unknown: int

    @property
    def overall(self) -> int:
        return self.complete + self.partial

    def percent(self, number: int) -> float | None:
        """Of all people, to one decimal; None where there is nobody."""
        return round(100 * number / self.people, 1) if self.people else None


def cohort_response(kinds: Iterable[ResponseKind]) -> CohortResponse:
    """The counts of one time point."""
    all_kinds = list(kinds)
    return CohortResponse(
        len(all_kinds),
        all_kinds.count(ResponseKind.COMPLETE),
        all_kinds.count(ResponseKind.PARTIAL),
        all_kinds.count(ResponseKind.UNKNOWN),
    )
