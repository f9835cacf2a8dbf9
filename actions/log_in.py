"""Logging in and out: name, password and one-time code together; every attempt is counted before it is checked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Update, delete, update
from sqlalchemy.engine import CursorResult
from sqlmodel import col, select

from actions.passwords import PasswordDesk, code_step, dummy_hash
from actions.staff import StaffError, account_name, totp_place
from models.access import SignedIn, staff_actor
from models.session import Change, Store, sha256
from models.site import LoginFailure, Staff, WebSession
from models.vault import SealError

WINDOW = timedelta(minutes=15)
NAME_FAILURES_MAX = 5
ADDRESS_FAILURES_MAX = 20
FAILURES_KEPT = timedelta(days=1)
SESSIONS_KEPT = timedelta(days=30)
SEEN_STEP = timedelta(minutes=1)  # a session's last sight is not written more often
DUMMY_SECRET = "A" * 32


class LogInRefusedError(Exception):
    """Name, password or code is wrong, or the code was used before; which of them is never said."""


class ThrottledError(Exception):
    """Too many failed attempts; `retry_after` says how long to wait."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__("too many failed attempts")
        self.retry_after = retry_after


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

    The attempt is written as failed first and struck out after success, so many at once cannot outrun the count.
    """
    name_hash, staff = await _count(store, attempt, at)
    fits = await desk.fits(staff.password_hash if staff else dummy_hash(), attempt.password)
    step = _step(store, staff, attempt.code, at)
    if staff is None or not fits or step is None:
        await _note_refusal(store, staff, at)
        raise LogInRefusedError
    rehashed = await desk.new_hash_if_old(staff.password_hash, attempt.password)
    token = new_token()
    async with store.change(at=at, actor=staff_actor(staff)) as change:
        await _use_code(change, staff, step, rehashed)
        await change.session.execute(delete(LoginFailure).where(col(LoginFailure.name_hash) == name_hash))
        change.session.add(
            WebSession(
                token_hash=sha256(token), staff_id=staff.id, language=attempt.language, started_at=at, seen_at=at
            )
        )
        change.audit("log_in", "staff", staff.id)
    return token, staff


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
        await change.session.execute(delete(LoginFailure).where(col(LoginFailure.at) < at - FAILURES_KEPT))
        await _refuse_when_full(change, col(LoginFailure.name_hash) == name_hash, NAME_FAILURES_MAX)
        await _refuse_when_full(change, col(LoginFailure.address_hash) == address_hash, ADDRESS_FAILURES_MAX)
        change.session.add(LoginFailure(id=change.new_id(), name_hash=name_hash, address_hash=address_hash, at=at))
        query = select(Staff).where(col(Staff.name) == name, col(Staff.disabled_at).is_(None))
        return name_hash, (await change.session.execute(query)).scalar_one_or_none()


def _known_device(store: Store, name: str, device: str) -> str:
    """A browser that logged in before is counted by itself, so a stranger cannot lock its owner out."""
    device_id = device.partition(".")[0]
    return f"|{device_id}" if device_id and device == device_proof(store, name, device_id) else ""


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


def _step(store: Store, staff: Staff | None, code: str, at: datetime) -> int | None:
    if staff is None:
        code_step(DUMMY_SECRET, code, at=at)
        return None
    try:
        secret = store.vault.open(totp_place(staff.id), staff.totp_secret)
    except SealError:
        return None
    step = code_step(secret, code, at=at)
    return step if step is not None and step > staff.totp_last_step else None


async def _use_code(change: Change, staff: Staff, step: int, rehashed: str | None) -> None:
    """Two log-ins with one code at the same moment: the second one finds the step used."""
    values = {"totp_last_step": step} | ({"password_hash": rehashed} if rehashed else {})
    unused = (col(Staff.id) == staff.id, col(Staff.totp_last_step) < step, col(Staff.disabled_at).is_(None))
    used: CursorResult[object] = await change.session.execute(update(Staff).where(*unused).values(**values))  # type: ignore[assignment]
    if used.rowcount != 1:
        raise LogInRefusedError
    old = (col(WebSession.staff_id) == staff.id, col(WebSession.started_at) < change.at - SESSIONS_KEPT)
    await change.session.execute(delete(WebSession).where(*old))


async def _note_refusal(store: Store, staff: Staff | None, at: datetime) -> None:
    """Only for a name that exists: the throttle bounds how many of these a stranger can cause."""
    async with store.change(at=at) as change:
        if staff is not None:
            change.audit("log_in_refused", "staff", staff.id)
