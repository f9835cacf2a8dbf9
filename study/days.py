"""Recomputes the days of the participants that a batch touched: each dose with its current reports, counted once."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.columns import plain
from models.study.day import StudyParticipantDay as Day
from models.study.disposition import StudyDispositionEvent
from models.study.dose import StudyDoseEvent, StudyDoseOrder, StudyScheduledDose
from protocol.moments import local_date
from protocol.terms import DoseAnswer
from protocol.trial import Trial
from reports.day_facts import moments
from study.records import StudyRow
from study.sums import write_sums
from study.upserts import upsert

COUNTED = (StudyScheduledDose, StudyDoseEvent, StudyDoseOrder, StudyDispositionEvent)
"""A stop order ends persistence, and the disposition says whether that is an event or the end of observation."""
SWALLOWED = (DoseAnswer.TAKEN, DoseAnswer.EXTRA)


async def recompute(session: AsyncSession, trial: Trial, rows: Sequence[StudyRow], *, at: datetime) -> None:
    """Days of the doses that were touched, then study days and sums of their participants, and of no others."""
    dose_ids = {str(row.values["id"]) for row in rows if row.table is StudyScheduledDose}
    dose_ids |= {str(row.values["dose_id"]) for row in rows if row.table is StudyDoseEvent}
    touched = {row.code for row in rows if row.code and row.table in COUNTED}
    await _write_days(session, dose_ids, at=at)
    for code in sorted(touched):
        first_taken_on = await _count_study_days(session, code)
        await write_sums(session, trial, code, first_taken_on, at=at)


async def _write_days(session: AsyncSession, dose_ids: Collection[str], *, at: datetime) -> None:
    doses = (await session.scalars(select(StudyScheduledDose).where(col(StudyScheduledDose.id).in_(dose_ids)))).all()
    cancelled = [dose.id for dose in doses if dose.cancelled_at is not None]
    if cancelled:
        await session.execute(delete(Day).where(col(Day.dose_id).in_(cancelled)))
    current = await current_events(session, dose_ids)
    days = [day_values(dose, current[dose.id], at=at) for dose in doses if dose.cancelled_at is None]
    await upsert(session, Day, "dose_id", days)


async def current_events(
    session: AsyncSession, dose_ids: Collection[str] | None = None
) -> dict[str, list[StudyDoseEvent]]:
    """Reports that no later one supersedes, earliest first, of some doses or of all.

    What supersedes may arrive before what is superseded.
    """
    query = select(StudyDoseEvent)
    if dose_ids is not None:
        query = query.where(col(StudyDoseEvent.dose_id).in_(dose_ids))
    found = (await session.scalars(query)).all()
    corrected = {event.supersedes_id for event in found}
    current: dict[str, list[StudyDoseEvent]] = defaultdict(list)
    for event in sorted(found, key=lambda event: (event.recorded_at, event.source_seq)):
        if not event.superseded and event.id not in corrected and event.answer is not DoseAnswer.UNDONE:
            current[event.dose_id].append(event)
    return current


def day_values(dose: StudyScheduledDose, events: Sequence[StudyDoseEvent], *, at: datetime) -> dict[str, Any]:
    """One day's row. State and cause are the scheduled dose's own; amounts and times are the reports'."""
    taken = [event for event in events if event.answer in SWALLOWED and event.units > 0]
    return {
        "dose_id": dose.id,
        "participant_code": dose.participant_code,
        "ordinal": dose.ordinal,
        "due_on": dose.due_on,
        "due_at": dose.due_at,
        "due_tz": dose.due_tz,
        "study_day": None,
        "is_first": dose.is_first,
        "state": dose.state,
        "cause": dose.cause,
        "units": dose.units,
        "dose_mg": dose.dose_mg,
        "doses_taken": len(taken),
        "units_taken": sum(event.units for event in taken),
        "mg_taken": sum(event.dose_mg for event in taken),
        "taken_at": _claimed(taken),
        "reported_at": min((event.reported_at for event in events), default=None),
        "is_late_report": any(event.is_late for event in events),
        "source": events[-1].source if events else None,
        "computed_at": at,
    }


def _claimed(taken: Iterable[StudyDoseEvent]) -> str:
    return json.dumps([plain(moment) for moment in sorted(event.taken_at for event in taken if event.taken_at)])


def study_day(due_on: date, first_taken_on: date | None) -> int | None:
    """Day 1 is the day of the first dose taken, the day before it is -1; there is no day 0."""
    if first_taken_on is None:
        return None
    days = (due_on - first_taken_on).days
    return days + 1 if days >= 0 else days


async def _count_study_days(session: AsyncSession, code: str) -> date | None:
    """Numbers the participant's days that are not numbered right; returns the day of the first dose taken."""
    columns: tuple[Any, ...] = (Day.dose_id, Day.due_on, Day.due_tz, Day.units_taken, Day.taken_at, Day.study_day)
    query = select(*columns).where(col(Day.participant_code) == code).order_by(col(Day.ordinal))
    days = (await session.execute(query)).all()
    first = next((day for day in days if day.units_taken > 0), None)
    first_taken_on = _day_of(first) if first else None
    right = [(day, study_day(day.due_on, first_taken_on)) for day in days]
    moved = [{"dose_id": day.dose_id, "study_day": number} for day, number in right if day.study_day != number]
    if moved:
        await session.execute(update(Day), moved)
    return first_taken_on


def _day_of(day: Row[Any]) -> date:
    """The date on the participant's wall when it was swallowed; where nobody knows when, the date it was due."""
    claimed = moments(day.taken_at)
    return local_date(claimed[0], ZoneInfo(day.due_tz)) if claimed else day.due_on
