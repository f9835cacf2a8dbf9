"""The cohort as a whole: how many came how far, and each participant's weeks beside each other."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.study.store import StudyStore
from protocol.day_facts import DayFact
from protocol.terms import DoseState, ParticipantState
from protocol.trial import Trial
from reports.day_facts import day_facts
from reports.days import cohort
from reports.outcomes import OutcomeReport, outcome_report
from reports.prepared import is_prepared

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """Seven calendar days of one participant, counted from the first scheduled dose. All but `number` count doses."""

    number: int  # from 1
    taken: int
    taken_partly: int
    not_taken: int
    unreported: int
    not_asked: int
    held: int

    @property
    def scheduled(self) -> int:
        """Doses called for whose time is over; a hold calls for none."""
        return self.taken + self.taken_partly + self.not_taken + self.unreported + self.not_asked

    @property
    def silent(self) -> int:
        """Doses of which nothing is known, whoever was silent."""
        return self.unreported + self.not_asked

    @property
    def taken_percent(self) -> float | None:
        """Doses reported as taken whole ÷ scheduled, silence as not taken: a lower bound. None in a week of holds."""
        return 100 * self.taken / self.scheduled if self.scheduled else None


@dataclass(frozen=True, slots=True)
class Arrived:
    """How many came to one time point of the outcomes: people, not values."""

    months: int
    reached: int  # the target day's window is over
    on_drug: int  # of those, for whom the drug is not stopped now
    haemoglobin: int  # of those, with a verified value in the window


@dataclass(frozen=True, slots=True)
class Flow:
    """The numbers of a flow diagram. `states` counts where each participant stands now; all count people."""

    enrolled: int
    first_dose: int
    states: Mapping[ParticipantState, int]
    points: tuple[Arrived, ...]


@dataclass(frozen=True, slots=True)
class CohortReport:
    """`weeks` by participant code, the first week first; who has no scheduled dose yet has none."""

    as_of: datetime
    site: str | None
    flow: Flow
    weeks: Mapping[str, tuple[Week, ...]]


async def cohort_report(study: StudyStore, trial: Trial, *, as_of: datetime, site: str | None = None) -> CohortReport:
    """By the study database, in all sites or in one. An unprepared database gives a report of nobody."""
    if not await is_prepared(study):
        return CohortReport(as_of, site, Flow(0, 0, {}, ()), {})
    everybody = await cohort(study, site)
    outcomes = await outcome_report(study, trial, as_of=as_of, site=site)
    async with study.read() as session:
        days = await day_facts(session, site=site)
    states = Counter(one.state for one in everybody)
    flow = Flow(
        len(everybody),
        len(outcomes.rows),
        {state: states[state] for state in ParticipantState},
        tuple(_arrived(outcomes, months) for months in sorted(trial.outcomes.months)),
    )
    weeks = {code: weeks_of(known, as_of) for code, known in sorted(days.items())}
    return CohortReport(as_of, site, flow, {code: found for code, found in weeks.items() if found})


def weeks_of(days: Sequence[DayFact], as_of: datetime) -> tuple[Week, ...]:
    """Every week from the first scheduled dose to the last one that is over; one without any dose stands too."""
    over = [day for day in days if day.due_at <= as_of and day.state is not DoseState.OPEN]
    if not over:
        return ()
    first_on = min(day.due_on for day in days)
    counts: dict[int, Counter[DoseState]] = {}
    for day in over:
        counts.setdefault((day.due_on - first_on) // WEEK, Counter())[day.state] += 1
    return tuple(_week(at + 1, counts.get(at, Counter())) for at in range(max(counts) + 1))


def _week(number: int, states: Counter[DoseState]) -> Week:
    return Week(
        number,
        taken=states[DoseState.TAKEN],
        taken_partly=states[DoseState.TAKEN_PARTLY],
        not_taken=states[DoseState.NOT_TAKEN],
        unreported=states[DoseState.UNREPORTED],
        not_asked=states[DoseState.NOT_ASKED],
        held=states[DoseState.HELD],
    )


def _arrived(outcomes: OutcomeReport, months: int) -> Arrived:
    there = [(row, point) for row in outcomes.rows for point in row.points if point.months == months and point.over]
    return Arrived(
        months,
        len(there),
        sum(row.on_drug for row, _ in there),
        sum(point.registered.haemoglobin is not None for _, point in there),
    )
