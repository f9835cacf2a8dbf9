"""A lighter way to aiosqlite: one hop to its thread for a statement, and none where nothing can have to wait.

aiosqlite crosses to its thread and back for the cursor, the statement, the rows and the close. Here a statement takes
one crossing. Inside a write transaction it takes none: the lock is held, the pages lie in memory, and only what begins
or ends the transaction may wait: for a lock, where another process writes, or for the disk.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_dbapi
from sqlalchemy.util import await_, greenlet_spawn
from typing_extensions import override

HASTY: Final = "PRAGMA busy_timeout=0"
PATIENT: Final = "PRAGMA busy_timeout=5000"


class _Cursor:
    """One statement and its rows, all of them fetched where the statement ran."""

    arraysize = 1

    def __init__(self, connection: "Connection") -> None:
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
        self._adapted.run(lambda: self._run(operation, parameters or ()))

    def executemany(self, operation: str, parameters: Any) -> None:
        self._adapted.run(lambda: self._run_many(operation, parameters))

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


def _spent(_cursor: sqlite3.Cursor) -> None:
    """Gives no rows."""


async def nothing() -> None:
    """Waits for nothing."""


class Connection(AsyncAdapt_aiosqlite_connection):
    """Chooses for each statement whether it has to cross to the thread."""

    _cursor_cls: Any = _Cursor
    BEGIN = "BEGIN"

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._crossing: set[object] = set()  # what a cancelled task has left running in the thread stays here
        self._begins = False

    @property
    def raw(self) -> sqlite3.Connection:
        found: sqlite3.Connection = self._connection._conn
        return found

    def begin(self) -> None:
        """A transaction begins with its first statement, in the same crossing."""
        self._begins = True

    def run(self, work: Callable[[], None]) -> None:
        """Runs one statement, here or in the thread."""
        if self._begins:
            self._begins = False
            self._told(lambda: self._cross(lambda: self._begin_with(work)))
        elif self._is_idle and self.may_run_here():
            await_(nothing())  # SQLAlchemy takes a statement that never waits for a driver that blocks
            self._told(work)
        else:
            self._told(lambda: self._cross(work))

    async def tell(self, work: Callable[[], None]) -> None:
        """Runs one statement for who awaits it himself: without a greenlet, where it does not have to wait."""
        if not (self._is_idle and self.done_at_once(work)):
            await greenlet_spawn(self.run, work)

    def done_at_once(self, work: Callable[[], None]) -> bool:
        """Runs it here and gives True, unless it would have to wait."""
        if self._begins or not self.may_run_here():
            return False
        work()
        return True

    async def rows(self, text: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        found: list[Any] = []
        await self.tell(lambda: found.extend(self.raw.execute(text, values)))
        return found

    async def count(self, text: str, values: Sequence[Any]) -> int:
        counts: list[int] = []
        await self.tell(lambda: counts.append(self.raw.execute(text, values).rowcount))
        return counts[0]

    async def each(self, text: str, many: Sequence[Sequence[Any]]) -> None:
        await self.tell(lambda: _spent(self.raw.executemany(text, many)))

    def _begin_with(self, work: Callable[[], None]) -> None:
        self.raw.execute(self.BEGIN)
        work()

    def may_run_here(self) -> bool:
        """Whether a statement cannot have to wait."""
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
        self._begins = False
        if self._connection._connection is None or (self._is_idle and not self.raw.in_transaction):
            return
        self._told(lambda: self._cross(work))

    @override
    def commit(self) -> None:
        self._end(lambda: self.raw.commit())

    @override
    def rollback(self) -> None:
        self._end(lambda: self.raw.rollback())


class _Writing(Connection):
    """Holds the write lock from its first statement on: until COMMIT nothing can have to wait."""

    BEGIN = "BEGIN IMMEDIATE"

    @override
    def run(self, work: Callable[[], None]) -> None:
        if self._begins and self._is_idle:
            self._told(self._take_lock)
        super().run(work)

    @override
    def done_at_once(self, work: Callable[[], None]) -> bool:
        if self._begins:
            self._take_lock()
        return super().done_at_once(work)

    def _take_lock(self) -> None:
        """Begins here, where nobody else is writing; else it is begun in the thread, which can wait."""
        self.raw.execute(HASTY)
        try:
            self.raw.execute(self.BEGIN)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
        else:
            self._begins = False
        finally:
            self.raw.execute(PATIENT)

    @override
    def may_run_here(self) -> bool:
        return self.raw.in_transaction


class _Reading(Connection):
    """Its statements may read much, so they cross; the end of a transaction that only read has nothing to wait for."""

    @override
    def may_run_here(self) -> bool:
        return False

    @override
    def done_at_once(self, work: Callable[[], None]) -> bool:
        """A statement told straight reads little, and outside any transaction: it leaves nothing behind."""
        if self._begins:
            return False
        work()
        return True

    @override
    def _end(self, work: Callable[[], None]) -> None:
        if self._is_idle:
            self._begins = False
            self._told(work)
        else:
            super()._end(work)


class Driver(AsyncAdapt_aiosqlite_dbapi):
    """The driver module for an engine: `create_async_engine(url, module=Driver(writes=True))`."""

    def __init__(self, *, writes: bool) -> None:
        super().__init__(aiosqlite, sqlite3)
        self._connection_class: type[Connection] = _Writing if writes else _Reading

    @override
    def connect(self, *arguments: Any, **keywords: Any) -> Connection:
        connection = aiosqlite.connect(*arguments, **keywords | {"check_same_thread": False})
        connection._thread.daemon = True
        return self._connection_class(self, await_(connection))
