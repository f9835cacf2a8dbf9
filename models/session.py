"""The store, opened and closed; and a change: one transaction with its audit and outbox entries."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, event, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

import models.sqlite as sqlite_rules  # before the driver is loaded
from models.audit import GENESIS, chain_link
from models.columns import canonical
from models.ledger import AuditEntry, AuditHead, OutboxEntry
from models.sqlite_driver import Driver
from models.tables import StoreTable, table_of
from models.vault import Vault

REST_SECONDS = 1.0  # a connection that worked so lately is taken to live

# Built once, on the tables themselves: every transaction runs some of them.
_HEAD: Final = table_of(AuditHead)
_OWE: Final = insert(table_of(OutboxEntry))
_APPEND: Final = insert(table_of(AuditEntry))
_LOCK_HEAD: Final = select(_HEAD.c.seq, _HEAD.c.hash).with_for_update()
_FIRST_HEAD: Final = insert(_HEAD)
_MOVE_HEAD: Final = update(_HEAD).where(_HEAD.c.id == 1)


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
    """One transaction under way: its session, its moment, its actor, and what it has to leave behind."""

    session: AsyncSession
    at: datetime
    actor: Actor
    vault: Vault
    new_id: Callable[[], str]
    random_bytes: Callable[[int], bytes]
    _audits: list[dict[str, Any]] = field(default_factory=list)
    _owed: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

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
        if self.session.new or self.session.dirty or self.session.deleted:
            await self.session.flush()
        if self._owed:
            await self.session.execute(_OWE, [self._outbox_row(key) for key in self._owed])
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
        head = (await self.session.execute(_LOCK_HEAD)).one_or_none()
        seq, previous = (head.seq, head.hash) if head else (0, GENESIS)
        rows = []
        for noted in self._audits:
            seq += 1
            row = chain_link(seq, previous, at=self.at, actor=self.actor, noted=noted, salt=self.random_bytes(16).hex())
            previous = row["hash"]
            rows.append(row)
        await self.session.execute(_APPEND, rows)
        if head is None:
            await self.session.execute(_FIRST_HEAD, {"id": 1, "seq": seq, "hash": previous})
        else:
            await self.session.execute(_MOVE_HEAD, {"seq": seq, "hash": previous})


class Store:
    """The operational store: one engine that writes, one that only reads, and the vault beside them."""

    def __init__(
        self,
        url: str,
        *,
        vault: Vault,
        new_id: Callable[[], str],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self.url = url
        self.vault = vault
        self.new_id = new_id
        self._random_bytes = random_bytes
        self.engine = open_engine(url, writes=True)
        self.reading_engine = open_engine(url, writes=False) if is_sqlite(url) else self.engine

    @property
    def on_sqlite(self) -> bool:
        return is_sqlite(self.url)

    @asynccontextmanager
    async def change(self, *, at: datetime, actor: Actor = SYSTEM) -> AsyncIterator[Change]:
        """One transaction. Leaving it normally commits all; an exception leaves nothing behind."""
        session = AsyncSession(self.engine, expire_on_commit=False)
        try:
            change = Change(session, at, actor, self.vault, self.new_id, self._random_bytes)
            yield change
            await change.settle()
            await session.commit()
        except BaseException:
            await asyncio.shield(session.close())  # rolls back, also where the task was cancelled
            raise
        session.sync_session.close()  # the connection went back with the commit

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads."""
        async with AsyncSession(self.reading_engine, expire_on_commit=False) as session:
            yield session

    async def close(self) -> None:
        await self.engine.dispose()
        await self.reading_engine.dispose()


def is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def open_engine(url: str, *, writes: bool) -> AsyncEngine:
    """An engine with the drivers spelled out: aiosqlite or asyncpg."""
    backend = make_url(url).get_backend_name()
    if backend == "sqlite":
        sqlite_rules.check_build()
        engine = create_async_engine(
            make_url(url).set(drivername="sqlite+aiosqlite"),
            module=Driver(writes=writes),
            pool_size=1 if writes else 5,
            max_overflow=0 if writes else 10,  # one writes at a time: the others wait here, not at the lock
        )
        sqlite_rules.prepare(engine.sync_engine, writes=writes)
        return engine
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), pool_size=10)
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
