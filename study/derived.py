"""Counts the days and sums again from the study's own records, and compares them with what is written there."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.study.day import StudyParticipantDay as Day
from models.study.dose import StudyScheduledDose
from models.study.sums import StudyParticipantAdherence as Sums
from protocol.adherence import adherence
from protocol.trial import Trial
from reports.day_facts import day_facts, stops
from study.days import current_events, day_values
from study.difference import Difference, differing
from study.sums import figure_values

NOT_COUNTED_HERE = ("study_day", "computed_at")


async def derived_differences(session: AsyncSession, trial: Trial) -> list[Difference]:
    """Days against records, and sums against days, each as of its own data cut."""
    return [
        *differing("participant_day", await _days_counted(session), await _rows(session, Day, "dose_id"), set()),
        *differing(
            "participant_adherence",
            await _sums_counted(session, trial),
            await _rows(session, Sums, "participant_code"),
            set(),
        ),
    ]


async def _rows(session: AsyncSession, table: Any, key: str) -> dict[str, dict[str, Any]]:
    rows = (await session.scalars(select(table))).all()
    return {getattr(row, key): {name: getattr(row, name) for name in table.model_fields} for row in rows}


async def _days_counted(session: AsyncSession) -> dict[str, dict[str, Any]]:
    query = select(StudyScheduledDose).where(col(StudyScheduledDose.cancelled_at).is_(None))
    doses = (await session.scalars(query)).all()
    events = await current_events(session)
    found = {}
    for dose in doses:
        values = day_values(dose, events[dose.id], at=dose.synced_at)
        found[dose.id] = {name: value for name, value in values.items() if name not in NOT_COUNTED_HERE}
    return found


async def _sums_counted(session: AsyncSession, trial: Trial) -> dict[str, dict[str, Any]]:
    days = await day_facts(session)
    cuts = {row.participant_code: row.as_of for row in (await session.scalars(select(Sums))).all()}
    found: dict[str, dict[str, Any]] = {}
    for code, known in days.items():
        if code not in cuts:
            found[code] = {}
            continue
        stopped_on = (await stops(session, as_of=cuts[code], code=code)).get(code)
        found[code] = figure_values(adherence(known, trial.metrics, as_of=cuts[code], stopped_on=stopped_on))
    return found
