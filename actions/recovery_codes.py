"""Recovery codes: ten for one log-in each, for who has no phone at hand; shown once, kept hashed."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.session import Change
from models.site import RecoveryCode
from models.vault import Vault

CODES: Final = 10
DIGITS: Final = 20
"""66 bits; digits alone, so that they can be typed where the six digits of the phone are."""
GROUP: Final = 5
RANDOM_BYTES: Final = 32  # more than the digits take, so that the remainder favours none


async def make_codes(change: Change, staff_id: str) -> list[str]:
    """Ten new codes, grouped for reading, to be shown now and never again. Earlier ones end."""
    await end_codes(change, staff_id)
    codes = [f"{int.from_bytes(change.random_bytes(RANDOM_BYTES)) % 10**DIGITS:0{DIGITS}d}" for _ in range(CODES)]
    for code in codes:
        hashed = code_hash(change.vault, staff_id, code)
        change.session.add(RecoveryCode(id=change.new_id(), staff_id=staff_id, code_hash=hashed, made_at=change.at))
    change.audit("make_recovery_codes", "staff", staff_id, new={"codes": CODES})
    return ["-".join(code[start : start + GROUP] for start in range(0, DIGITS, GROUP)) for code in codes]


async def end_codes(change: Change, staff_id: str) -> None:
    """No code of this account opens anything from here on."""
    await change.session.execute(
        update(RecoveryCode)
        .where(col(RecoveryCode.staff_id) == staff_id, *_living())
        .values(ended_at=change.at)
        .execution_options(synchronize_session=False)
    )


async def use_code(change: Change, staff_id: str, code: str) -> bool:
    """Whether this is a code of the account that was never used; it is used now."""
    mine = col(RecoveryCode.code_hash) == code_hash(change.vault, staff_id, code)
    used: CursorResult[object] = await change.session.execute(  # type: ignore[assignment]
        update(RecoveryCode)
        .where(col(RecoveryCode.staff_id) == staff_id, mine, *_living())
        .values(used_at=change.at)
        .execution_options(synchronize_session=False)
    )
    return used.rowcount == 1


async def codes_left(session: AsyncSession, staff_id: str) -> tuple[int, datetime | None]:
    """How many codes are left, and when they were made; (0, None) where there are none."""
    query = select(func.count(), func.max(RecoveryCode.made_at)).where(
        col(RecoveryCode.staff_id) == staff_id, *_living()
    )
    left, made_at = (await session.execute(query)).one()
    return left, made_at


def is_recovery_code(digits: str) -> bool:
    """Whether what was typed, without blanks and hyphens, has the shape of one."""
    return len(digits) == DIGITS and digits.isascii() and digits.isdigit()


def code_hash(vault: Vault, staff_id: str, digits: str) -> str:
    """Bound to its account, and with the vault's key: the table alone gives nothing to guess against."""
    return vault.index("recovery_code", f"{staff_id}|{digits}")


def _living() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(RecoveryCode.used_at).is_(None), col(RecoveryCode.ended_at).is_(None)
