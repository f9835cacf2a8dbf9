"""Reads the study's days as the adherence arithmetic takes them, for the sync and for the reports alike."""

import json
from collections import defaultdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.study.day import StudyParticipantDay as Day
from models.study.disposition import StudyDispositionEvent
from models.study.dose import StudyDoseOrder
from models.study.participant import StudyParticipant
from protocol.adherence import DayFact
from protocol.disposition import Ended, ends_observation
from protocol.moments import local_date
from protocol.orders import DoseOrder, ordered_day
from protocol.terms import OrderKind

COLUMNS: tuple[Any, ...] = (
    Day.participant_code,
    Day.ordinal,
    Day.due_on,
    Day.due_at,
    Day.units,
    Day.dose_mg,
    Day.units_taken,
    Day.mg_taken,
    Day.doses_taken,
    Day.taken_at,
    Day.state,
    Day.cause,
    Day.is_first,
)


async def day_facts(
    session: AsyncSession,
    *,
    code: str | None = None,
    site: str | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
) -> dict[str, list[DayFact]]:
    """Each participant's days by code, in order of the plan; the dates are the participants' own, both included."""
    wanted = (
        _is(Day.participant_code, code),
        true() if from_on is None else col(Day.due_on) >= from_on,
        true() if to_on is None else col(Day.due_on) <= to_on,
        true()
        if site is None
        else col(Day.participant_code).in_(
            select(StudyParticipant.participant_code).where(StudyParticipant.site_code == site)
        ),
    )
    found: dict[str, list[DayFact]] = defaultdict(list)
    query = select(*COLUMNS).where(*wanted).order_by(col(Day.participant_code), col(Day.ordinal))
    for row in await session.execute(query):
        found[row.participant_code].append(
            DayFact(
                ordinal=row.ordinal,
                due_on=row.due_on,
                due_at=row.due_at,
                expected_units=row.units,
                expected_mg=row.dose_mg,
                taken_units=row.units_taken,
                taken_mg=row.mg_taken,
                doses_taken=row.doses_taken,
                taken_at=moments(row.taken_at),
                state=row.state,
                cause=row.cause,
                is_first=row.is_first,
            )
        )
    return dict(found)


def moments(text: str) -> tuple[datetime, ...]:
    """The claimed times of one day, earliest first."""
    return tuple(datetime.fromisoformat(moment) for moment in json.loads(text))


async def stops(session: AsyncSession, *, as_of: datetime, code: str | None = None) -> dict[str, date]:
    """From which date each participant's drug is stopped by order, for those for whom it is stopped at `as_of`.

    Who has completed the study, was lost or has died is not among them: observation ended there, and no
    discontinuation (`protocol.disposition.CENSORS`).
    """
    orders: dict[str, list[DoseOrder]] = defaultdict(list)
    zones: dict[str, str] = {}
    query = (
        select(StudyDoseOrder, StudyParticipant.tz)
        .join(StudyParticipant, col(StudyParticipant.participant_code) == col(StudyDoseOrder.participant_code))
        .where(_is(StudyDoseOrder.participant_code, code))
    )
    for order, tz in await session.execute(query):
        zones[order.participant_code] = tz
        orders[order.participant_code].append(DoseOrder(order.version, order.kind, order.from_on))
    found = {}
    for whose, versions in orders.items():
        today = local_date(as_of, ZoneInfo(zones[whose]))
        if ordered_day(versions, today).discontinued:
            found[whose] = max(
                (one for one in versions if one.kind is OrderKind.DISCONTINUE and one.from_on <= today),
                key=lambda one: one.version,
            ).from_on
    censored = await _censored(session, code)
    return {whose: on for whose, on in found.items() if whose not in censored}


async def _censored(session: AsyncSession, code: str | None) -> set[str]:
    """Whose part ended without a discontinuation, by what stands now.

    Where the drug was stopped before, the stop is the event and stays one.
    """
    steps: dict[str, list[StudyDispositionEvent]] = defaultdict(list)
    query = select(StudyDispositionEvent).where(_is(StudyDispositionEvent.participant_code, code))
    for row in await session.scalars(query.order_by(col(StudyDispositionEvent.version))):
        steps[row.participant_code].append(row)
    return {whose for whose, rows in steps.items() if ends_observation([_ended(row) for row in rows])}


def _ended(row: StudyDispositionEvent) -> Ended:
    return Ended(row.id, row.kind, row.takes_back_id)


def _is(column: Any, value: str | None) -> ColumnElement[bool]:
    return true() if value is None else col(column) == value
