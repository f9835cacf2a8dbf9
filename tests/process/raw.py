"""A look at a database past everything of ours: plain SQL over plain drivers, on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from models.sqlite import check_build  # the bundled build takes the place of the system's before the driver is loaded

Row = dict[str, Any]

COLUMNS = """
    SELECT table_name AS t, column_name AS c
    FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name, ordinal_position
"""


class Raw:
    """One database by its URL; every question is a connection of its own. Statements take no parameters."""

    def __init__(self, url: str) -> None:
        self.on_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.file = Path(make_url(url).database or "")
        self._url = make_url(url).render_as_string(hide_password=False)

    async def rows(self, sql: str) -> list[Row]:
        """What a SELECT gives; moments are texts on SQLite and datetimes on PostgreSQL."""
        if self.on_sqlite:
            return await asyncio.to_thread(self._sqlite_rows, sql)
        connection: Any = await asyncpg.connect(self._url)
        try:
            return [dict(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    async def run(self, sql: str) -> None:
        """One statement that changes something, committed."""
        if self.on_sqlite:
            await asyncio.to_thread(self._sqlite_rows, sql)
            return
        connection: Any = await asyncpg.connect(self._url)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    def _sqlite_rows(self, sql: str) -> list[Row]:
        with closing(_sqlite(self.file)) as connection:
            return [dict(row) for row in connection.execute(sql).fetchall()]

    def script(self, statements: Sequence[str]) -> None:
        """Many statements on an SQLite file, in one transaction."""
        with closing(_sqlite(self.file)) as connection:
            connection.execute("BEGIN")
            for statement in statements:
                connection.execute(statement)
            connection.execute("COMMIT")

    async def number(self, sql: str) -> int:
        """The one number that a SELECT gives."""
        ((found, *_),) = [tuple(row.values()) for row in await self.rows(sql)]
        return int(found)

    async def tables(self) -> dict[str, list[str]]:
        """Every table with its columns in their order."""
        if not self.on_sqlite:
            named = await self.rows(COLUMNS)
            found: dict[str, list[str]] = {}
            for row in named:
                found.setdefault(row["t"], []).append(row["c"])
            return found
        names = await self.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {
            row["name"]: [column["name"] for column in await self.rows(f"PRAGMA table_info({row['name']})")]
            for row in sorted(names, key=lambda row: str(row["name"]))
        }

    async def moment(self, seconds: float = 0) -> str:
        """An SQL expression for the present moment, so many seconds later, as this database stores moments."""
        if self.on_sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', '{seconds:+.3f} seconds')"
        return f"(now() + interval '{seconds:.3f} seconds')"

    async def age_answers(self) -> None:
        """Answers that were kept and not shown may be shown at once, as if half a minute had passed."""
        past = await self.moment(-1)
        await self.run(f"UPDATE inbox_update SET visible_at = {past} WHERE answers IS NOT NULL")  # noqa: S608

    async def end_leases(self) -> None:
        """Lets every lease run out, as if long had passed; answers that a dead process kept may be shown at once."""
        past = await self.moment(-1)
        tables = await self.tables()
        under_way = "state IN ('claimed', 'sending')"
        await self.run(f"UPDATE prompt SET lease_until = {past}, visible_at = {past} WHERE {under_way}")  # noqa: S608
        await self.age_answers()
        if "lease" in tables:
            await self.run(f"UPDATE lease SET until = {past}")  # noqa: S608  a moment of our own


def _sqlite(file: Path) -> Any:
    import sqlite3

    check_build(sqlite3.sqlite_version_info)
    connection = sqlite3.connect(file, timeout=10, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection
