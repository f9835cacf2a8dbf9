"""Medicines that may have moved a level: begun or ended by a form, or told by the participant and not sorted out."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.study.medication import StudyMedication
from models.study.symptom import StudySymptomAnswer
from protocol.answers import YES_NO
from protocol.medicines import Effect
from protocol.moments import local_date
from protocol.partial_day import PartialDay, PartialDayError
from protocol.trial import Trial
from protocol.trough import Void, VoidKind

MOVES_LEVEL = (Effect.RAISES, Effect.LOWERS)
MEDICINE = "medicine"  # the question whose answer is yes where something is new or stopped


async def medicine_voids(
    session: AsyncSession, trial: Trial, zones: Mapping[str, str], as_of: datetime
) -> dict[str, list[Void]]:
    """By participant; `zones` has the time zone of each."""
    query = select(StudyMedication).where(col(StudyMedication.recorded_at) <= as_of)
    newest = {row.form_id: row for row in await session.scalars(query.order_by(col(StudyMedication.version)))}
    standing = [row for row in newest.values() if not row.in_error]
    found: dict[str, list[Void]] = defaultdict(list)
    for row in standing:
        found[row.participant_code] += _interacting(row, trial)
    for told in await _told(session, as_of):
        whose = told.participant_code
        forms = [row for row in standing if row.participant_code == whose and row.recorded_at >= told.said_at]
        if whose in zones and not forms:
            found[whose].append(Void(VoidKind.MEDICINE_TOLD, local_date(told.said_at, ZoneInfo(zones[whose]))))
    return found


def _interacting(row: StudyMedication, trial: Trial) -> list[Void]:
    """When one that raises or lowers the level was begun or ended; a day known in part is each day it can be."""
    groups = {group.key for group in trial.medicines if group.effect in MOVES_LEVEL}
    if not groups & set(row.interacts.split(",")):
        return []
    days = [on for known in (row.started_on, row.ended_on) if known for on in _possible(known)]
    return [Void(VoidKind.INTERACTING_DRUG, on) for on in days]


async def _told(session: AsyncSession, as_of: datetime) -> list[StudySymptomAnswer]:
    """The newest answer of each check that says: something is new, or was stopped."""
    query = select(StudySymptomAnswer).where(
        col(StudySymptomAnswer.item) == MEDICINE, col(StudySymptomAnswer.recorded_at) <= as_of
    )
    newest = {row.check_id: row for row in await session.scalars(query.order_by(col(StudySymptomAnswer.ordinal)))}
    return [row for row in newest.values() if row.value == YES_NO[-1]]


def _possible(known: str) -> list[date]:
    """Every day that it can have been; of a month, that is each of its days."""
    try:
        one = PartialDay.read(known)
    except PartialDayError:
        return []
    return [one.first + timedelta(days=number) for number in range((one.last - one.first).days + 1)]
