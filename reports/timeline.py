"""One participant's course as the study database has it: levels, haemoglobin, transfusions and symptom checks."""

from dataclasses import dataclass
from datetime import date, datetime

from models.study.lab import StudyLabResult
from models.study.store import StudyStore
from protocol.month_six import HAEMOGLOBIN
from protocol.transfusions import NO_HISTORY
from protocol.trial import Trial
from reports.lab_rows import people, results_of, transfusions
from reports.levels import LevelRow, level_report
from reports.prepared import is_prepared
from reports.symptoms import CheckEnd, CheckRow, symptom_report


@dataclass(frozen=True, slots=True)
class Course:
    """What stands up to a moment, each the earliest first; days are the participant's own. Doses: `reports.days`."""

    levels: tuple[LevelRow, ...]
    haemoglobin: tuple[StudyLabResult, ...]  # g/L; of staff alone
    transfused_on: tuple[date, ...]  # told by the participant or recorded by staff
    checks: tuple[CheckRow, ...]  # those that somebody began


async def course_report(study: StudyStore, trial: Trial, *, as_of: datetime, code: str) -> Course:
    """By the study database; an unprepared one, or nobody of this code, gives an empty course."""
    if not await is_prepared(study):
        return Course((), (), (), ())
    levels = await level_report(study, trial, as_of=as_of, code=code)
    checks = await symptom_report(study, trial, as_of=as_of, code=code)
    async with study.read() as session:
        zones = {one.participant_code: one.tz for one in await people(session, code, None)}
        values = await results_of(session, HAEMOGLOBIN, as_of)
        transfused = await transfusions(session, zones, as_of)
    return Course(
        levels.rows,
        tuple(values.get(code, ())),
        transfused.get(code, NO_HISTORY).days,
        tuple(row for row in checks.checks if row.end is not CheckEnd.NOT_BEGUN),
    )
