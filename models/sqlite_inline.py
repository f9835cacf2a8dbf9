"""SQLite without a thread: statements run at once, and the edges of a transaction are handed to whoever watches them.

For the simulation: one loop, one order of events, and every BEGIN and COMMIT a place where something can go wrong.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Any, Protocol

from sqlalchemy import Engine, event
from sqlalchemy.util import await_
from typing_extensions import override

from models.sqlite_driver import Connection, Driver, nothing

PATIENCE = 5.0  # seconds that a writer waits for another's lock, as `busy_timeout` has it
LOOK_EVERY = 0.01


class Edges(Protocol):
    """What happens around a transaction. Whatever these raise, the statement or the commit raises."""

    async def begins(self, *, writes: bool) -> None: ...

    async def commits(self) -> None: ...

    async def committed(self) -> None: ...


class _Raw:
    """The little of aiosqlite's connection that SQLAlchemy asks for, done at once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection
        self._connection: sqlite3.Connection | None = connection

    async def create_function(self, *arguments: Any, **keywords: Any) -> None:
        self._conn.create_function(*arguments, **keywords)

    async def close(self) -> None:
        self.stop()

    def stop(self) -> None:
        """Closes it; an open transaction is undone."""
        self._conn.close()
        self._connection = None


class _Inline(Connection):
    """One connection whose work never leaves the loop's thread."""

    def __init__(self, dbapi: Any, connection: _Raw, edges: Edges, *, writes: bool) -> None:
        super().__init__(dbapi, connection)
        self._edges = edges
        self._writes = writes

    @property
    def isolation_level(self) -> str | None:
        return self.raw.isolation_level

    @isolation_level.setter
    def isolation_level(self, value: str | None) -> None:
        self.raw.isolation_level = value  # type: ignore[assignment]  # any of them, and None

    @override
    def run(self, work: Callable[[], None]) -> None:
        if self._begins:
            self._begins = False
            self._told(lambda: self._begin_here(work))
        else:
            await_(nothing())
            self._told(work)

    def _begin_here(self, work: Callable[[], None]) -> None:
        await_(self._edges.begins(writes=self._writes))
        if self._writes:
            await_(self._locked())
        else:
            self.raw.execute("BEGIN")
        work()

    async def _locked(self) -> None:
        """BEGIN IMMEDIATE; while another connection writes, it waits as SQLite itself would in a thread."""
        waited = 0.0
        while True:
            try:
                self.raw.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or waited >= PATIENCE:
                    raise
            else:
                return
            await asyncio.sleep(LOOK_EVERY)
            waited += LOOK_EVERY

    @override
    def may_run_here(self) -> bool:
        return True

    @override
    def commit(self) -> None:
        if not self._ends():
            return
        if self._writes:
            self._told(self._commit_here)
        else:
            self.raw.commit()

    def _commit_here(self) -> None:
        await_(self._edges.commits())
        self.raw.commit()
        await_(self._edges.committed())

    @override
    def rollback(self) -> None:
        if self._ends():
            self.raw.rollback()

    def _ends(self) -> bool:
        self._begins = False
        return self._connection._connection is not None and self.raw.in_transaction


class InlineDriver(Driver):
    """`Driver` without a thread. `close_all` is the end of a process: nothing uncommitted stays."""

    def __init__(self, edges: Edges, *, writes: bool) -> None:
        super().__init__(writes=writes)
        self._edges = edges
        self._writes = writes
        self._opened: list[_Raw] = []

    @override
    def connect(self, *arguments: Any, **keywords: Any) -> _Inline:
        raw = _Raw(sqlite3.connect(*arguments, **keywords | {"check_same_thread": False}))
        self._opened.append(raw)
        await_(nothing())
        return _Inline(self, raw, self._edges, writes=self._writes)

    def close_all(self) -> None:
        """Closes every connection there is, in whatever state."""
        for raw in self._opened:
            if raw._connection is not None:
                raw.stop()
        self._opened.clear()


def loosen(engine: Engine) -> None:
    """No wait for the disk, none for a lock: a process that is simulated cannot lose the machine's power."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.execute("PRAGMA busy_timeout=0")
        cursor.close()


def open_to_read(path: str) -> sqlite3.Connection:
    """A connection of its own beside the system, to look at what has been committed; rows by name or position."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=0)
    connection.row_factory = sqlite3.Row
    return connection


def trouble(words: str) -> sqlite3.OperationalError:
    """What SQLite itself raises: "database is locked", "database or disk is full", "unable to open database file"."""
    return sqlite3.OperationalError(words)
