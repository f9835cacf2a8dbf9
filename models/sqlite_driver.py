"""A lighter way to aiosqlite: one hop to its thread for a statement, and none where nothing can have to wait.

aiosqlite crosses to its thread and back for the cursor, the statement, the rows and the close. Here a statement takes
one crossing. Inside a write transaction it takes none: the lock is held, the pages lie in memory, and only what begins
or ends the transaction may wait for a lock or for the disk.
"""

import sqlite3
from collections import deque
from collections.abc import Callable
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_dbapi
from sqlalchemy.util import await_
from typing_extensions import override


class _Cursor:
    """One statement and its rows, all of them fetched where the statement ran."""

    arraysize = 1

    def __init__(self, connection: "_Connection") -> None:
        self._adapted = connection
        self._cursor: sqlite3.Cursor | None = None
        self._rows: deque[Any] = deque()

    @property
    def description(self) -> Any:
        return self._cursor.description if self._cursor is not None else None

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount if self._cursor is not None else -1

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid if self._cursor is not None else None

    def execute(self, operation: str, parameters: Any = ()) -> None:
        self._adapted.run(operation, lambda: self._run(operation, parameters or ()))

    def executemany(self, operation: str, parameters: Any) -> None:
        self._adapted.run(operation, lambda: self._run_many(operation, parameters))

    def _run(self, operation: str, parameters: Any) -> None:
        self._cursor = cursor = self._adapted.raw.execute(operation, parameters)
        if cursor.description is not None:
            self._rows = deque(cursor.fetchall())

    def _run_many(self, operation: str, parameters: Any) -> None:
        self._cursor = self._adapted.raw.executemany(operation, parameters)

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        return [self._rows.popleft() for _ in range(min(size or self.arraysize, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        found = list(self._rows)
        self._rows.clear()
        return found

    async def _async_soft_close(self) -> None:
        """All rows are here; nothing is left to close."""

    def close(self) -> None:
        self._rows.clear()


async def _nothing() -> None:
    """Waits for nothing."""


class _Connection(AsyncAdapt_aiosqlite_connection):
    """Chooses for each statement whether it has to cross to the thread."""

    _cursor_cls: Any = _Cursor

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._crossing: set[object] = set()  # what a cancelled task has left running in the thread stays here

    @property
    def raw(self) -> sqlite3.Connection:
        found: sqlite3.Connection = self._connection._conn
        return found

    def run(self, operation: str, work: Callable[[], None]) -> None:
        """Runs one statement, here or in the thread."""
        if self._is_idle and self.may_run_here(operation):
            await_(_nothing())  # SQLAlchemy takes a statement that never waits for a driver that blocks
            self._told(work)
        else:
            self._told(lambda: self._cross(work))

    def may_run_here(self, operation: str) -> bool:
        """Whether this statement cannot have to wait."""
        raise NotImplementedError

    @property
    def _is_idle(self) -> bool:
        """Nothing of this connection is under way in the thread."""
        return not self._crossing and self._connection._connection is not None

    def _cross(self, work: Callable[[], None]) -> None:
        token = object()

        def counted() -> None:
            try:
                work()
            finally:
                self._crossing.discard(token)

        self._crossing.add(token)
        await_(self._connection._execute(counted))

    def _told(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  SQLAlchemy's own way: it names and raises it
            self._handle_exception(error)

    def _end(self, work: Callable[[], None]) -> None:
        """Ends the transaction, where there is one."""
        if self._connection._connection is None or (self._is_idle and not self.raw.in_transaction):
            return
        self._told(lambda: self._cross(work))

    @override
    def commit(self) -> None:
        self._end(lambda: self.raw.commit())

    @override
    def rollback(self) -> None:
        self._end(lambda: self.raw.rollback())


class _Writing(_Connection):
    """Holds the write lock from BEGIN on: until COMMIT nothing can have to wait."""

    @override
    def may_run_here(self, operation: str) -> bool:
        return self.raw.in_transaction


class _Reading(_Connection):
    """Its statements may read much, so they cross; a deferred BEGIN takes no lock, and its end gives back none."""

    @override
    def may_run_here(self, operation: str) -> bool:
        return operation == "BEGIN"

    @override
    def _end(self, work: Callable[[], None]) -> None:
        if self._is_idle:
            self._told(work)
        else:
            super()._end(work)


class Driver(AsyncAdapt_aiosqlite_dbapi):
    """The driver module for an engine: `create_async_engine(url, module=Driver(writes=True))`."""

    def __init__(self, *, writes: bool) -> None:
        super().__init__(aiosqlite, sqlite3)
        self._connection_class = _Writing if writes else _Reading

    @override
    def connect(self, *arguments: Any, **keywords: Any) -> _Connection:
        connection = aiosqlite.connect(*arguments, **keywords | {"check_same_thread": False})
        connection._thread.daemon = True
        return self._connection_class(self, await_(connection))
