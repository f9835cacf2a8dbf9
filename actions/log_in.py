"""Logging in and out: name, password and one-time code together, or at the very first time a password handed over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Update, delete, update
from sqlalchemy.engine import CursorResult
from sqlmodel import col, select

from actions.passwords import PasswordDesk, code_step, dummy_hash, new_totp_secret
from actions.recovery_codes import is_recovery_code, use_code
from actions.staff import SECRET_BYTES, StaffError, account_name, end_sessions, totp_place
from actions.throttle import count_attempt, forget_failures
from models.access import SignedIn, staff_actor
from models.session import Change, Store, sha256
from models.site import Staff, WebSession
from models.vault import SealError

SESSIONS_KEPT = timedelta(days=30)
SEEN_STEP = timedelta(minutes=1)  # a session's last sight is not written more often
DUMMY_SECRET = "A" * 32


class LogInRefusedError(Exception):
    """Name, password or code is wrong, or the code was used before; which of them is never said."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was typed, and where it came from. `device` proves an earlier log-in of this name from this browser."""

    name: str
    password: str
    code: str
    address: str
    language: str
    device: str = ""


async def log_in(
    store: Store, desk: PasswordDesk, attempt: Attempt, *, at: datetime, new_token: Callable[[], str]
) -> tuple[str, Staff]:
    """A new session's token, and whose it is. Raises LogInRefusedError, ThrottledError.

    An account that is not ready yet has no code: its session opens the page that makes it ready, and nothing else.
    """
    name_hash, staff = await _count(store, attempt, at)
    fits = await desk.fits(staff.password_hash if staff else dummy_hash(), attempt.password)
    second = _second(store, staff, attempt.code, at)
    if staff is None or not fits or second is None:
        await _note_refusal(store, staff, at)
        raise LogInRefusedError
    rehashed = await desk.new_hash_if_old(staff.password_hash, attempt.password)
    token = new_token()
    try:
        async with store.change(at=at, actor=staff_actor(staff)) as change:
            await _take(change, staff, second, rehashed)
            await forget_failures(change, name_hash)
            begin_session(change, staff.id, token, attempt.language)
            change.audit("log_in", "staff", staff.id, new={"with": second.kind})
    except LogInRefusedError:
        await _note_refusal(store, staff, at)
        raise
    return token, staff


def begin_session(change: Change, staff_id: str, token: str, language: str) -> None:
    """A new session; who has just logged in has also just proved to be the owner."""
    begun = {"started_at": change.at, "seen_at": change.at, "proved_at": change.at}
    change.session.add(WebSession(token_hash=sha256(token), staff_id=staff_id, language=language, **begun))


async def log_out(change: Change, signed_in: SignedIn) -> None:
    """Ends this session; the cookie is worth nothing from here on."""
    await change.session.execute(_this(signed_in).values(ended_at=change.at))
    change.audit("log_out", "staff", signed_in.staff.id)


async def see(change: Change, signed_in: SignedIn) -> None:
    """Moves the session's last sight; callers leave it for SEEN_STEP."""
    await change.session.execute(_this(signed_in).values(seen_at=change.at))


async def choose_language(change: Change, signed_in: SignedIn, language: str) -> None:
    """The pages' language for the rest of this session."""
    await change.session.execute(_this(signed_in).values(language=language))


def device_proof(store: Store, name: str, device_id: str) -> str:
    """A cookie's value that says: this browser has logged in as this name before."""
    return f"{device_id}.{store.vault.index('login_device', f'{name}|{device_id}')}"


def _this(signed_in: SignedIn) -> Update:
    return update(WebSession).where(col(WebSession.token_hash) == signed_in.session.token_hash)


async def _count(store: Store, attempt: Attempt, at: datetime) -> tuple[str, Staff | None]:
    try:
        name = account_name(attempt.name)
    except StaffError:
        name = ""
    name_hash = store.vault.index("login_name", name + _known_device(store, name, attempt.device))
    address_hash = store.vault.index("login_address", attempt.address)
    async with store.change(at=at) as change:
        await count_attempt(change, name_hash, address_hash, on_sqlite=store.on_sqlite)
        query = select(Staff).where(col(Staff.name) == name, col(Staff.disabled_at).is_(None))
        return name_hash, (await change.session.execute(query)).scalar_one_or_none()


def _known_device(store: Store, name: str, device: str) -> str:
    """A browser that logged in before is counted by itself, so a stranger cannot lock its owner out."""
    device_id = device.partition(".")[0]
    return f"|{device_id}" if device_id and device == device_proof(store, name, device_id) else ""


@dataclass(frozen=True, slots=True)
class Second:
    """What came beside the password: a step of the one-time code, a recovery code, or nothing at the first time."""

    kind: Literal["code", "recovery_code", "first"]
    step: int = 0
    digits: str = ""


def _second(store: Store, staff: Staff | None, typed: str, at: datetime) -> Second | None:
    """What the code field holds; None where it opens nothing."""
    code = "".join(typed.replace("-", "").split())
    if staff is None:
        code_step(DUMMY_SECRET, code, at=at)
        return None
    if staff.ready_at is None:
        return Second("first") if staff.first_until is not None and at < staff.first_until else None
    if is_recovery_code(code):
        return Second("recovery_code", digits=code)
    step = unused_step(store, staff, code, at)
    return Second("code", step) if step is not None else None


def unused_step(store: Store, staff: Staff, code: str, at: datetime) -> int | None:
    """The step whose code this is, if no log-in and no proof has used it or a later one."""
    try:
        secret = store.vault.open(totp_place(staff.id), staff.totp_secret)
    except SealError:
        return None
    step = code_step(secret, code, at=at)
    return step if step is not None and step > staff.totp_last_step else None


async def _take(change: Change, staff: Staff, second: Second, rehashed: str | None) -> None:
    """Two log-ins with one code at the same moment: the second one finds it used. Raises LogInRefusedError."""
    values: dict[str, object] = {"password_hash": rehashed} if rehashed else {}
    if second.kind == "first":
        await _begin_afresh(change, staff.id, values)
    elif second.kind == "recovery_code" and not await use_code(change, staff.id, second.digits):
        raise LogInRefusedError
    await use_step(change, staff.id, second.step if second.kind == "code" else None, values)
    old = (col(WebSession.staff_id) == staff.id, col(WebSession.started_at) < change.at - SESSIONS_KEPT)
    await change.session.execute(delete(WebSession).where(*old))


async def _begin_afresh(change: Change, staff_id: str, values: dict[str, object]) -> None:
    """Whoever saw the QR code at an earlier, unfinished first log-in has seen one that is worth nothing."""
    secret = new_totp_secret(change.random_bytes(SECRET_BYTES))
    values["totp_secret"] = change.vault.seal(totp_place(staff_id), secret)
    await end_sessions(change, staff_id)


async def use_step(change: Change, staff_id: str, step: int | None, values: dict[str, object]) -> None:
    """Marks a code as used, with what else changes; None uses none. Raises LogInRefusedError where it was used."""
    condition = [col(Staff.id) == staff_id, col(Staff.disabled_at).is_(None)]
    if step is not None:
        condition.append(col(Staff.totp_last_step) < step)
        values = values | {"totp_last_step": step}
    if not values:
        return
    used: CursorResult[object] = await change.session.execute(update(Staff).where(*condition).values(**values))  # type: ignore[assignment]
    if used.rowcount != 1:
        raise LogInRefusedError


async def _note_refusal(store: Store, staff: Staff | None, at: datetime) -> None:
    """Only for a name that exists: the throttle bounds how many of these a stranger can cause."""
    async with store.change(at=at) as change:
        if staff is not None:
            change.audit("log_in_refused", "staff", staff.id)
