"""Everything a database holds, as text: to look for what must not be there, and to compare two of them."""

from typing import Any

from sqlalchemy import inspect, select, table, text
from sqlalchemy.ext.asyncio import AsyncEngine

Dump = dict[str, list[dict[str, Any]]]


async def dump(engine: AsyncEngine) -> Dump:
    """Every row of every table, by table."""
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda there: inspect(there).get_table_names())
        found: Dump = {}
        for name in names:
            rows = (await connection.execute(select(text("*")).select_from(table(name)))).mappings().all()
            found[name] = sorted((dict(row) for row in rows), key=str)
    return found
