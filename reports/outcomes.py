"""The registered haemoglobin and the response at each time point, with their rules; people off the drug included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from models.study.lab import StudyLabResult, StudyMonthSixDecision
from models.study.participant import StudyParticipant
from models.study.store import StudyStore
from protocol.lab_entry import LabSource
from protocol.labs import Bound
from protocol.moments import local_date
from protocol.month_six import HAEMOGLOBIN, Haemoglobin, RegisteredHaemoglobin, registered_haemoglobin, target_day
from protocol.response import CohortResponse, Response, TimePoint, cohort_response, responses
from protocol.transfusions import NO_HISTORY, TransfusionHistory
from protocol.trial import Trial
from reports.day_facts import stops
from reports.lab_rows import first_taken, people, results_of, standing_rows, transfusions, unverified_of
from reports.prepared import is_prepared


@dataclass(frozen=True, slots=True)
class TimePointRow:
    """One time point of one participant. `over`: its window has passed, so that it counts."""

    months: int
    registered: RegisteredHaemoglobin
    response: Response
    over: bool


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One participant who has taken a first dose. `baseline`: the last verified value up to that day."""

    code: str
    site_code: str
    first_taken_on: date
    on_drug: bool
    baseline: Haemoglobin | None
    points: tuple[TimePointRow, ...]
    decision: StudyMonthSixDecision | None


@dataclass(frozen=True, slots=True)
class OutcomeReport:
    """`cohort` by months: everybody whose window has passed, those of unknown response too."""

    as_of: datetime
    site: str | None
    rows: tuple[OutcomeRow, ...]
    cohort: Mapping[int, CohortResponse]
    without_first_dose: int


async def outcome_report(
    study: StudyStore, trial: Trial, *, as_of: datetime, code: str | None = None, site: str | None = None
) -> OutcomeReport:
    """By the study database, for what was recorded by `as_of`. An unprepared database gives a report without rows."""
    if not await is_prepared(study):
        return OutcomeReport(as_of, site, (), {}, 0)
    async with study.read() as session:
        everybody = await people(session, code, site)
        began, stopped = await first_taken(session), await stops(session, as_of=as_of, code=code)
        values = await results_of(session, HAEMOGLOBIN, as_of)
        told = await unverified_of(session, HAEMOGLOBIN, as_of)
        decisions = await standing_rows(session, StudyMonthSixDecision, as_of)
        zones = {one.participant_code: one.tz for one in everybody}
        transfused = await transfusions(session, zones, as_of)
    rows = []
    for one in everybody:
        whose = one.participant_code
        if whose not in began:
            continue
        standing = [*values.get(whose, ()), *told.get(whose, ())]
        known = [_haemoglobin(result, ZoneInfo(one.tz)) for result in standing if _counts(result)]
        baseline = max(
            (value for value in known if value.verified and value.drawn_on <= began[whose]),
            key=lambda value: value.drawn_at,
            default=None,
        )
        points = _points(one, known, baseline, transfused.get(whose, NO_HISTORY), began[whose], trial, as_of)
        decided = decisions.get(whose, [None])[-1]
        rows.append(
            OutcomeRow(whose, one.site_code, began[whose], whose not in stopped, baseline, tuple(points), decided)
        )
    return OutcomeReport(as_of, site, tuple(rows), _cohort(rows, trial), len(everybody) - len(rows))


def _points(
    one: StudyParticipant,
    known: Sequence[Haemoglobin],
    baseline: Haemoglobin | None,
    history: TransfusionHistory,
    day_one: date,
    trial: Trial,
    as_of: datetime,
) -> list[TimePointRow]:
    today, rules = local_date(as_of, ZoneInfo(one.tz)), trial.outcomes
    found = []
    for months, window in sorted(rules.windows().items()):
        target_on = target_day(day_one, months)
        found.append(
            (
                months,
                registered_haemoglobin(known, target_on, window, rules.haemoglobin_rule, history.days),
                today > target_on + window.after,
            )
        )
    judged = responses(
        [_time_point(registered) for _, registered, _ in found],
        baseline.g_l if baseline else None,
        history,
        trial.response,
    )
    return [
        TimePointRow(months, registered, response, over)
        for (months, registered, over), response in zip(found, judged, strict=True)
    ]


def _time_point(registered: RegisteredHaemoglobin) -> TimePoint:
    """About the day of the value; where there is none, about the target day."""
    value = registered.haemoglobin
    return TimePoint(registered.target_on, None) if value is None else TimePoint(value.drawn_on, value.g_l)


def _counts(result: StudyLabResult) -> bool:
    """A value that the assay could not tell is no number to compare."""
    return result.bound is Bound.EXACT


def _haemoglobin(result: StudyLabResult, zone: ZoneInfo) -> Haemoglobin:
    return Haemoglobin(
        result.id,
        result.drawn_at,
        local_date(result.drawn_at, zone),
        result.value,
        result.source is LabSource.STAFF,
    )


def _cohort(rows: Sequence[OutcomeRow], trial: Trial) -> dict[int, CohortResponse]:
    return {
        months: cohort_response(
            point.response.kind for row in rows for point in row.points if point.months == months and point.over
        )
        for months in sorted(trial.outcomes.months)
    }
