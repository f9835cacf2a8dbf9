"""The adherence arithmetic: counts, shares with their bounds, intervals and holidays, of one person or pooled.

D are the scheduled doses that are neither held nor open, R those of them that were reported. Unreported and not asked
doses stay in D: taken by nobody in the lower bound, by everybody in the upper one. Not asked ones leave the
denominator of the response rate. Every share keeps its numerator and denominator. Nothing is capped at 100.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from protocol.day_facts import REPORTED, SCHEDULED, SILENT, DayFact
from protocol.persistence import Duration, Step, initiation_days, kaplan_meier, persistence
from protocol.terms import Cause, DoseState
from protocol.trial import Metrics

__all__ = ["Adherence", "Bounds", "DayFact", "Duration", "Holiday", "Share", "Step", "Timing", "adherence",
           "kaplan_meier", "pooled"]  # fmt: skip

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, with both kept."""

    numerator: float
    denominator: float

    @property
    def percent(self) -> float | None:
        """0 and up, uncapped; None where there is nothing to divide by."""
        return 100 * self.numerator / self.denominator if self.denominator > 0 else None


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lower: silence is not taken. Reported: silence left out. Upper: silence is taken as ordered."""

    lower: Share
    reported: Share
    upper: Share


@dataclass(frozen=True, slots=True)
class Timing:
    """Doses claimed within so much of the due moment; doses of unknown time are not on time, and are counted."""

    within: timedelta
    share: Share
    unknown: int


@dataclass(frozen=True, slots=True)
class Holiday:
    """A run of scheduled doses without one taken."""

    from_on: date
    until_on: date
    doses: int


@dataclass(frozen=True, slots=True)
class Adherence:
    """Of one person, or of several; `initiation` has an entry per person, `persistence` one per person who began."""

    scheduled: int
    taken: int
    taken_partly: int
    not_taken: int
    unreported: int
    not_asked: Mapping[Cause | None, int]
    held: int
    open: int
    response: Share
    taking: Bounds
    correct_days: Bounds
    timing: tuple[Timing, ...]
    interval_observed: Share
    interval_expected: Share
    intervals_left_out: int
    mg_intensity: Share
    holidays: tuple[Holiday, ...]
    holidays_sensitivity: tuple[Holiday, ...]
    initiation: tuple[int | None, ...]
    persistence: tuple[Duration, ...]


def adherence(
    days: Sequence[DayFact], metrics: Metrics, *, as_of: datetime, stopped_on: date | None = None
) -> Adherence:
    """The adherence of one person by the facts known at `as_of`.

    Days due later are left out unless they were answered early. `stopped_on`: the date of a discontinuation, if any.
    """
    known = sorted((day for day in days if day.due_at <= as_of or day.state in REPORTED), key=lambda day: day.ordinal)
    scheduled = [day for day in known if day.state in SCHEDULED]
    states = Counter(day.state for day in known)
    good, counted, left_out = _intervals(known, metrics.interval_tolerance)
    duration = persistence(known, metrics.persistence_gap_days, stopped_on)
    return Adherence(
        scheduled=len(scheduled),
        taken=states[DoseState.TAKEN],
        taken_partly=states[DoseState.TAKEN_PARTLY],
        not_taken=states[DoseState.NOT_TAKEN],
        unreported=states[DoseState.UNREPORTED],
        not_asked=dict(Counter(day.cause for day in scheduled if day.state is DoseState.NOT_ASKED)),
        held=states[DoseState.HELD],
        open=states[DoseState.OPEN],
        response=Share(sum(day.state in REPORTED for day in scheduled), len(scheduled) - states[DoseState.NOT_ASKED]),
        taking=_bounds(scheduled, lambda day: day.reported_doses),
        correct_days=_bounds(scheduled, lambda day: int(day.is_correct)),
        timing=tuple(_timing(scheduled, within) for within in metrics.timing),
        interval_observed=Share(good, counted),
        interval_expected=Share(good, max(0, len(scheduled) - 1)),
        intervals_left_out=left_out,
        mg_intensity=Share(sum(day.reported_mg for day in scheduled), sum(day.expected_mg for day in scheduled)),
        holidays=_holidays(known, metrics.holiday_days, {DoseState.NOT_TAKEN}),
        holidays_sensitivity=_holidays(known, metrics.holiday_days, {DoseState.NOT_TAKEN, *SILENT}),
        initiation=(initiation_days(known),),
        persistence=(duration,) if duration else (),
    )


def pooled(people: Sequence[Adherence]) -> Adherence:
    """A cohort: counts, numerators and denominators summed, holidays and durations side by side."""
    causes: Counter[Cause | None] = Counter()
    for one in people:
        causes.update(one.not_asked)
    return Adherence(
        scheduled=sum(one.scheduled for one in people),
        taken=sum(one.taken for one in people),
        taken_partly=sum(one.taken_partly for one in people),
        not_taken=sum(one.not_taken for one in people),
        unreported=sum(one.unreported for one in people),
        not_asked=dict(causes),
        held=sum(one.held for one in people),
        open=sum(one.open for one in people),
        response=_summed(one.response for one in people),
        taking=_summed_bounds([one.taking for one in people]),
        correct_days=_summed_bounds([one.correct_days for one in people]),
        timing=_summed_timing(people),
        interval_observed=_summed(one.interval_observed for one in people),
        interval_expected=_summed(one.interval_expected for one in people),
        intervals_left_out=sum(one.intervals_left_out for one in people),
        mg_intensity=_summed(one.mg_intensity for one in people),
        holidays=tuple(holiday for one in people for holiday in one.holidays),
        holidays_sensitivity=tuple(holiday for one in people for holiday in one.holidays_sensitivity),
        initiation=tuple(days for one in people for days in one.initiation),
        persistence=tuple(duration for one in people for duration in one.persistence),
    )


def _bounds(scheduled: Sequence[DayFact], count: Callable[[DayFact], int]) -> Bounds:
    reported = [day for day in scheduled if day.state in REPORTED]
    found, silent = sum(count(day) for day in reported), len(scheduled) - len(reported)
    return Bounds(
        lower=Share(found, len(scheduled)),
        reported=Share(found, len(reported)),
        upper=Share(found + silent, len(scheduled)),
    )


def _timing(scheduled: Sequence[DayFact], within: timedelta) -> Timing:
    on_time = sum(abs(at - day.due_at) <= within for day in scheduled for at in _known_times(day))
    unknown = sum(max(0, day.reported_doses - len(_known_times(day))) for day in scheduled)
    return Timing(within, Share(on_time, len(scheduled)), unknown)


def _known_times(day: DayFact) -> tuple[datetime, ...]:
    return day.taken_at if day.state in REPORTED else ()


def _intervals(known: Sequence[DayFact], tolerance: float) -> tuple[int, int, int]:
    """Gaps in tolerance, gaps counted, and gaps left out: those that span a hold or a dose of unknown time.

    A gap is measured against the order's spacing before the later dose: 24 hours on a daily order.
    """
    spacings = {later.ordinal: max(1, (later.due_on - earlier.due_on).days) * DAY for earlier, later in pairwise(known)}
    doses = sorted((at, day.ordinal) for day in known for at in _known_times(day))
    blind = {day.ordinal for day in known if day.state is DoseState.HELD or day.reported_doses > len(_known_times(day))}
    good = counted = left_out = 0
    for (earlier_at, earlier), (later_at, later) in pairwise(doses):
        if any(ordinal in blind for ordinal in range(min(earlier, later), max(earlier, later) + 1)):
            left_out += 1
            continue
        expected = spacings.get(later, DAY)
        counted += 1
        good += (1 - tolerance) * expected <= later_at - earlier_at <= (1 + tolerance) * expected
    return good, counted, left_out


def _holidays(known: Sequence[DayFact], at_least: int, missing: set[DoseState]) -> tuple[Holiday, ...]:
    """Runs of doses without one taken; held days neither break nor extend, every other state breaks."""
    runs: list[list[DayFact]] = [[]]
    for day in known:
        if day.state in missing and day.reported_doses == 0:
            runs[-1].append(day)
        elif day.state is not DoseState.HELD:
            runs.append([])
    return tuple(Holiday(run[0].due_on, run[-1].due_on, len(run)) for run in runs if run and len(run) >= at_least)


def _summed(shares: Iterable[Share]) -> Share:
    listed = list(shares)
    return Share(sum(one.numerator for one in listed), sum(one.denominator for one in listed))


def _summed_bounds(bounds: Sequence[Bounds]) -> Bounds:
    return Bounds(
        lower=_summed(one.lower for one in bounds),
        reported=_summed(one.reported for one in bounds),
        upper=_summed(one.upper for one in bounds),
    )


def _summed_timing(people: Sequence[Adherence]) -> tuple[Timing, ...]:
    widths = sorted({timing.within for one in people for timing in one.timing})
    alike = {
        within: [timing for one in people for timing in one.timing if timing.within == within] for within in widths
    }
    return tuple(
        Timing(within, _summed(one.share for one in timings), sum(one.unknown for one in timings))
        for within, timings in alike.items()
    )
