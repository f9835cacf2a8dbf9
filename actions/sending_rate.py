"""The shared rate in its row on PostgreSQL: written by a conditional update, so that nobody ever holds a lock on it."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from sqlalchemy import bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from actions.turns import NEVER, Asked, Pace, Taken, Turns, pause, take
from models.sending_rate import SendingRate
from models.session import Store
from models.statements import Statement
from models.tables import table_of

T = TypeVar("T")

ROW: Final = 1
_RATE: Final = table_of(SendingRate)
_CLOCK: Final = select(func.clock_timestamp().label("now"), literal(ROW).label("row")).subquery()
_READ: Final = Statement(
    select(_CLOCK.c.now, *_RATE.c).select_from(_CLOCK.outerjoin(_RATE, _RATE.c.id == _CLOCK.c.row))
)
_BEGIN: Final = Statement(
    insert(_RATE).values(id=ROW, version=0, free_at=func.clock_timestamp(), chats="{}").on_conflict_do_nothing()
)
_WRITE: Final = Statement(update(_RATE).where(_RATE.c.id == ROW, _RATE.c.version == bindparam("seen")))


@dataclass(frozen=True, slots=True)
class StoreShare:
    """The share of `bot.shared_limiter`. Chats stand in the row by a blind index; the clock is the database's own."""

    store: Store

    async def take(self, asking: Sequence[Asked], pace: Pace, lead: float) -> Taken:
        """Takes turns. Asking for none only looks."""
        hidden = [replace(asked, chat=self.store.vault.index("rate", asked.chat)[:16]) for asked in asking]

        def taken(turns: Turns, now: float, heard_at: float) -> tuple[Turns, Taken]:
            after, answers = take(turns, hidden, pace, now=now, lead=lead)
            pause_left = max(0.0, turns.pause_ends(now) - now)
            return (after if any(turn.given for turn in answers) else turns), Taken(answers, pause_left, now, heard_at)

        return await _changed(self.store, taken)

    async def pause(self, seconds: float) -> None:
        """Writes a pause down for all processes."""

        def paused(turns: Turns, now: float, _heard_at: float) -> tuple[Turns, None]:
            return pause(turns, seconds, now=now), None

        await _changed(self.store, paused)


async def _changed(store: Store, work: Callable[[Turns, float, float], tuple[Turns, T]]) -> T:
    """Reads, works and writes, until nobody else has written in between; what stays as it was is not written."""
    async with store.engine.connect() as connection:  # and begins no transaction: each statement stands alone
        while True:
            (row,) = await _READ.rows(connection, {})
            heard_at = asyncio.get_running_loop().time()
            if row.version is None:
                await _BEGIN.run(connection, {})
                continue
            turns = _turns(row)
            after, answer = work(turns, row.now.timestamp(), heard_at)
            if after is turns or await _written(connection, row.version, after):
                return answer


async def _written(connection: AsyncConnection, seen: int, turns: Turns) -> bool:
    values = {
        "version": seen + 1,
        "free_at": _moment(turns.free_at),
        "paused_at": _moment(turns.paused_at),
        "paused_until": _moment(turns.paused_until),
        "chats": json.dumps({chat: round(at, 3) for chat, at in (turns.chats or {}).items()}),
    }
    return await _WRITE.run(connection, {"seen": seen} | values) == 1


def _turns(row: Any) -> Turns:
    return Turns(_seconds(row.free_at), _seconds(row.paused_at), _seconds(row.paused_until), json.loads(row.chats))


def _seconds(moment: datetime | None) -> float:
    return NEVER if moment is None else moment.timestamp()


def _moment(seconds: float) -> datetime | None:
    return None if seconds == NEVER else datetime.fromtimestamp(seconds, UTC)
