"""Participants and their days as the study database has them: for calendars and lists."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from models.study.day import StudyParticipantDay as Day
from models.study.participant import StudyParticipant
from models.study.store import StudyStore
from models.study.sums import StudyParticipantAdherence as Sums
from protocol.terms import Cause, Channel, DoseState, Language, ParticipantState, Source
from reports.day_facts import moments


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
    query = select(Day).where(Day.participant_code == code).order_by(col(Day.ordinal))
    if from_on is not None:
        query = query.where(col(Day.due_on) >= from_on)
    if to_on is not None:
        query = query.where(col(Day.due_on) <= to_on)
    async with study.read() as session:
        return [_reported_day(day) for day in (await session.scalars(query)).all()]


async def cohort(study: StudyStore, site: str | None = None) -> list[CohortMember]:
    """Every participant, or one site's, by code."""
    query = (
        select(StudyParticipant, Sums)
        .outerjoin(Sums, col(Sums.participant_code) == col(StudyParticipant.participant_code))
        .order_by(col(StudyParticipant.participant_code))
    )
    if site is not None:
        query = query.where(StudyParticipant.site_code == site)
    async with study.read() as session:
        return [_member(one, sums) for one, sums in await session.execute(query)]


def _reported_day(day: Day) -> ReportedDay:
    return ReportedDay(
        dose_id=day.dose_id,
        ordinal=day.ordinal,
        due_on=day.due_on,
        due_at=day.due_at,
        due_tz=day.due_tz,
        study_day=day.study_day,
        is_first=day.is_first,
        state=day.state,
        cause=day.cause,
        units=day.units,
        units_taken=day.units_taken,
        dose_mg=day.dose_mg,
        mg_taken=day.mg_taken,
        doses_taken=day.doses_taken,
        taken_at=moments(day.taken_at),
        reported_at=day.reported_at,
        is_late_report=day.is_late_report,
        source=day.source,
    )


def _member(one: StudyParticipant, sums: Sums | None) -> CohortMember:
    return CohortMember(
        code=one.participant_code,
        site_code=one.site_code,
        state=one.state,
        channel=one.channel,
        language=one.language,
        tz=one.tz,
        enrolled_at=one.enrolled_at,
        first_taken_on=sums.first_taken_on if sums else None,
        days=sums.scheduled if sums else 0,
        days_reported=sums.taken + sums.taken_partly + sums.not_taken if sums else 0,
        taking_low=sums.taking_lower if sums else None,
        taking_reported=sums.taking_reported if sums else None,
        taking_high=sums.taking_upper if sums else None,
        as_of=sums.as_of if sums else None,
    )
