"""How often a secret may be guessed: every attempt is counted as failed first, by what is guessed at and from where."""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, text
from sqlmodel import col, select

from models.session import Change
from models.site import LoginFailure

WINDOW: Final = timedelta(minutes=15)
NAME_FAILURES_MAX: Final = 5
ADDRESS_FAILURES_MAX: Final = 20
FAILURES_KEPT: Final = timedelta(days=1)
COUNTING: Final = 0x6C6F6769
"""Any number, the same in every process: attempts are counted one after the other."""


class ThrottledError(Exception):
    """Too many failed attempts; `retry_after` says how long to wait."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__("too many failed attempts")
        self.retry_after = retry_after


async def count_attempt(change: Change, name_hash: str, address_hash: str, *, on_sqlite: bool) -> None:
    """Writes an attempt as failed; `forget_failures` strikes it out after success. Raises ThrottledError.

    What is counted before it is checked cannot be outrun by many attempts at once.
    """
    if not on_sqlite:  # there the one writer counts alone anyway
        await change.session.execute(text(f"SELECT pg_advisory_xact_lock({COUNTING})"))
    await change.session.execute(delete(LoginFailure).where(col(LoginFailure.at) < change.at - FAILURES_KEPT))
    await _refuse_when_full(change, col(LoginFailure.name_hash) == name_hash, NAME_FAILURES_MAX)
    await _refuse_when_full(change, col(LoginFailure.address_hash) == address_hash, ADDRESS_FAILURES_MAX)
    change.session.add(LoginFailure(id=change.new_id(), name_hash=name_hash, address_hash=address_hash, at=change.at))


async def forget_failures(change: Change, name_hash: str) -> None:
    """Strikes out what was counted for this name: its owner has come in."""
    await change.session.execute(delete(LoginFailure).where(col(LoginFailure.name_hash) == name_hash))


async def _refuse_when_full(change: Change, whose: object, failures_max: int) -> None:
    query = (
        select(LoginFailure.at)
        .where(whose, col(LoginFailure.at) > change.at - WINDOW)  # type: ignore[arg-type]
        .order_by(col(LoginFailure.at).desc())
        .limit(failures_max)
    )
    newest = list((await change.session.execute(query)).scalars())
    if len(newest) == failures_max:
        raise ThrottledError(newest[-1] + WINDOW - change.at)
