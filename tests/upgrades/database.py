"""A released database as text: the statements that laid its tables, and its rows in words both engines read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Engine, MetaData, event
from sqlalchemy.engine import make_url

from models.migrations.upgrade import Which, tables_of
from tests.postgres import Kind, empty_url
from tests.process.raw import Raw

HERE = Path(__file__).parent
CHANGES = ("CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE")
END = ";\n-- end\n"  # a trigger has semicolons of its own
SERIALS = (
    "SELECT table_name AS t, column_name AS c FROM information_schema.columns"
    " WHERE table_schema = 'public' AND column_default LIKE 'nextval%'"
)


def versions() -> list[str]:
    """The releases that are kept, oldest first."""
    return sorted((place.name for place in HERE.iterdir() if (place / "store.rows.sql").is_file()), key=_numbers)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def schema_file(version: str, which: Which, kind: Kind) -> Path:
    return HERE / version / f"{which}.{kind}.sql"


def rows_file(version: str, which: Which) -> Path:
    return HERE / version / f"{which}.rows.sql"


@contextmanager
def statements() -> Iterator[list[str]]:
    """Everything that changes a database while this is open, as it is sent."""
    told: list[str] = []

    def hear(_c: Any, _cursor: Any, statement: str, _values: Any, _context: Any, _many: Any) -> None:
        if statement.lstrip().upper().startswith(CHANGES):
            told.append(statement.strip())

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield told
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


async def written(raw: Raw, tables: MetaData) -> str:
    """All rows of an SQLite database as INSERT statements, oldest first.

    Every value is a quoted text: both engines turn it into the column's type.
    """
    lines = []
    for table in tables.sorted_tables:
        rows = await raw.rows(f'SELECT * FROM "{table.name}" ORDER BY rowid')  # noqa: S608  names of our own
        for row in rows:
            names = ", ".join(f'"{name}"' for name in row)
            values = ", ".join(_quoted(value) for value in row.values())
            lines.append(f'INSERT INTO "{table.name}" ({names}) VALUES ({values})')  # noqa: S608
    return END.join([*lines, ""])


def _quoted(value: Any) -> str:
    if value is None:
        return "NULL"
    text = str(value.isoformat(" ") if isinstance(value, datetime) else value)
    return "'" + text.replace("'", "''") + "'"


def split(text: str) -> list[str]:
    return [statement for statement in text.split(END) if statement.strip()]


async def laid(version: str, which: Which, kind: Kind, folder: Path) -> str:
    """A database as that release left it; its URL."""
    url = await empty_url(kind, folder)
    schema = split(schema_file(version, which, kind).read_text(encoding="utf-8"))
    rows = split(rows_file(version, which).read_text(encoding="utf-8"))
    await _execute(url, schema + rows)
    return url


async def _execute(url: str, statements: Sequence[str]) -> None:
    raw = Raw(url)
    if raw.on_sqlite:
        raw.script(statements)
        return
    connection: Any = await asyncpg.connect(make_url(url).render_as_string(hide_password=False))
    try:
        await connection.execute("SET TIME ZONE 'UTC'")
        for statement in statements:
            await connection.execute(statement)
        for row in await connection.fetch(SERIALS):
            table, column = row["t"], row["c"]
            await connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), max({column})) FROM {table}"  # noqa: S608
            )
    finally:
        await connection.close()


Contents = dict[str, list[dict[str, Any]]]


async def contents(url: str) -> Contents:
    """Every row of every table, in words that both engines share."""
    raw = Raw(url)
    found: Contents = {}
    for table in await raw.tables():
        rows = await raw.rows(f'SELECT * FROM "{table}"')  # noqa: S608  names of our own
        found[table] = [{name: _shared(value) for name, value in row.items()} for row in rows]
    return found


def _shared(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def lost(before: Contents, after: Contents) -> list[str]:
    """What a database had before and has no longer: tables, columns, rows, values."""
    found: list[str] = []
    for table, rows in before.items():
        if table == "alembic_version":
            continue
        if table not in after:
            found.append(f"table {table}")
            continue
        kept = [{name: row.get(name, "no such column") for name in rows[0]} for row in after[table]] if rows else []
        left = list(kept)
        for row in rows:
            if row in left:
                left.remove(row)
            else:
                found.append(f"{table}: {row}")
        if rows and len(after[table]) < len(rows):
            found.append(f"{table}: {len(rows)} rows became {len(after[table])}")
    return found


def empty_tables(found: Contents, which: Which) -> list[str]:
    return [table.name for table in tables_of(which).sorted_tables if not found.get(table.name)]
