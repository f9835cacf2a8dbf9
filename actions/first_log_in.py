"""The first log-in: the owner chooses a password, proves that the one-time codes work, and gets recovery codes."""

from datetime import datetime

from sqlmodel import col, select

from actions.log_in import LogInRefusedError, begin_session, unused_step, use_step
from actions.passwords import PasswordDesk, check_password, provisioning_uri
from actions.recovery_codes import make_codes
from actions.staff import end_sessions, totp_place
from models.access import SignedIn
from models.session import Store
from models.site import Staff


class CodeRefusedError(Exception):
    """The one-time code is not that of the secret that was shown."""


async def shown_secret(store: Store, who: SignedIn) -> tuple[str, str]:
    """The secret of an account that is not ready yet, and the same as an address for a QR code."""
    async with store.read() as session:
        sealed = (await session.execute(select(Staff.totp_secret).where(col(Staff.id) == who.staff.id))).scalar_one()
    secret = store.vault.open(totp_place(who.staff.id), sealed)
    return secret, provisioning_uri(secret, who.staff.name)


async def set_up(
    store: Store, desk: PasswordDesk, who: SignedIn, *, password: str, code: str, token: str, at: datetime
) -> list[str]:
    """Makes the account its owner's: own password, working codes, a new session of `token`. Gives the recovery codes.

    The password that was handed over is worth nothing from here on, and so is the session it opened.
    Raises WeakPasswordError, CodeRefusedError, LogInRefusedError (set up already, or reset in between).
    """
    check_password(password, who.staff.name)
    step = unused_step(store, who.staff, code, at)
    if step is None:
        raise CodeRefusedError("this is not the code of this secret")
    hashed = await desk.hashed(password)
    async with store.change(at=at, actor=who.actor) as change:
        here = await change.session.get(Staff, who.staff.id, with_for_update=True, populate_existing=True)
        if here is None or here.ready_at is not None or here.totp_secret != who.staff.totp_secret:
            raise LogInRefusedError
        values = {"password_hash": hashed, "ready_at": at, "first_until": None}
        await use_step(change, who.staff.id, step, values)
        await end_sessions(change, who.staff.id)
        begin_session(change, who.staff.id, token, who.session.language)
        change.audit("set_up_account", "staff", who.staff.id, new={"ready_at": at})
        return await make_codes(change, who.staff.id)
