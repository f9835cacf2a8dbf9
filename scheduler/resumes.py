"""What a resume leads to: the dose that comes next, and an amount that changed below the hold."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, select

from models.dose import DoseOrderRow, ScheduledDose
from models.session import Change
from models.statements import Statement
from models.tables import table_of
from protocol.orders import DoseOrder, FirstNewDose, first_new_dose, then_amounts
from protocol.terms import DoseState, OrderKind

_DOSE: Final = table_of(ScheduledDose)
_ORDER: Final = table_of(DoseOrderRow)
_COMING: Final = Statement(
    select(_DOSE.c.participant_id, _DOSE.c.ordinal, _DOSE.c.due_at, _DOSE.c.due_on, _DOSE.c.units, _DOSE.c.is_first)
    .where(
        _DOSE.c.participant_id.in_(bindparam("participants", expanding=True)),
        _DOSE.c.due_at > bindparam("at", type_=_DOSE.c.due_at.type),
        _DOSE.c.state == DoseState.OPEN,
        _DOSE.c.cancelled_at.is_(None),
    )
    .order_by(_DOSE.c.ordinal)
)
_VERSIONS: Final = Statement(
    select(_ORDER.c.id, _ORDER.c.participant_id, _ORDER.c.version, _ORDER.c.kind, _ORDER.c.units)
    .add_columns(*(_ORDER.c[name] for name in ("from_on", "until_on", "dose_mg", "every_days", "then_mg", "reason")))
    .add_columns(_ORDER.c.read_back_units)
    .where(_ORDER.c.participant_id.in_(bindparam("participants", expanding=True)))
    .order_by(_ORDER.c.version)
)


@dataclass(frozen=True, slots=True)
class Resumed:
    """One resume as it stands now. `units` is None where no amount may be named, `unread` the order to read back."""

    due_at: datetime | None
    units: int | None
    unread: tuple[str, FirstNewDose] | None
    alternates: bool  # the amount to read back changes from day to day
    is_over: bool  # a newer hold or the end of treatment has taken its place


async def orders_of_people(change: Change, people: Collection[str]) -> Mapping[str, list[Any]]:
    """All versions of each participant's orders, oldest first."""
    rows = await change.rows(_VERSIONS, participants=sorted(people))
    return {one: _of(rows, one) for one in people}


def order_of(row: Any) -> DoseOrder:
    """One of those rows as the rules read it."""
    amount, then_mg = (row.dose_mg, row.every_days), then_amounts(row.then_mg)
    return DoseOrder(row.version, row.kind, row.from_on, *amount, row.until_on, row.reason, then_mg)


async def resumed(
    change: Change, resumes: Sequence[Any], versions: Mapping[str, list[Any]], at: datetime
) -> Mapping[str, Resumed]:
    """By the id of each resume, a row with `id`, `participant_id`, `version` and `from_on`."""
    if not resumes:
        return {}
    people = sorted({row.participant_id for row in resumes})
    doses = await change.rows(_COMING, participants=people, at=at)
    return {row.id: _resumed(row, _of(doses, row.participant_id), versions[row.participant_id]) for row in resumes}


def _of(rows: Sequence[Any], participant_id: str) -> list[Any]:
    return [row for row in rows if row.participant_id == participant_id]


def _resumed(resume: Any, doses: Sequence[Any], versions: Sequence[Any]) -> Resumed:
    coming = _next(doses, resume.from_on)
    named = coming is not None and not (coming.is_first and coming.ordinal > 1)  # the first dose may have been taken
    unread = _unread(versions) if named else None
    return Resumed(
        due_at=coming.due_at if coming is not None else None,
        units=coming.units if coming is not None and named else None,
        unread=unread,
        alternates=any(row.then_mg for row in versions if unread is not None and row.id == unread[0]),
        is_over=any(row.version > resume.version and row.kind in ENDS for row in versions),
    )


ENDS: Final = frozenset({OrderKind.HOLD, OrderKind.DISCONTINUE})


def _next(doses: Sequence[Any], from_on: date) -> Any:
    return next((dose for dose in doses if dose.due_on >= from_on), None)


def _unread(versions: Sequence[Any]) -> tuple[str, FirstNewDose] | None:
    """The newest amount, where it was ordered while a hold stood and nobody has read it back rightly."""
    amounts = [row for row in versions if row.kind is OrderKind.DOSE]
    holds = [row.version for row in versions if row.kind is OrderKind.HOLD]
    newest = amounts[-1]
    first = first_new_dose([order_of(row) for row in versions], newest.version)
    if first is None or newest.version < max(holds, default=newest.version):
        return None
    is_read = newest.read_back_units is not None and newest.read_back_units == round(
        newest.units * first.dose_mg / newest.dose_mg
    )
    return (newest.id, first) if newest.version > 1 and not is_read else None
