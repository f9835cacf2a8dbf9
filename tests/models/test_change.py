"""A change leaves its rows, its audit and its outbox together, or nothing; and the chain shows every tampering."""

import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlmodel import func, select

from models.audit import audit_problems
from models.inbox import Note
from models.ledger import AuditEntry, OutboxEntry
from models.session import Actor, Store
from models.site import Site
from models.sqlite import UnsafeSqliteError, check_build
from models.vault import Keys, Vault
from tests.postgres import Kind, fresh_store_url

AT = datetime(2026, 3, 3, 8, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    kind: Kind = request.param
    vault = Vault(Keys({"k1": b"1" * 32}, b"2" * 32), secrets.token_bytes)
    opened = Store(
        await fresh_store_url(kind, tmp_path),
        vault=vault,
        new_id=lambda: secrets.token_hex(8),
        random_bytes=secrets.token_bytes,
    )
    yield opened
    await opened.close()


async def add_sites(store: Store, count: int) -> None:
    for number in range(count):
        async with store.change(at=AT, actor=Actor("staff", "li")) as change:
            site = Site(code=f"S{number}", contact_name="x", contact_phone="1", tz="UTC", created_at=AT)
            change.session.add(site)
            change.audit("add_site", "site", site.code, new={"tz": "UTC"})
            change.owe(site, participant_id=None)


async def counts(store: Store) -> tuple[int, int, int]:
    async with store.read() as session:
        found = [
            await session.scalar(select(func.count()).select_from(table)) for table in (Site, AuditEntry, OutboxEntry)
        ]
    return found[0] or 0, found[1] or 0, found[2] or 0


async def test_a_change_leaves_row_audit_and_outbox_together(store: Store) -> None:
    await add_sites(store, 2)
    assert await counts(store) == (2, 2, 2)


async def test_a_change_that_fails_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(RuntimeError):
        async with store.change(at=AT) as change:
            change.session.add(Note(name="x", value="y", at=AT))
            change.audit("add_note", "note", "x")
            raise RuntimeError
    assert await counts(store) == (0, 0, 0)
    async with store.read() as session:
        assert await session.get(Note, "x") is None


async def test_an_audit_that_cannot_be_written_takes_the_change_back(store: Store) -> None:
    with pytest.raises(TypeError):
        async with store.change(at=AT) as change:
            change.session.add(Note(name="x", value="y", at=AT))
            change.audit("add_note", "note", "x", new={"bad": object()})
    async with store.read() as session:
        assert await session.get(Note, "x") is None


async def test_a_naive_moment_is_refused(store: Store) -> None:
    with pytest.raises((StatementError, DBAPIError)):
        async with store.change(at=AT) as change:
            change.session.add(Note(name="x", value="y", at=AT.replace(tzinfo=None)))


async def test_an_untouched_chain_has_no_problems(store: Store) -> None:
    await add_sites(store, 4)
    async with store.read() as session:
        assert await audit_problems(session) == []


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_entry SET payload = '{}' WHERE seq = 2",
        "UPDATE audit_entry SET header = '{}' WHERE seq = 2",
        "UPDATE audit_entry SET hash = previous_hash WHERE seq = 2",
        "DELETE FROM audit_entry WHERE seq = 2",
        "DELETE FROM audit_entry WHERE seq = 4",
        "UPDATE audit_head SET seq = 3",
        "DELETE FROM audit_head",
    ],
)
async def test_every_tampering_shows_even_past_the_fence(store: Store, tampering: str) -> None:
    await add_sites(store, 4)
    async with store.engine.begin() as connection:
        for statement in _fence_down(store):
            await connection.execute(text(statement))
        await connection.execute(text(tampering))
    async with store.read() as session:
        assert await audit_problems(session)


def _fence_down(store: Store) -> list[str]:
    """What the owner of the database can do, and the chain still tells."""
    if store.on_sqlite:
        return [f"DROP TRIGGER audit_entry_{name}" for name in ("no_update", "no_delete", "no_replace")]
    return ["DROP TRIGGER audit_entry_append_only ON audit_entry"]


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2), (3, 44, 5), (3, 50, 6)])
def test_a_sqlite_inside_the_reset_bug_is_refused_with_the_remedy(version: tuple[int, int, int]) -> None:
    with pytest.raises(UnsafeSqliteError, match="pysqlite3"):
        check_build(version)


@pytest.mark.parametrize("version", [(3, 51, 3), (3, 53, 4), (3, 44, 6), (3, 50, 7)])
def test_a_repaired_sqlite_is_taken(version: tuple[int, int, int]) -> None:
    check_build(version)


async def test_the_durable_pragmas_are_in_force_on_every_connection(tmp_path: Path) -> None:
    url = await fresh_store_url("sqlite", tmp_path)
    store = Store(
        url,
        vault=Vault(Keys({"k": b"1" * 32}, b"2" * 32), secrets.token_bytes),
        new_id=str,
        random_bytes=secrets.token_bytes,
    )
    async with store.engine.connect() as connection:
        found = {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    await store.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
