"""The study database, opened and closed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from models.session import is_sqlite, open_engine
from models.sqlite_inline import Edges


class StudyStore:
    """One engine that writes and, on SQLite, one that only reads. `edges` as of the operational store."""

    def __init__(self, url: str, *, edges: Edges | None = None) -> None:
        self.url = url
        self.engine = open_engine(url, writes=True, edges=edges)
        self.reading_engine = open_engine(url, writes=False, edges=edges) if is_sqlite(url) else self.engine

    @property
    def on_sqlite(self) -> bool:
        return is_sqlite(self.url)

    @asynccontextmanager
    async def write(self, *, at: datetime) -> AsyncIterator[AsyncSession]:
        """One transaction. Leaving it normally commits all; an exception leaves nothing behind."""
        async with AsyncSession(self.engine, expire_on_commit=False, info={"at": at}) as session, session.begin():
            yield session

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads."""
        async with AsyncSession(self.reading_engine, expire_on_commit=False) as session:
            yield session

    async def close(self) -> None:
        await self.engine.dispose()
        await self.reading_engine.dispose()
