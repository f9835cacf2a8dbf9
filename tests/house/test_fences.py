"""What is only ever added cannot be changed, deleted or replaced, whichever way into the database is taken."""
# ruff: noqa: S608  the names of our own tables

import secrets
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time
from itertools import count
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from models.audit import audit_problems
from models.participant import Consent, Participant
from models.session import Store
from models.site import Site
from models.vault import Keys, Vault
from protocol.terms import Channel, FoodMode, Language, ParticipantState, Purpose
from tests.postgres import Kind, fresh_store_url

AT = datetime(2026, 3, 2, tzinfo=UTC)
APPEND_ONLY = ("audit_entry", "consent")
KEYS = {"audit_entry": "seq", "consent": "id"}


@pytest.fixture(params=get_args(Kind))
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A migrated store with a row in each fenced table."""
    numbers = count(1)
    opened = Store(
        await fresh_store_url(request.param, tmp_path),
        vault=Vault(Keys({"k1": bytes(32)}, bytes(32)), secrets.token_bytes),
        new_id=lambda: f"n{next(numbers):04d}",
        random_bytes=secrets.token_bytes,
    )
    await add_rows(opened)
    yield opened
    await opened.close()


async def add_rows(store: Store) -> None:
    async with store.change(at=AT) as change:
        change.session.add(Site(code="S1", contact_name="Li", contact_phone="1", tz="Asia/Shanghai", created_at=AT))
        await change.session.flush()
        change.session.add(fang())
        await change.session.flush()
        row = Consent(
            id="c1", participant_id="p1", purpose=Purpose.MESSAGING, text_version="1", given=True, recorded_at=AT
        )
        change.session.add(row)
        change.audit("record_consent", "consent", "c1", participant_id="p1", new={"given": True})
        change.audit("enrol", "participant", "p1", participant_id="p1")


def fang() -> Participant:
    return Participant(
        id="p1",
        code="P-001",
        site_code="S1",
        state=ParticipantState.ACTIVE,
        channel=Channel.PHONE,
        language=Language.ZH,
        tz="Asia/Shanghai",
        reminder_time=time(8),
        food=FoodMode.WITH,
        enrolled_at=AT,
        starts_at=AT,
        protocol_version="1",
    )


async def columns_of(store: Store, table: str) -> list[str]:
    async with store.read() as session:
        return list((await session.execute(text(f"SELECT * FROM {table} LIMIT 1"))).keys())


async def rows_of(store: Store, table: str) -> int:
    async with store.read() as session:
        return int(await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


async def attacks_on(store: Store, table: str) -> list[str]:
    """Every statement that would change what stands there."""
    key, columns = KEYS[table], await columns_of(store, table)
    found = [f"UPDATE {table} SET {name} = {name}" for name in columns]
    found += [f"DELETE FROM {table}", f"DELETE FROM {table} WHERE {key} IS NOT NULL"]
    if store.on_sqlite:
        everything = ", ".join(columns)
        found.append(f"INSERT OR REPLACE INTO {table} SELECT {everything} FROM {table}")
        found.append(f"UPDATE OR REPLACE {table} SET {key} = {key}")
        found.append(
            f"INSERT INTO {table} SELECT {everything} FROM {table} WHERE true "
            f"ON CONFLICT ({key}) DO UPDATE SET {key} = excluded.{key}"
        )
    else:
        found.append(f"TRUNCATE {table} CASCADE")
    return found


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_the_table_refuses_every_change(store: Store, table: str) -> None:
    assert await rows_of(store, table)
    for statement in await attacks_on(store, table):
        with pytest.raises(DBAPIError, match="append-only"):
            async with store.engine.begin() as connection:
                await connection.execute(text(statement))
    assert await rows_of(store, table)
    async with store.read() as session:
        assert await audit_problems(session) == []


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_a_plain_connection_without_our_settings_is_refused_too(store: Store, table: str) -> None:
    """Any tool can open an SQLite file, with references and recursive triggers off."""
    if not store.on_sqlite:
        pytest.skip("PostgreSQL has no settings that let a statement past a trigger without its owner")
    connection = sqlite3.connect(str(make_url(store.url).database), isolation_level=None)
    try:
        before = connection.execute(f"SELECT * FROM {table}").fetchall()
        assert before
        for statement in await attacks_on(store, table):
            with pytest.raises(sqlite3.DatabaseError, match="append-only"):
                connection.execute(statement)
        assert connection.execute(f"SELECT * FROM {table}").fetchall() == before
    finally:
        connection.close()


async def test_the_tables_still_take_new_rows(store: Store) -> None:
    entries = await rows_of(store, "audit_entry")
    async with store.change(at=AT) as change:
        change.audit("look", "participant", "p1")
    assert await rows_of(store, "audit_entry") == entries + 1


async def test_without_the_fence_the_chain_still_tells(store: Store) -> None:
    """A bypass needs the database's owner; the hashes show it afterwards."""
    async with store.engine.begin() as connection:
        if store.on_sqlite:
            await connection.execute(text("DROP TRIGGER audit_entry_no_update"))
        else:
            await connection.execute(text("DROP TRIGGER audit_entry_append_only ON audit_entry"))
        await connection.execute(text("UPDATE audit_entry SET header = header || ' ' WHERE seq = 1"))
    async with store.read() as session:
        assert [problem.seq for problem in await audit_problems(session)] == [1]
