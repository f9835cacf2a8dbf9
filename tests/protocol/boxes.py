"""Boxes of tablets and the days they were taken on, for the tests of counting."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from protocol.day_facts import DayFact
from protocol.tablets import Movement, MovementKind, MovementSource, Unit, UnitBounds, Use, use_of
from protocol.terms import DoseState
from tests.protocol.lives import TRIAL

TABLET = Unit("sirolimus tablets", 1.0)
OPENS = TRIAL.windows.opens_before
DAY = timedelta(days=1)
START = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai


def at(day: float) -> datetime:
    """A moment so many days after the first dose is due."""
    return START + day * DAY


def moved(
    kind: MovementKind, units: int, day: float, source: MovementSource = MovementSource.STAFF, of: Unit = TABLET
) -> Movement:
    return Movement(kind, of, units, at(day), source)


def dispensed(units: int, day: float = -1) -> Movement:
    return moved(MovementKind.DISPENSED, units, day)


def counted(units: int, day: float, source: MovementSource = MovementSource.STAFF) -> Movement:
    return moved(MovementKind.COUNTED, units, day, source)


def day_fact(number: int, state: DoseState = DoseState.TAKEN, units: int = 1, taken: int | None = None) -> DayFact:
    """The dose of day `number`, from 0; taken on the minute where it was."""
    swallowed = (units if state is DoseState.TAKEN else 0) if taken is None else taken
    return DayFact(
        ordinal=number + 1,
        due_on=at(number).date(),
        due_at=at(number),
        expected_units=units,
        expected_mg=float(units),
        taken_units=swallowed,
        taken_mg=float(swallowed),
        doses_taken=1 if swallowed else 0,
        taken_at=(at(number),) if swallowed else (),
        state=state,
        cause=None,
        is_first=number == 0,
    )


def month(*states: DoseState) -> list[DayFact]:
    return [day_fact(number, state) for number, state in enumerate(states)]


def uses(days: Sequence[DayFact]) -> list[Use]:
    return [use_of(day, OPENS) for day in days]


def exactly(units: int) -> UnitBounds:
    return UnitBounds(units, units)
