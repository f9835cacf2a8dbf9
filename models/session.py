"""The store, opened and closed; and a change: one transaction with its audit and outbox entries."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, bindparam, event, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.pool import ConnectionPoolEntry

import models.sqlite as sqlite_rules  # before the driver is loaded
from models.audit import GENESIS, chain_link
from models.columns import canonical
from models.ledger import AuditEntry, AuditHead, OutboxEntry
from models.sqlite_driver import Driver
from models.sqlite_inline import Edges, InlineDriver, loosen
from models.statements import Statement
from models.tables import StoreTable, table_of
from models.vault import Vault

FROZEN_SECONDS = 30  # PostgreSQL ends a transaction that stood still so long, and frees what it had locked
REST_SECONDS = 1.0  # a connection that worked so lately is taken to live

_HEAD: Final = table_of(AuditHead)
_OWE: Final = Statement(insert(table_of(OutboxEntry)))
_APPEND: Final = Statement(insert(table_of(AuditEntry)))
_LOCK_HEAD: Final = Statement(select(_HEAD.c.seq, _HEAD.c.hash).with_for_update())
_FIRST_HEAD: Final = {  # of two who begin the chain at once, one waits for the other
    name: Statement(dialect.insert(_HEAD).on_conflict_do_nothing())
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
_TO_HEAD: Final = update(_HEAD).where(_HEAD.c.id == 1)
_MOVE_HEAD: Final = Statement(_TO_HEAD)
_APPEND_ONE: Final = Statement(  # and moves the head, in one exchange with PostgreSQL
    insert(table_of(AuditEntry)).add_cte(
        _TO_HEAD.values(seq=bindparam("head_seq"), hash=bindparam("head_hash")).cte("moved")
    )
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it. `name` is a member of staff's name, a link's id, or a loop's name; never a chat id."""

    kind: str  # participant, helper, staff, system
    name: str
    role: str = ""
    site_code: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


SYSTEM = Actor("system", "anshi")


@dataclass(slots=True)
class Change:
    """One transaction under way: its connection, its moment, its actor, and what it has to leave behind."""

    connection: AsyncConnection
    at: datetime
    actor: Actor
    vault: Vault
    new_id: Callable[[], str]
    random_bytes: Callable[[int], bytes]
    _audits: list[dict[str, Any]] = field(default_factory=list)
    _owed: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    _session: AsyncSession | None = None

    @property
    def session(self) -> AsyncSession:
        """The ORM's session in this transaction; many a change never asks for it."""
        if self._session is None:
            self._session = AsyncSession(self.connection, expire_on_commit=False)
        return self._session

    async def rows(self, statement: Statement, **bound: Any) -> list[Any]:
        """What a statement finds or returns, after what the session has not yet written."""
        await self.flush()
        return await statement.rows(self.connection, bound)

    async def run(self, statement: Statement, **bound: Any) -> int:
        """How many rows a statement changes, after what the session has not yet written."""
        await self.flush()
        return await statement.run(self.connection, bound)

    async def run_each(self, statement: Statement, many: Sequence[dict[str, Any]]) -> None:
        """The same once for each of these values."""
        await self.flush()
        await statement.run_each(self.connection, many)

    async def write(self, statement: Statement, row: StoreTable, **values: Any) -> None:
        """Writes some columns of a loaded row by a statement on its key `row_id`, and shows them in the row."""
        await self.run(statement, row_id=getattr(row, "id"), **values)  # noqa: B009  a table's key, not the base's
        for name, value in values.items():
            set_committed_value(row, name, value)

    async def flush(self) -> None:
        """Writes what the session has not yet written."""
        session = self._session
        if session is not None and (session.new or session.dirty or session.deleted):
            await session.flush()

    async def close(self) -> None:
        """Ends it; what was not committed is undone."""
        if self._session is not None:
            await self._session.close()
        await self.connection.close()

    async def release(self, *, at_once: bool) -> None:
        """The same after a commit. Where the pool never has to close a connection there is nothing to wait for."""
        if self._session is not None:
            self._session.sync_session.close()
        if at_once:
            inside_of(self.connection).close()
        else:
            await self.connection.close()

    def audit(
        self,
        action: str,
        record_type: str,
        record_id: str,
        *,
        participant_id: str | None = None,
        old: Mapping[str, Any] | None = None,
        new: Mapping[str, Any] | None = None,
        reason: str = "",
    ) -> None:
        """Notes who did what and why; written with the chain when the transaction ends. No identity in it."""
        self._audits.append(
            {
                "action": action,
                "record_type": record_type,
                "record_id": record_id,
                "participant_id": participant_id,
                "old": dict(old or {}),
                "new": dict(new or {}),
                "reason": reason,
            }
        )

    def owe(self, row: StoreTable, *, participant_id: str | None) -> None:
        """Owes the study this row as it stands when the transaction ends."""
        values = {"row": row}
        record_id = str(getattr(row, "id", "") or getattr(row, "code", ""))
        self._owed[(str(type(row).__tablename__), record_id)] = {**values, "participant_id": participant_id}

    def owe_values(
        self, record_type: str, record_id: str, values: Mapping[str, Any], *, participant_id: str | None
    ) -> None:
        """The same for a row that was written without being loaded."""
        self._owed[(record_type, record_id)] = {"row": dict(values), "participant_id": participant_id}

    async def settle(self) -> None:
        """Writes the outbox entries, then the audit chain: the head is locked last and shortest."""
        await self.flush()
        if self._owed:
            await _OWE.run_each(self.connection, [self._outbox_row(key) for key in self._owed])
        if self._audits:
            await self._append_audit()

    def _outbox_row(self, key: tuple[str, str]) -> dict[str, Any]:
        owed = self._owed[key]
        row = owed["row"]
        values = row.values() if isinstance(row, StoreTable) else row
        return {
            "record_type": key[0],
            "record_id": key[1],
            "participant_id": owed["participant_id"],
            "payload": canonical(values),
            "created_at": self.at,
            "visible_at": self.at,
            "attempts": 0,
            "reason": "",
        }

    async def _append_audit(self) -> None:
        seq, previous = await self._locked_head()
        rows = []
        for noted in self._audits:
            seq += 1
            row = chain_link(seq, previous, at=self.at, actor=self.actor, noted=noted, salt=self.random_bytes(16).hex())
            previous = row["hash"]
            rows.append(row)
        if len(rows) == 1 and self.connection.dialect.name == "postgresql":
            await _APPEND_ONE.run(self.connection, rows[0] | {"head_seq": seq, "head_hash": previous})
            return
        await _APPEND.run_each(self.connection, rows)
        await _MOVE_HEAD.run(self.connection, {"seq": seq, "hash": previous})

    async def _locked_head(self) -> tuple[int, str]:
        """Where the chain ends; ours alone until the commit."""
        head = await _LOCK_HEAD.rows(self.connection, {})
        if not head:
            first = _FIRST_HEAD[self.connection.dialect.name]
            await first.run(self.connection, {"id": 1, "seq": 0, "hash": GENESIS})
            head = await _LOCK_HEAD.rows(self.connection, {})
        return head[0].seq, head[0].hash


class Store:
    """The operational store: one engine that writes, one that only reads, and the vault beside them.

    `edges` is for a simulation on SQLite: statements run at once, in the loop's own thread.
    """

    def __init__(
        self,
        url: str,
        *,
        vault: Vault,
        new_id: Callable[[], str],
        random_bytes: Callable[[int], bytes],
        edges: Edges | None = None,
    ) -> None:
        self.url = url
        self.on_sqlite = is_sqlite(url)
        self.vault = vault
        self.new_id = new_id
        self._random_bytes = random_bytes
        self.engine = open_engine(url, writes=True, edges=edges)
        self.reading_engine = open_engine(url, writes=False, edges=edges) if self.on_sqlite else self.engine

    @asynccontextmanager
    async def change(self, *, at: datetime, actor: Actor = SYSTEM) -> AsyncIterator[Change]:
        """One transaction. Leaving it normally commits all; an exception leaves nothing behind."""
        connection = await self.engine.connect()
        change = Change(connection, at, actor, self.vault, self.new_id, self._random_bytes)
        try:
            inside_of(connection).begin()  # nothing to wait for: it begins with the first statement
            yield change
            await change.settle()
            await connection.commit()
        except BaseException:
            await asyncio.shield(change.close())  # also where the task was cancelled
            raise
        await change.release(at_once=self.on_sqlite)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads."""
        async with AsyncSession(self.reading_engine, expire_on_commit=False) as session:
            yield session

    async def look(self, statement: Statement, **bound: Any) -> list[Any]:
        """The rows of one statement that only reads, outside any transaction."""
        async with self.reading_engine.connect() as connection:
            return await statement.rows(connection, bound)

    async def run(self, moment: datetime, statement: Statement, /, **bound: Any) -> list[Any]:
        """The rows that one statement returns, which is all of its transaction: PostgreSQL needs no BEGIN around it."""
        if self.on_sqlite:
            async with self.change(at=moment) as change:
                return await change.rows(statement, **bound)
        async with self.engine.connect() as connection:
            return await statement.rows(connection, bound)

    async def close(self) -> None:
        await self.engine.dispose()
        await self.reading_engine.dispose()


def inside_of(connection: AsyncConnection) -> Connection:
    """SQLAlchemy's own connection, for what has nothing to wait for."""
    found = connection.sync_connection
    if found is None:
        raise RuntimeError("the connection is closed")
    return found


def is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def open_engine(url: str, *, writes: bool, edges: Edges | None = None) -> AsyncEngine:
    """An engine with the drivers spelled out: aiosqlite, without its thread where `edges` are given, or asyncpg."""
    backend = make_url(url).get_backend_name()
    if backend == "sqlite":
        sqlite_rules.check_build()
        engine = create_async_engine(
            make_url(url).set(drivername="sqlite+aiosqlite"),
            module=Driver(writes=writes) if edges is None else InlineDriver(edges, writes=writes),
            pool_size=1 if writes else 5,
            max_overflow=0 if writes else 10,  # one writes at a time: the others wait here, not at the lock
        )
        sqlite_rules.prepare(engine.sync_engine)
        if edges is not None:
            loosen(engine.sync_engine)
        return engine
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=10,
        pool_use_lifo=True,  # the one that just worked knows its statements, and has not rested
        connect_args={"server_settings": {"idle_in_transaction_session_timeout": f"{FROZEN_SECONDS * 1000}"}},
    )
    _ping_after_rest(engine.sync_engine)
    return engine


def _ping_after_rest(engine: Engine) -> None:
    """A connection that lay unused is asked whether it still lives; one that just worked is not asked each time."""

    @event.listens_for(engine, "checkin")
    def _checkin(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _checkout(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        rested = time.monotonic() - record.info.get("rests_since", time.monotonic())
        if rested > REST_SECONDS and not _lives(engine, connection):
            raise DisconnectionError


def _lives(engine: Engine, connection: Any) -> bool:
    try:
        return bool(engine.dialect.do_ping(connection))
    except engine.dialect.loaded_dbapi.Error:
        return False


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
