"""Records with a number and versions: one more version is added, the newest counts, nothing is rewritten."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.lab import Draw, LabResult, MonthSixDecision, NumberedRow
from models.session import Change
from models.transfusion import Transfusion
from protocol.forms import FormError

R = TypeVar("R", Draw, LabResult, MonthSixDecision, Transfusion)


async def append_row(change: Change, row: R, action: str, *, old: R | None = None) -> R:
    """Writes one version with its audit and outbox entries."""
    change.session.add(row)
    await change.session.flush()
    change.audit(
        action,
        str(type(row).__tablename__),
        row.id,
        participant_id=row.participant_id,
        old=old.values() if old else None,
        new=row.values(),
        reason=row.reason,
    )
    change.owe(row, participant_id=row.participant_id)
    return row


async def versions(session: AsyncSession, table: type[R], participant_id: str) -> Sequence[R]:
    """Every version, by number."""
    query = select(table).where(col(table.participant_id) == participant_id)
    return (await session.scalars(query.order_by(col(table.number), col(table.version)))).all()


async def newest(session: AsyncSession, table: type[R], participant_id: str) -> list[R]:
    """The newest version of each, in the order in which they were first recorded, those in error too."""
    return list({row.number: row for row in await versions(session, table, participant_id)}.values())


async def numbered(change: Change, table: type[R], participant_id: str, number: int) -> R:
    """The newest version of this number. Raises FormError."""
    for row in await newest(change.session, table, participant_id):
        if row.number == number:
            return row
    raise FormError([f"there is no {str(table.__tablename__).replace('_', ' ')} {number}; look at the list"])


def correction_problems(old: NumberedRow, changes: Mapping[str, Any], reason: str) -> list[str]:
    """Why a version cannot take the place of this one."""
    said = {
        "it was entered in error and stays so; record a new one": old.in_error,
        "say why it is corrected": not reason.strip(),
        "nothing would change; name what is to be corrected": not changes,
    }
    return [problem for problem, holds in said.items() if holds]
