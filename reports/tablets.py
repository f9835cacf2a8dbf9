"""Tablets of each participant: what should be left, what was counted, and how far counts and reports lie apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.study.participant import StudyParticipant
from models.study.store import StudyStore
from models.study.tablet import StudyTabletMovement
from protocol.day_facts import REPORTED, DayFact
from protocol.tablet_count import CountDiscrepancy, count_discrepancies
from protocol.tablets import Movement, MovementKind, Unit, UnitBounds, expected_remaining, use_of
from protocol.trial import Trial
from reports.day_facts import day_facts
from reports.prepared import is_prepared


@dataclass(frozen=True, slots=True)
class TabletRow:
    """One product and strength of one participant. `counts`: the oldest first. Units, nothing clipped."""

    code: str
    site_code: str
    of: Unit
    dispensed: int
    returned: int
    lost: int
    expected: UnitBounds
    counts: tuple[CountDiscrepancy, ...]


@dataclass(frozen=True, slots=True)
class TabletReport:
    """`points`: counts further than this from the reports, however silence is read, are listed."""

    as_of: datetime
    site: str | None
    points: float
    rows: tuple[TabletRow, ...]

    def lies_beyond(self, count: CountDiscrepancy) -> bool:
        return count.lies_beyond(self.points)


async def tablet_report(
    study: StudyStore, trial: Trial, *, as_of: datetime, code: str | None = None, site: str | None = None
) -> TabletReport:
    """By the study database, for what had happened by `as_of`, as it is known now; participants by code.

    An empty or unprepared database gives a report without rows.
    """
    if not await is_prepared(study):
        return TabletReport(as_of, site, trial.tablets.discrepancy_points, ())
    async with study.read() as session:
        ledger = await _ledger(session, as_of, code, site)
        days = await day_facts(session, code=code, site=site)
    rows = [
        _row(whose, unit, movements, days.get(whose[0], []), trial, as_of)
        for whose, theirs in ledger.items()
        for unit, movements in _by_unit(theirs).items()
    ]
    return TabletReport(as_of, site, trial.tablets.discrepancy_points, tuple(rows))


async def _ledger(
    session: AsyncSession, as_of: datetime, code: str | None, site: str | None
) -> Mapping[tuple[str, str], Sequence[Movement]]:
    """What stands, by participant and site: the newest version of each movement that is not in error."""
    query = (
        select(StudyTabletMovement, StudyParticipant.site_code)
        .join(StudyParticipant, col(StudyParticipant.participant_code) == col(StudyTabletMovement.participant_code))
        .order_by(
            col(StudyTabletMovement.participant_code),
            col(StudyTabletMovement.number),
            col(StudyTabletMovement.version),
        )
    )
    if code is not None:
        query = query.where(StudyTabletMovement.participant_code == code)
    if site is not None:
        query = query.where(StudyParticipant.site_code == site)
    newest = {(row.participant_code, where, row.number): row for row, where in await session.execute(query)}
    found: dict[tuple[str, str], list[Movement]] = {}
    for (whose, where, _), row in newest.items():
        if not row.in_error and row.moved_at <= as_of:
            found.setdefault((whose, where), []).append(_movement(row))
    return found


def _movement(row: StudyTabletMovement) -> Movement:
    return Movement(row.kind, Unit(row.product, row.strength_mg), row.units, row.moved_at, row.source)


def _by_unit(movements: Sequence[Movement]) -> dict[Unit, list[Movement]]:
    found: dict[Unit, list[Movement]] = {}
    for one in movements:
        found.setdefault(one.of, []).append(one)
    return found


def _row(
    whose: tuple[str, str],
    unit: Unit,
    movements: Sequence[Movement],
    days: Sequence[DayFact],
    trial: Trial,
    as_of: datetime,
) -> TabletRow:
    theirs = [day for day in days if _is_made_of(day, unit) and (day.due_at <= as_of or day.state in REPORTED)]
    opens_before = trial.windows.opens_before
    sums = {kind: sum(one.units for one in movements if one.kind is kind) for kind in MovementKind}
    return TabletRow(
        code=whose[0],
        site_code=whose[1],
        of=unit,
        dispensed=sums[MovementKind.DISPENSED],
        returned=sums[MovementKind.RETURNED],
        lost=sums[MovementKind.LOST],
        expected=expected_remaining(movements, [use_of(day, opens_before) for day in theirs], as_of),
        counts=count_discrepancies(movements, theirs, opens_before=opens_before),
    )


def _is_made_of(day: DayFact, unit: Unit) -> bool:
    """A dose is counted in the units it was ordered in: those of another strength stay out of this box."""
    return abs(day.expected_units * unit.strength_mg - day.expected_mg) < 1e-9  # noqa: PLR2004  a float's rounding
