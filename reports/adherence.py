"""Adherence of each participant and of all together, counted from the days that the sync wrote."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import select

from models.study.mark import StudySyncMark
from models.study.participant import StudyParticipant
from models.study.store import StudyStore
from protocol.adherence import Adherence, Share, adherence, pooled
from protocol.adherence_fields import Field, adherence_fields, adherence_figures, adherence_shares
from protocol.trial import Trial
from reports.day_facts import day_facts, stops
from reports.prepared import is_prepared

Figures = Mapping[str, float | int | bool | None]


@dataclass(frozen=True, slots=True)
class Counted:
    """Figures by the names that `definitions` explains, and the parts of each percentage."""

    figures: Figures
    shares: Mapping[str, Share]
    not_asked: Mapping[str, int]  # by cause
    adherence: Adherence


@dataclass(frozen=True, slots=True)
class AdherenceRow:
    """One participant."""

    code: str
    site_code: str
    counted: Counted


@dataclass(frozen=True, slots=True)
class AdherenceReport:
    """`pooled` is None where there is nobody. `synced_to` is None where nothing was ever synced."""

    as_of: datetime
    from_on: date | None
    to_on: date | None
    site: str | None
    rows: tuple[AdherenceRow, ...]
    pooled: Counted | None
    synced_to: datetime | None
    definitions: Mapping[str, Field]


async def adherence_report(
    study: StudyStore,
    trial: Trial,
    *,
    as_of: datetime,
    code: str | None = None,
    site: str | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
) -> AdherenceReport:
    """By the facts in the study database, for doses due up to `as_of` and in [from_on, to_on], both included.

    An empty or unprepared database gives a report without rows.
    """
    rows: tuple[AdherenceRow, ...] = ()
    synced_to = None
    if await is_prepared(study):
        async with study.read() as session:
            synced_to = await session.scalar(select(StudySyncMark.synced_to).where(StudySyncMark.id == 1))
            people = await session.execute(select(StudyParticipant.participant_code, StudyParticipant.site_code))
            sites = {row.participant_code: row.site_code for row in people}
            days = await day_facts(session, code=code, site=site, from_on=from_on, to_on=to_on)
            stopped = await stops(session, as_of=as_of, code=code)
        rows = tuple(
            AdherenceRow(
                whose,
                sites.get(whose, ""),
                counted(adherence(known, trial.metrics, as_of=as_of, stopped_on=stopped.get(whose))),
            )
            for whose, known in days.items()
        )
    together = counted(pooled([row.counted.adherence for row in rows])) if rows else None
    definitions = adherence_fields(trial.metrics.timing)
    return AdherenceReport(as_of, from_on, to_on, site, rows, together, synced_to, definitions)


def counted(found: Adherence) -> Counted:
    """The figures of one person or of a cohort, under their stable names."""
    not_asked = {str(cause or "unknown"): number for cause, number in found.not_asked.items()}
    return Counted(adherence_figures(found), adherence_shares(found), not_asked, found)
