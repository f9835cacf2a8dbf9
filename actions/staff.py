"""Accounts of staff: added, disabled, reset; each ends the sessions it has to end."""

import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import update
from sqlmodel import col, select

from actions.passwords import check_password, new_totp_secret, password_hash, provisioning_uri
from actions.recovery_codes import end_codes
from actions.staff_chat import end_staff_chats
from models.access import AccessDeniedError, access_staff
from models.session import Change
from models.site import Site, Staff, WebSession
from protocol.roles import READS
from protocol.terms import Role

NAME_MAX = 64
SECRET_BYTES = 20
FIRST_LIVES = timedelta(hours=72)
"""How long a password that was handed over opens the first log-in."""


class StaffError(ValueError):
    """The account cannot be made or changed so; the message says why."""


@dataclass(frozen=True, slots=True)
class NewStaff:
    """A new account's one-time-code secret; it can be shown now and never again."""

    staff_id: str
    totp_secret: str
    provisioning_uri: str


async def add_staff(
    change: Change, *, name: str, role: Role, site_code: str | None, password: str, ready: bool = False
) -> NewStaff:
    """Adds an account. `site_code` None sees every site. Raises StaffError, WeakPasswordError.

    Its owner chooses a password and sets up one-time codes at the first log-in, for which this password is good.
    `ready` leaves that out: for accounts whose password and secret are shown together, as in the demo.
    """
    name = account_name(name)
    check_password(password, name)
    await _check_site(change, site_code)
    taken = (await change.session.execute(select(Staff.id).where(col(Staff.name) == name))).scalar_one_or_none()
    if taken is not None:
        raise StaffError(f"the name {name!r} is taken; a disabled account keeps its name for the audit")
    staff_id, secret = change.new_id(), new_totp_secret(change.random_bytes(SECRET_BYTES))
    change.session.add(
        Staff(
            id=staff_id,
            name=name,
            role=role,
            site_code=site_code,
            password_hash=password_hash(password),
            totp_secret=change.vault.seal(totp_place(staff_id), secret),
            created_at=change.at,
            ready_at=change.at if ready else None,
            first_until=None if ready else change.at + FIRST_LIVES,
        )
    )
    change.audit("add_staff", "staff", staff_id, new={"name": name, "role": role, "site_code": site_code})
    return NewStaff(staff_id, secret, provisioning_uri(secret, name))


async def disable_staff(change: Change, name: str) -> None:
    """Disables an account, ends its sessions and its chat; the name stays. Raises AccessDeniedError, StaffError."""
    staff = await _account(change, name)
    if staff.role is Role.ADMINISTRATOR and await _administrators(change) == 1:
        raise StaffError("this is the last administrator; add another one first")
    staff.disabled_at = change.at
    change.session.add(staff)
    change.audit("disable_staff", "staff", staff.id, old={"disabled_at": None}, new={"disabled_at": change.at})
    await end_sessions(change, staff.id)
    await end_staff_chats(change, staff.id, reason="the account was disabled")


async def reset_staff(change: Change, name: str, *, password: str) -> NewStaff:
    """Gives an account a password for a new first log-in, and ends its sessions, its codes and recovery codes.

    Nobody resets the own account: a second person has to stand for it. Raises AccessDeniedError, StaffError.
    """
    staff = await _account(change, name)
    if _is_own(change, staff):
        raise StaffError("another member of staff has to reset this account")
    check_password(password, staff.name)
    secret = new_totp_secret(change.random_bytes(SECRET_BYTES))
    staff.password_hash = password_hash(password)
    staff.totp_secret = change.vault.seal(totp_place(staff.id), secret)
    staff.totp_last_step = 0
    staff.ready_at, staff.first_until = None, change.at + FIRST_LIVES
    change.session.add(staff)
    change.audit("reset_staff", "staff", staff.id)
    await end_codes(change, staff.id)
    await end_sessions(change, staff.id)
    return NewStaff(staff.id, secret, provisioning_uri(secret, staff.name))


async def change_staff(change: Change, name: str, *, role: Role, site_code: str | None) -> None:
    """Another role or site; every session ends, so that no page goes on with the old one.

    Nobody changes the own account. Raises AccessDeniedError, StaffError.
    """
    staff = await _account(change, name)
    if _is_own(change, staff):
        raise StaffError("another member of staff has to change this account")
    await _check_site(change, site_code)
    if staff.role is Role.ADMINISTRATOR is not role and await _administrators(change) == 1:
        raise StaffError("this is the last administrator; add another one first")
    before, after = {"role": staff.role, "site_code": staff.site_code}, {"role": role, "site_code": site_code}
    if before == after:
        return
    staff.role, staff.site_code = role, site_code
    change.session.add(staff)
    change.audit("change_staff", "staff", staff.id, old=before, new=after)
    await end_sessions(change, staff.id)
    if role not in READS or before["site_code"] != site_code:
        await end_staff_chats(change, staff.id, reason="the account has another role or site")


async def end_sessions(change: Change, staff_id: str) -> None:
    """Ends every session of one account at once."""
    living = (col(WebSession.staff_id) == staff_id, col(WebSession.ended_at).is_(None))
    await change.session.execute(update(WebSession).where(*living).values(ended_at=change.at))


async def no_staff_yet(change: Change) -> bool:
    """True while no account was ever made: only the first one needs nobody to answer for it."""
    return (await change.session.execute(select(Staff.id).limit(1))).scalar_one_or_none() is None


def account_name(text: str) -> str:
    """One spelling of a name: composed characters, single blanks. Raises StaffError."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 1 < len(name) <= NAME_MAX or not name.isprintable():
        raise StaffError(f"a name has 2 to {NAME_MAX} printable characters")
    return name


def totp_place(staff_id: str) -> str:
    """Where a secret is sealed for."""
    return f"staff.totp_secret/{staff_id}"


async def _account(change: Change, name: str) -> Staff:
    """The enabled account of this name, behind the site wall of who asks. Raises AccessDeniedError."""
    staff = await access_staff(change.session, account_name(name))
    if not _within(change, staff.site_code):
        raise AccessDeniedError(f"there is no enabled account of the name {name!r}")
    return staff


def _is_own(change: Change, staff: Staff) -> bool:
    return change.actor.kind == "staff" and change.actor.name == staff.name


def _within(change: Change, site_code: str | None) -> bool:
    """An administrator of one site keeps the accounts of that site alone."""
    return change.actor.kind != "staff" or change.actor.site_code in (None, site_code)


async def _check_site(change: Change, site_code: str | None) -> None:
    if not _within(change, site_code):
        raise AccessDeniedError(f"there is no site {site_code!r}; `anshi site list` shows them")
    if site_code is not None and await change.session.get(Site, site_code) is None:
        raise AccessDeniedError(f"there is no site {site_code!r}; `anshi site list` shows them")


async def _administrators(change: Change) -> int:
    query = select(Staff.id).where(col(Staff.role) == Role.ADMINISTRATOR, col(Staff.disabled_at).is_(None))
    return len((await change.session.execute(query)).all())
