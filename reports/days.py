"""Participants and their days as the study database has them: for calendars and lists."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final

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


_DAY: Final[tuple[Any, ...]] = (Day.participant_code, *(getattr(Day, one.name) for one in fields(ReportedDay)))
_MEMBER: Final[tuple[Any, ...]] = (
    *(
        getattr(StudyParticipant, name)
        for name in ("participant_code", "site_code", "state", "channel", "language", "tz", "enrolled_at")
    ),
    *(getattr(Sums, name) for name in ("as_of", "first_taken_on", "scheduled", "taken", "taken_partly", "not_taken")),
    *(getattr(Sums, name) for name in ("taking_lower", "taking_reported", "taking_upper")),
)
"""Columns, not rows of the ORM: the list of participants reads hundreds of them for one page."""


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


async def recent_days(study: StudyStore, codes: Collection[str], *, from_on: date) -> dict[str, list[ReportedDay]]:
    """The days from a date on of many participants in one reading, in order of the plan; no entry: no dose was planned.

    Somebody whose days are all older has an entry without days.
    """
    mine = col(Day.participant_code).in_(codes)
    query = select(*_DAY).where(mine, col(Day.due_on) >= from_on).order_by(col(Day.participant_code), col(Day.ordinal))
    async with study.read() as session:
        known = (await session.scalars(select(Day.participant_code).where(mine).distinct())).all()
        found: dict[str, list[ReportedDay]] = {code: [] for code in known}
        for day in await session.execute(query):
            found[day.participant_code].append(_reported_day(day))
    return found


async def zones_of(study: StudyStore, codes: Collection[str]) -> dict[str, str]:
    """The time zone of each of these participants."""
    zones: Any = select(StudyParticipant.participant_code, StudyParticipant.tz)
    async with study.read() as session:
        rows = await session.execute(zones.where(col(StudyParticipant.participant_code).in_(codes)))
        return {row.participant_code: row.tz for row in rows}


async def cohort(study: StudyStore, site: str | None = None) -> list[CohortMember]:
    """Every participant, or one site's, by code."""
    query = (
        select(*_MEMBER)
        .outerjoin(Sums, col(Sums.participant_code) == col(StudyParticipant.participant_code))
        .order_by(col(StudyParticipant.participant_code))
    )
    if site is not None:
        query = query.where(StudyParticipant.site_code == site)
    async with study.read() as session:
        return [_member(row) for row in await session.execute(query)]


def _reported_day(day: Any) -> ReportedDay:
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


def _member(row: Any) -> CohortMember:
    summed = row.as_of is not None
    return CohortMember(
        code=row.participant_code,
        site_code=row.site_code,
        state=row.state,
        channel=row.channel,
        language=row.language,
        tz=row.tz,
        enrolled_at=row.enrolled_at,
        first_taken_on=row.first_taken_on,
        days=row.scheduled if summed else 0,
        days_reported=row.taken + row.taken_partly + row.not_taken if summed else 0,
        taking_low=row.taking_lower,
        taking_reported=row.taking_reported,
        taking_high=row.taking_upper,
        as_of=row.as_of,
    )
