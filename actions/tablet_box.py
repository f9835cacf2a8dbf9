"""What should be in a participant's box, and until when it lasts: the ledger against the doses of the store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from actions.tablet_ledger import standing_movements
from models.dose import DoseOrderRow, ScheduledDose
from models.participant import Participant
from protocol.day_facts import DayFact
from protocol.moments import local_date
from protocol.run_out import coming_doses, refill_due_on, run_out_on
from protocol.tablets import Movement, UnitBounds, Use, expected_remaining, likely_remaining, use_of
from protocol.terms import DoseState
from protocol.trial import Trial


@dataclass(frozen=True, slots=True)
class Box:
    """`expected`: by the reports alone; `likely`: begun anew at the newest count. The days are by its lower figure."""

    expected: UnitBounds
    likely: UnitBounds
    runs_out_on: date | None
    refill_due_on: date | None


async def box_of(session: AsyncSession, participant: Participant, trial: Trial, at: datetime) -> Box | None:
    """The box as it stands; None for who was never given tablets."""
    movements = [row.movement() for row in await standing_movements(session, participant.id)]
    if not movements:
        return None
    doses = await _doses(session, participant.id)
    uses = [use_of(day_fact(dose), trial.windows.opens_before) for dose in doses]
    likely = likely_remaining(movements, uses, at)
    runs_out_on = await _run_out_on(session, participant, trial, doses, (movements, uses, likely), at)
    due_on = None if runs_out_on is None else refill_due_on(runs_out_on, trial.tablets.refill_lead_days)
    return Box(expected_remaining(movements, uses, at), likely, runs_out_on, due_on)


def day_fact(dose: ScheduledDose) -> DayFact:
    """A scheduled dose as it is reckoned with; of more tablets than ordered the times are not all known."""
    doses_taken = int(dose.units_taken > 0) + int(dose.units_taken > dose.units)
    return DayFact(
        ordinal=dose.ordinal,
        due_on=dose.due_on,
        due_at=dose.due_at,
        expected_units=dose.units,
        expected_mg=dose.dose_mg,
        taken_units=dose.units_taken,
        taken_mg=dose.units_taken * dose.dose_mg / dose.units,
        doses_taken=doses_taken,
        taken_at=(dose.taken_at,) if dose.taken_at else (),
        state=dose.state,
        cause=dose.cause,
        is_first=dose.is_first,
    )


async def _doses(session: AsyncSession, participant_id: str) -> Sequence[ScheduledDose]:
    rows = await session.scalars(
        select(ScheduledDose)
        .where(ScheduledDose.participant_id == participant_id, col(ScheduledDose.cancelled_at).is_(None))
        .order_by(col(ScheduledDose.ordinal))
    )
    return rows.all()


async def _run_out_on(
    session: AsyncSession,
    participant: Participant,
    trial: Trial,
    doses: Sequence[ScheduledDose],
    box: tuple[Sequence[Movement], Sequence[Use], UnitBounds],
    at: datetime,
) -> date | None:
    """By the lower figure, in which a dose that is open by now counts as taken; the next one is the first to come."""
    opened = at + trial.windows.opens_before
    coming = [dose for dose in doses if dose.due_at > opened and dose.state in (DoseState.OPEN, DoseState.HELD)]
    next_on = coming[0].due_on if coming else local_date(opened, ZoneInfo(participant.tz))
    is_first = coming[0].is_first if coming else not any(dose.units_taken for dose in doses)
    orders = [row.order() for row in await _orders(session, participant.id)]
    first_mg = trial.regimen.first_dose_mg if is_first else None
    return run_out_on(box[2].low, coming_doses(orders, trial.product, next_on=next_on, first_dose_mg=first_mg))


async def _orders(session: AsyncSession, participant_id: str) -> Sequence[DoseOrderRow]:
    query = select(DoseOrderRow).where(DoseOrderRow.participant_id == participant_id)
    return (await session.scalars(query.order_by(col(DoseOrderRow.version)))).all()
