"""Proof that the owner of an account still sits there: a fresh one-time code or the password, again."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlmodel import col

from actions.log_in import LogInRefusedError, unused_step, use_step
from actions.passwords import PasswordDesk
from actions.throttle import count_attempt, forget_failures
from models.access import SignedIn
from models.session import Store
from models.site import WebSession

PROOF_LIVES: Final = timedelta(minutes=5)
CODE_DIGITS: Final = 6


class ProofRefusedError(Exception):
    """Neither the password nor a one-time code that was not used before."""


def is_proved(who: SignedIn, *, at: datetime) -> bool:
    """Whether this session's last proof is fresh enough; a log-in is one."""
    proved_at = who.session.proved_at
    return proved_at is not None and timedelta(0) <= at - proved_at < PROOF_LIVES


async def prove(store: Store, desk: PasswordDesk, who: SignedIn, typed: str, *, at: datetime) -> None:
    """Marks the session as proved. Raises ProofRefusedError, ThrottledError: guesses are counted as at the log-in."""
    name_hash = await check_owner(store, desk, who, typed, at=at)
    this = col(WebSession.token_hash) == who.session.token_hash
    async with store.change(at=at, actor=who.actor) as change:
        await forget_failures(change, name_hash)
        await change.session.execute(update(WebSession).where(this).values(proved_at=at))
        change.audit("prove", "staff", who.staff.id)


async def check_owner(store: Store, desk: PasswordDesk, who: SignedIn, typed: str, *, at: datetime) -> str:
    """Whether a code or the password was typed; gives the name under which the attempt was counted.

    Raises ProofRefusedError, ThrottledError. The code is used; the count is left to the caller to forget.
    """
    name_hash = store.vault.index("proof", who.staff.id)
    async with store.change(at=at) as change:
        await count_attempt(change, name_hash, name_hash, on_sqlite=store.on_sqlite)
    if not await _is_owner(store, desk, who, typed, at):
        async with store.change(at=at, actor=who.actor) as change:
            change.audit("proof_refused", "staff", who.staff.id)
        raise ProofRefusedError("neither the password nor a fresh code")
    return name_hash


async def _is_owner(store: Store, desk: PasswordDesk, who: SignedIn, typed: str, at: datetime) -> bool:
    digits = "".join(typed.split())
    if len(digits) != CODE_DIGITS or not (digits.isascii() and digits.isdigit()):
        return await desk.fits(who.staff.password_hash, typed)
    step = unused_step(store, who.staff, digits, at)
    if step is None:
        return False
    try:
        async with store.change(at=at, actor=who.actor) as change:
            await use_step(change, who.staff.id, step, {})
    except LogInRefusedError:  # somebody has used it in between
        return False
    return True
