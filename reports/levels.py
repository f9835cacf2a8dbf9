"""Levels, each with what has to be known beside it; none is left out, whatever its flags say."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from models.study.lab import StudyDraw, StudyLabResult
from models.study.store import StudyStore
from protocol.expected_level import ExpectedLevel, expected_level, level_doses
from protocol.trial import Trial
from protocol.trough import LEVEL, LevelFlags, level_flags
from reports.day_facts import day_facts
from reports.lab_rows import dose_changes, first_taken, people, results_of, standing_rows
from reports.level_voids import medicine_voids
from reports.prepared import is_prepared


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One level of one participant. `expected`: an estimate from the recorded doses, beside it and never instead."""

    code: str
    site_code: str
    result: StudyLabResult
    draw: StudyDraw | None
    flags: LevelFlags
    expected: ExpectedLevel


@dataclass(frozen=True, slots=True)
class LevelReport:
    """Levels by participant, the earliest drawn first."""

    as_of: datetime
    site: str | None
    rows: tuple[LevelRow, ...]


async def level_report(
    study: StudyStore, trial: Trial, *, as_of: datetime, code: str | None = None, site: str | None = None
) -> LevelReport:
    """By the study database, for what was recorded by `as_of`. An unprepared database gives a report without rows."""
    if not await is_prepared(study):
        return LevelReport(as_of, site, ())
    async with study.read() as session:
        everybody = await people(session, code, site)
        levels, draws = await results_of(session, LEVEL, as_of), await standing_rows(session, StudyDraw, as_of)
        days = await day_facts(session, code=code, site=site)
        began, changes = await first_taken(session), await dose_changes(session)
        zones = {one.participant_code: one.tz for one in everybody}
        voids = await medicine_voids(session, trial, zones, as_of)
    rows = []
    for one in everybody:
        whose = one.participant_code
        by_number = {draw.number: draw for draw in draws.get(whose, ())}
        theirs = days.get(whose, [])
        started = [began[whose]] if whose in began else []
        for result in levels.get(whose, ()):
            draw = by_number.get(result.draw_number or 0)
            flags = level_flags(
                result.drawn_at,
                theirs,
                [*started, *changes.get(whose, ())],
                voids.get(whose, ()),
                zone=ZoneInfo(one.tz),
                rules=trial.trough,
                asked_last_at=draw.last_dose_at if draw else None,
            )
            expected = expected_level(level_doses(theirs), result.drawn_at, trial.expected_level)
            rows.append(LevelRow(whose, one.site_code, result, draw, flags, expected))
    return LevelReport(as_of, site, tuple(rows))
