"""Whether a database has been prepared: an empty one answers every report with nothing, and with no error."""

from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import AsyncSession

from models.session import Store
from models.study.store import StudyStore


async def has_table(session: AsyncSession, name: str) -> bool:
    """True once the migrations have laid this table."""
    connection = await session.connection()
    return await connection.run_sync(lambda there: _there(there, name))


async def is_prepared(database: Store | StudyStore) -> bool:
    """True once the first migration has run; participants stand in both databases."""
    async with database.read() as session:
        return await has_table(session, "participant")


def _there(connection: Connection, name: str) -> bool:
    return bool(inspect(connection).has_table(name))
