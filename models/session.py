"""The store, opened and closed; and a change: one transaction with its audit and outbox entries."""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlmodel import col, select

import models.sqlite as sqlite_rules  # before the driver is loaded
from models.audit import GENESIS, chain_link
from models.columns import canonical
from models.ledger import AuditEntry, AuditHead, OutboxEntry
from models.sqlite_driver import Driver
from models.tables import StoreTable
from models.vault import Vault


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
        await self.session.flush()
        if self._owed:
            await self.session.execute(insert(OutboxEntry), [self._outbox_row(key) for key in self._owed])
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
        head = (await self.session.execute(select(AuditHead.seq, AuditHead.hash).with_for_update())).one_or_none()
        seq, previous = (head.seq, head.hash) if head else (0, GENESIS)
        rows = []
        for noted in self._audits:
            seq += 1
            row = chain_link(seq, previous, at=self.at, actor=self.actor, noted=noted, salt=self.random_bytes(16).hex())
            previous = row["hash"]
            rows.append(row)
        await self.session.execute(insert(AuditEntry), rows)
        values = {"id": 1, "seq": seq, "hash": previous}
        if head is None:
            await self.session.execute(insert(AuditHead), [values])
        else:
            await self.session.execute(update(AuditHead).where(col(AuditHead.id) == 1).values(seq=seq, hash=previous))


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
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            change = Change(session, at, actor, self.vault, self.new_id, self._random_bytes)
            yield change
            await change.settle()

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
    return create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), pool_size=10, pool_pre_ping=True)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
