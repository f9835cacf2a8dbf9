"""Rotation: every sealed value is opened with whichever key it has and sealed with the newest, in batches."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Column, bindparam, func, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.adverse_event import AdverseEvent
from models.identity import ChatLink, Identity, ParticipantMessage
from models.inbox import InboxUpdate
from models.kept_photo import KeptPhoto
from models.medication import Medication
from models.pregnancy import Pregnancy
from models.prompt import Prompt
from models.session import Change
from models.site import Staff
from models.staff_chat import StaffLink, StaffMessage
from models.symptom import SymptomAnswer
from models.tables import StoreTable
from models.vault import SealError, Vault

BATCH = 200


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One column of sealed values; each is bound to `table.column/key of its row`."""

    table: type[StoreTable]
    key: str
    name: str

    @property
    def place(self) -> str:
        return f"{self.table.__tablename__}.{self.name}"

    @property
    def keys(self) -> Column[Any]:
        found: Column[Any] = self.table.__table__.c[self.key]  # type: ignore[attr-defined]
        return found

    @property
    def values(self) -> Column[Any]:
        found: Column[Any] = self.table.__table__.c[self.name]  # type: ignore[attr-defined]
        return found


SEALED = (
    SealedColumn(Identity, "participant_id", "name"),
    SealedColumn(Identity, "participant_id", "phone"),
    SealedColumn(ChatLink, "id", "chat"),
    SealedColumn(Staff, "id", "totp_secret"),
    SealedColumn(ParticipantMessage, "id", "body"),
    SealedColumn(KeptPhoto, "message_id", "picture"),
    SealedColumn(InboxUpdate, "update_id", "body"),
    SealedColumn(InboxUpdate, "update_id", "answers"),
    SealedColumn(Prompt, "id", "body"),
    SealedColumn(SymptomAnswer, "id", "body"),
    SealedColumn(StaffLink, "id", "chat"),
    SealedColumn(StaffMessage, "id", "body"),
    SealedColumn(AdverseEvent, "id", "narrative"),
    SealedColumn(Medication, "id", "narrative"),
    SealedColumn(Pregnancy, "id", "narrative"),
)
"""Every column that holds sealed values; a test compares this list with the places the sources seal for."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one column has come. `unopened`: rows whose key is not here, or that were altered."""

    column: SealedColumn
    after: Any = None
    resealed: int = 0
    unopened: tuple[Any, ...] = ()
    done: bool = False


async def under_other_keys(session: AsyncSession, column: SealedColumn, names: tuple[str, ...]) -> int:
    """How many values of this column are sealed under none of these keys."""
    found: int | None = await session.scalar(select(func.count()).where(_sealed_otherwise(column, names)))
    return found or 0


async def one_value(session: AsyncSession, column: SealedColumn, names: tuple[str, ...]) -> tuple[str, str] | None:
    """A place and what is sealed for it under one of these keys, to try the key on."""
    query = select(column.keys, column.values).where(_sealed_under(column, names)).limit(1)
    row = (await session.execute(query)).first()
    return None if row is None else (f"{column.place}/{row[0]}", row[1])


async def reseal_batch(change: Change, progress: Progress, newest: str, *, limit: int = BATCH) -> Progress:
    """Seals the next `limit` rows of one column under the key `newest`, in the caller's transaction."""
    column = progress.column
    query = select(column.keys, column.values).where(_sealed_otherwise(column, (newest,)))
    if progress.after is not None:
        query = query.where(column.keys > progress.after)
    rows = (await change.session.execute(query.order_by(column.keys).limit(limit))).all()
    if not rows:
        return replace(progress, done=True)
    opened = [(key, old, _resealed(change.vault, f"{column.place}/{key}", old)) for key, old in rows]
    await _write(change, column, [{"row_key": key, "old": old, "new": new} for key, old, new in opened if new])
    unopened = tuple(key for key, _, new in opened if new is None)
    resealed = len(rows) - len(unopened)
    if resealed:
        change.audit("rotate_keys", column.place, newest, new={"resealed": resealed, "key": newest})
    return replace(
        progress,
        after=rows[-1][0],
        resealed=progress.resealed + resealed,
        unopened=progress.unopened + unopened,
        done=len(rows) < limit,
    )


def _sealed_under(column: SealedColumn, names: tuple[str, ...]) -> Any:
    """Sealed under one of these keys; a key's name is letters and digits, so the pattern means itself."""
    return or_(*(column.values.like(f"v1.{name}.%") for name in names))


def _sealed_otherwise(column: SealedColumn, names: tuple[str, ...]) -> Any:
    return column.values.is_not(None) & not_(_sealed_under(column, names))


def _resealed(vault: Vault, place: str, old: str) -> str | None:
    try:
        return vault.seal(place, vault.open(place, old))
    except SealError:
        return None


async def _write(change: Change, column: SealedColumn, rows: list[dict[str, Any]]) -> None:
    """A value that changed meanwhile is left alone; it was sealed by a process with keys of its own."""
    if not rows:
        return
    statement = (
        update(column.table.__table__)  # type: ignore[attr-defined]
        .where(column.keys == bindparam("row_key"), column.values == bindparam("old"))
        .values({column.name: bindparam("new")})
    )
    connection = await change.session.connection()
    await connection.execute(statement, rows)
