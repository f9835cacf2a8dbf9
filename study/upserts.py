"""Writes rows into the study database: by record id, and never back behind what it already holds."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from models.study.tables import StudyTable
from study.faults import is_row_fault
from study.records import StudyRow


async def upsert(
    session: AsyncSession, table: type[StudyTable], key: str, rows: Sequence[dict[str, Any]], *, guard: str = ""
) -> None:
    """Inserts rows of one table or replaces them; with `guard` only where that column grows."""
    if not rows:
        return
    target: Table = table.__table__  # type: ignore[attr-defined]
    dialect = session.get_bind().dialect.name
    statement = postgresql.insert(target) if dialect == "postgresql" else sqlite.insert(target)
    excluded = statement.excluded
    values = {name: excluded[name] for name in rows[0] if name != key}
    grows = target.c[guard] < excluded[guard] if guard else None
    await session.execute(statement.on_conflict_do_update(index_elements=[key], set_=values, where=grows), rows)


async def write_rows(session: AsyncSession, rows: Iterable[StudyRow]) -> None:
    """All rows, table by table; of several of one record only the newest is written."""
    newest = {row.record: row for row in sorted(rows, key=lambda row: row.seq)}
    by_table: dict[tuple[type[StudyTable], str], list[dict[str, Any]]] = defaultdict(list)
    for row in newest.values():
        by_table[row.table, row.key].append(row.values)
    for (table, key), values in by_table.items():
        await upsert(session, table, key, values, guard="source_seq")


async def write_one_by_one(session: AsyncSession, rows: Sequence[StudyRow]) -> dict[tuple[str, str], str]:
    """The same, each record behind a savepoint; returns the records refused, with the kind of refusal.

    Raises DBAPIError when the fault is the database's and not a row's.
    """
    refused: dict[tuple[str, str], str] = {}
    for record, row in {row.record: row for row in rows}.items():
        try:
            async with session.begin_nested():
                await upsert(session, row.table, row.key, [row.values], guard="source_seq")
        except DBAPIError as error:
            if not is_row_fault(error):
                raise
            refused[record] = f"the study database refused it ({type(error.orig).__name__})"
    return refused
