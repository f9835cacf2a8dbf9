"""What the study database holds about laboratory values: what stands, by participant; reads only."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.study.dose import StudyDoseOrder
from models.study.lab import StudyDraw, StudyLabResult, StudyMonthSixDecision
from models.study.participant import StudyParticipant
from models.study.sums import StudyParticipantAdherence
from models.study.symptom import StudySymptomAnswer
from models.study.transfusion import StudyTransfusion
from protocol.answers import AnswerState, day
from protocol.lab_entry import LabSource
from protocol.moments import local_date
from protocol.terms import OrderKind
from protocol.transfusions import Transfused, TransfusionHistory, joined

R = TypeVar("R", StudyDraw, StudyLabResult, StudyMonthSixDecision, StudyTransfusion)
TRANSFUSION, TRANSFUSED_ON, TRANSFUSED_AMOUNT = "transfusion", "transfusion_on", "transfusion_amount"
NO_TRANSFUSION = "none"


async def people(session: AsyncSession, code: str | None, site: str | None) -> Sequence[StudyParticipant]:
    """Everybody, one site, or one participant, by code."""
    query = select(StudyParticipant).order_by(col(StudyParticipant.participant_code))
    if code is not None:
        query = query.where(StudyParticipant.participant_code == code)
    if site is not None:
        query = query.where(StudyParticipant.site_code == site)
    return (await session.scalars(query)).all()


async def standing_rows(session: AsyncSession, table: type[R], as_of: datetime) -> dict[str, list[R]]:
    """The newest version of each number that was recorded by then and is not in error, by participant."""
    query = select(table).where(col(table.recorded_at) <= as_of).order_by(col(table.number), col(table.version))
    newest = {(row.participant_code, row.number): row for row in await session.scalars(query)}
    found: dict[str, list[R]] = defaultdict(list)
    for (whose, _), row in newest.items():
        if not row.in_error:
            found[whose].append(row)
    return found


async def results_of(session: AsyncSession, analyte: str, as_of: datetime) -> Mapping[str, list[StudyLabResult]]:
    """What stands of one analyte, by participant, the earliest drawn first: of staff alone.

    What a participant told is no result before staff have verified it; every report reads its values here.
    """
    return _of(analyte, await standing_rows(session, StudyLabResult, as_of), LabSource.STAFF)


async def unverified_of(session: AsyncSession, analyte: str, as_of: datetime) -> Mapping[str, list[StudyLabResult]]:
    """What participants told of it and nobody has verified or refused: to be counted, never to be read as a value."""
    return _of(analyte, await standing_rows(session, StudyLabResult, as_of), LabSource.PARTICIPANT)


def _of(
    analyte: str, rows: Mapping[str, list[StudyLabResult]], source: LabSource
) -> Mapping[str, list[StudyLabResult]]:
    return {
        whose: sorted(found, key=lambda one: (one.drawn_at, one.number))
        for whose, theirs in rows.items()
        if (found := [one for one in theirs if one.analyte == analyte and one.source is source])
    }


async def first_taken(session: AsyncSession) -> dict[str, date]:
    """Day 1 of each participant who has one."""
    rows = await session.scalars(select(StudyParticipantAdherence))
    return {row.participant_code: row.first_taken_on for row in rows if row.first_taken_on is not None}


async def dose_changes(session: AsyncSession) -> dict[str, list[date]]:
    """From which dates another amount or spacing was ordered, the first order left out."""
    query = select(StudyDoseOrder).where(StudyDoseOrder.kind == OrderKind.DOSE).order_by(col(StudyDoseOrder.version))
    found: dict[str, list[date]] = defaultdict(list)
    before: dict[str, tuple[float, int, str]] = {}
    for row in await session.scalars(query):
        ordered, whose = (row.dose_mg, row.every_days, row.then_mg), row.participant_code
        if before.get(whose, ordered) != ordered:
            found[whose].append(row.from_on)
        before[whose] = ordered
    return found


async def transfusions(
    session: AsyncSession, zones: Mapping[str, str], as_of: datetime
) -> dict[str, TransfusionHistory]:
    """What is known of each participant's transfusions: what was answered, and what staff have recorded beside it."""
    told, answered_on = await _told(session, zones, as_of)
    recorded = {
        whose: [Transfused(row.given_on, _amount(row), by_staff=True) for row in rows]
        for whose, rows in (await standing_rows(session, StudyTransfusion, as_of)).items()
        if whose in zones
    }
    return {
        whose: joined(told.get(whose, ()), recorded.get(whose, ()), days)
        for whose in {*answered_on, *recorded}
        for days in (answered_on.get(whose, ()),)
    }


async def _told(
    session: AsyncSession, zones: Mapping[str, str], as_of: datetime
) -> tuple[dict[str, list[Transfused]], dict[str, list[date]]]:
    """The transfusions that were answered, and the days of the answers; one without a day counts on the latter."""
    items = (TRANSFUSION, TRANSFUSED_ON, TRANSFUSED_AMOUNT)
    query = select(StudySymptomAnswer).where(
        col(StudySymptomAnswer.item).in_(items), col(StudySymptomAnswer.recorded_at) <= as_of
    )
    newest: dict[tuple[str, str], dict[str, StudySymptomAnswer]] = defaultdict(dict)
    for row in await session.scalars(query.order_by(col(StudySymptomAnswer.ordinal))):
        newest[row.participant_code, row.check_id][row.item] = row
    told: dict[str, list[Transfused]] = defaultdict(list)
    answered_on: dict[str, list[date]] = defaultdict(list)
    for (whose, _), answers in newest.items():
        had = answers.get(TRANSFUSION)
        if had is None or had.state is AnswerState.SKIPPED or whose not in zones:
            continue
        said_on = local_date(had.said_at, ZoneInfo(zones[whose]))
        answered_on[whose].append(said_on)
        if had.value != NO_TRANSFUSION:
            on = day(_value(answers.get(TRANSFUSED_ON))) or said_on
            told[whose].append(Transfused(on, _value(answers.get(TRANSFUSED_AMOUNT)), by_staff=False))
    return told, answered_on


def _value(answer: StudySymptomAnswer | None) -> str:
    return answer.value if answer is not None else ""


def _amount(row: StudyTransfusion) -> str:
    return "" if row.amount is None else f"{row.amount:g} {row.unit}"
