"""Accounts of staff: added, disabled, reset; each ends the sessions it has to end."""

import unicodedata
from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import col, select

from actions.passwords import check_password, new_totp_secret, password_hash, provisioning_uri
from models.access import AccessDeniedError, access_staff
from models.session import Change
from models.site import Site, Staff, WebSession
from protocol.terms import Role

NAME_MAX = 64
SECRET_BYTES = 20


class StaffError(ValueError):
    """The account cannot be made or changed so; the message says why."""


@dataclass(frozen=True, slots=True)
class NewStaff:
    """A new account's one-time-code secret; it can be shown now and never again."""

    staff_id: str
    totp_secret: str
    provisioning_uri: str


async def add_staff(change: Change, *, name: str, role: Role, site_code: str | None, password: str) -> NewStaff:
    """Adds an account. `site_code` None sees every site. Raises StaffError, WeakPasswordError."""
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
        )
    )
    change.audit("add_staff", "staff", staff_id, new={"name": name, "role": role, "site_code": site_code})
    return NewStaff(staff_id, secret, provisioning_uri(secret, name))


async def disable_staff(change: Change, name: str) -> None:
    """Disables an account and ends its sessions; the name stays taken. Raises AccessDeniedError, StaffError."""
    staff = await access_staff(change.session, account_name(name))
    if staff.role is Role.ADMINISTRATOR and await _administrators(change) == 1:
        raise StaffError("this is the last administrator; add another one first")
    staff.disabled_at = change.at
    change.session.add(staff)
    change.audit("disable_staff", "staff", staff.id, old={"disabled_at": None}, new={"disabled_at": change.at})
    await end_sessions(change, staff.id)


async def reset_staff(change: Change, name: str, *, password: str) -> NewStaff:
    """Gives an account a new password and a new one-time-code secret, and ends its sessions.

    Nobody resets the own account: a second person has to stand for it. Raises AccessDeniedError, StaffError.
    """
    staff = await access_staff(change.session, account_name(name))
    if change.actor.kind == "staff" and change.actor.name == staff.name:
        raise StaffError("another member of staff has to reset this account")
    check_password(password, staff.name)
    secret = new_totp_secret(change.random_bytes(SECRET_BYTES))
    staff.password_hash = password_hash(password)
    staff.totp_secret = change.vault.seal(totp_place(staff.id), secret)
    staff.totp_last_step = 0
    change.session.add(staff)
    change.audit("reset_staff", "staff", staff.id)
    await end_sessions(change, staff.id)
    return NewStaff(staff.id, secret, provisioning_uri(secret, staff.name))


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


async def _check_site(change: Change, site_code: str | None) -> None:
    if site_code is not None and await change.session.get(Site, site_code) is None:
        raise AccessDeniedError(f"there is no site {site_code!r}; `anshi site list` shows them")


async def _administrators(change: Change) -> int:
    query = select(Staff.id).where(col(Staff.role) == Role.ADMINISTRATOR, col(Staff.disabled_at).is_(None))
    return len((await change.session.execute(query)).all())
