"""Participants and their days as the study database has them: for calendars and lists."""

from dataclasses import dataclass
from datetime import date, datetime

from models.study.store import StudyStore
from protocol.terms import Cause, Channel, DoseState, Language, ParticipantState, Source


@dataclass(frozen=True, slots=True)
class ReportedDay:
    """One scheduled dose and what was reported about it. `study_day` is None until a first dose is known."""

    dose_id: str
    ordinal: int
    due_on: date
    due_at: datetime
    due_tz: str
    study_day: int | None
    is_first: bool
    state: DoseState
    cause: Cause | None
    units: int
    units_taken: int
    dose_mg: float
    mg_taken: float
    doses_taken: int
    taken_at: tuple[datetime, ...]  # claimed times, earliest first
    reported_at: datetime | None
    is_late_report: bool
    source: Source | None


@dataclass(frozen=True, slots=True)
class CohortMember:
    """One participant with the sums of the whole period, as of the last sync. Percentages are None without data."""

    code: str
    site_code: str
    state: ParticipantState
    channel: Channel
    language: Language
    tz: str
    enrolled_at: datetime
    first_taken_on: date | None
    days: int  # scheduled days that are over, holds left out
    days_reported: int
    taking_low: float | None
    taking_reported: float | None
    taking_high: float | None
    as_of: datetime | None


async def participant_days(
    study: StudyStore, code: str, *, from_on: date | None = None, to_on: date | None = None
) -> list[ReportedDay]:
    """One participant's days in order of the plan; open, coming and held ones included, cancelled ones not."""
    raise NotImplementedError


async def cohort(study: StudyStore, site: str | None = None) -> list[CohortMember]:
    """Every participant, or one site's, by code."""
    raise NotImplementedError
