"""Leases: what has to be single belongs to one process, by a number that grows each time another takes it over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.lease import Lease
from models.session import Change, Store
from models.tables import table_of

LENGTH: Final = timedelta(seconds=8)  # one that was killed is followed within ten, a look of `run` included
RENEW_EVERY: Final = LENGTH / 3

_LEASE: Final = table_of(Lease)
_AT: Final = bindparam("at", type_=_LEASE.c.until.type)
_TOO_FAR: Final = bindparam("too_far", type_=_LEASE.c.until.type)
_IS_FREE: Final = or_(
    _LEASE.c.until <= _AT, _LEASE.c.until > _TOO_FAR, _LEASE.c.holder == bindparam("asking", type_=_LEASE.c.holder.type)
)


def _take(dialect: Any) -> Any:
    new = dialect.insert(_LEASE)
    taken = {"holder": new.excluded.holder, "number": _LEASE.c.number + 1, "until": new.excluded.until}
    return new.on_conflict_do_update(index_elements=["name"], set_=taken, where=_IS_FREE).returning(_LEASE.c.number)


_TAKE: Final = {on_sqlite: _take(dialect) for on_sqlite, dialect in ((True, sqlite), (False, postgresql))}
_STANDS: Final = select(_LEASE.c.name).where(_LEASE.c.name == bindparam("lease"), ~_IS_FREE)
_MINE: Final = (
    _LEASE.c.name == bindparam("lease"),
    _LEASE.c.number == bindparam("held"),
)
_RENEW: Final = update(_LEASE).where(*_MINE)
_HELD: Final = select(_LEASE.c.number).where(*_MINE)


class Single(StrEnum):
    """What only one process does at a time."""

    POLLING = "polling"
    HOUSEKEEPING = "housekeeping"


class LeaseLostError(Exception):
    """Another process has taken this over; what was to be written under the old number is not."""


@dataclass(frozen=True, slots=True)
class Held:
    """A lease of ours: every transaction under it begins with `renew`, which refuses an old number."""

    name: Single
    number: int


async def take(store: Store, name: Single, *, holder: str, at: datetime) -> Held | None:
    """Takes a lease that is free, has ended or is our own, under a new number; None while another's stands.

    One that ends further ahead than anyone takes it stems from a clock that was set back, and stands for nothing.
    """
    asked = {"at": at, "too_far": at + 2 * LENGTH, "asking": holder}
    async with store.read() as session:
        if await session.scalar(_STANDS, {"lease": name} | asked) is not None:
            return None
    row = {"name": name, "holder": holder, "number": 1, "until": at + LENGTH}
    async with store.change(at=at) as change:
        number = await change.session.scalar(_TAKE[store.on_sqlite], row | asked)
    return None if number is None else Held(name, number)


async def renew(change: Change, held: Held) -> None:
    """Prolongs it in the transaction of what is written under it, and keeps others from taking it until the commit.

    Raises LeaseLostError, which takes everything back, where another has taken it over.
    """
    result = await change.session.execute(
        _RENEW, {"lease": held.name, "held": held.number, "until": change.at + LENGTH}
    )
    if getattr(result, "rowcount", 0) != 1:
        raise LeaseLostError


async def is_held(store: Store, held: Held) -> bool:
    """Whether nobody has taken it over."""
    async with store.read() as session:
        return await session.scalar(_HELD, {"lease": held.name, "held": held.number}) is not None


async def give_back(store: Store, held: Held, at: datetime) -> None:
    """Ends a lease of ours, so that the next one need not wait; one that was taken over is let be."""
    async with store.change(at=at) as change:
        await change.session.execute(_RENEW, {"lease": held.name, "held": held.number, "until": at})
