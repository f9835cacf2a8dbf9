"""Visits against their windows: what became of each, and how many were kept, by visit of the protocol."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from models.study.participant import StudyParticipant
from models.study.store import StudyStore
from models.study.visit import StudyVisit
from protocol.moments import local_date
from protocol.trial import Trial
from protocol.visits import VisitState
from reports.prepared import is_prepared


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit as it stands. `in_window` None: nobody came, or no template expects it.

    `days_from_target` is attended − target; `is_over`: its window, else its planned day, has passed.
    """

    code: str
    site_code: str
    visit: StudyVisit
    is_over: bool
    in_window: bool | None
    days_from_target: int | None


@dataclass(frozen=True, slots=True)
class VisitCount:
    """People at one visit of the protocol whose time is over; cancelled ones are left out of `expected`."""

    key: str
    expected: int
    attended: int
    in_window: int
    missed: int
    open: int  # nobody has written what became of it
    cancelled: int

    @property
    def kept_percent(self) -> float | None:
        """Attended in the window ÷ expected; None where nobody was expected yet."""
        return 100 * self.in_window / self.expected if self.expected else None


@dataclass(frozen=True, slots=True)
class VisitReport:
    """Rows by participant and day; counts in the order of the protocol file."""

    as_of: datetime
    site: str | None
    rows: tuple[VisitRow, ...]
    counts: tuple[VisitCount, ...]


async def visit_report(
    study: StudyStore, trial: Trial, *, as_of: datetime, code: str | None = None, site: str | None = None
) -> VisitReport:
    """By the study database as it stands. An unprepared database gives a report without rows."""
    if not await is_prepared(study):
        return VisitReport(as_of, site, (), ())
    query = (
        select(StudyVisit, StudyParticipant)
        .join(StudyParticipant, col(StudyParticipant.participant_code) == col(StudyVisit.participant_code))
        .order_by(col(StudyVisit.participant_code), col(StudyVisit.planned_on), col(StudyVisit.key))
    )
    if code is not None:
        query = query.where(StudyVisit.participant_code == code)
    if site is not None:
        query = query.where(StudyParticipant.site_code == site)
    async with study.read() as session:
        found = [(visit, one) for visit, one in await session.execute(query)]
    rows = tuple(_row(visit, one, local_date(as_of, ZoneInfo(one.tz))) for visit, one in found)
    return VisitReport(as_of, site, rows, tuple(_counts(rows, [plan.key for plan in trial.visits])))


def _row(visit: StudyVisit, one: StudyParticipant, today: date) -> VisitRow:
    came, target = visit.attended_on, visit.target_on
    in_window = None
    if came is not None and visit.from_on is not None and visit.until_on is not None:
        in_window = visit.from_on <= came <= visit.until_on
    return VisitRow(
        one.participant_code,
        one.site_code,
        visit,
        is_over=today > (visit.until_on or visit.planned_on),
        in_window=in_window,
        days_from_target=None if came is None or target is None else (came - target).days,
    )


def _counts(rows: Sequence[VisitRow], keys: Sequence[str]) -> list[VisitCount]:
    """A visit that was attended counts at once; every other one when its window has passed."""
    due: Mapping[str, list[VisitRow]] = {
        key: [row for row in rows if row.visit.key == key and (row.is_over or row.visit.attended_on)] for key in keys
    }
    return [_count(key, due[key]) for key in keys]


def _count(key: str, rows: Sequence[VisitRow]) -> VisitCount:
    states = [row.visit.state for row in rows]
    cancelled = states.count(VisitState.CANCELLED)
    attended, missed = states.count(VisitState.ATTENDED), states.count(VisitState.MISSED)
    return VisitCount(
        key,
        expected=len(rows) - cancelled,
        attended=attended,
        in_window=sum(row.in_window is True for row in rows if row.visit.state is VisitState.ATTENDED),
        missed=missed,
        open=len(rows) - cancelled - attended - missed,
        cancelled=cancelled,
    )
