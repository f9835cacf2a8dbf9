"""Every release that is kept is brought to the newest tables, on both databases, and nothing it held is lost."""

import re
import secrets
from pathlib import Path

import pytest
from sqlmodel import select

from models.audit import audit_problems
from models.columns import plain
from models.identity import ParticipantMessage
from models.ledger import OutboxEntry
from models.migrations.upgrade import Which, differences, revision, upgrade
from models.session import Store
from models.vault import Keys, Vault
from study.records import RECORDS, payload_of, row_values
from tests.postgres import Kind
from tests.process.raw import Raw
from tests.upgrades.database import Contents, contents, empty_tables, laid, lost, schema_file, split, versions
from tests.upgrades.keep import laid_by_migrations

ROOT = Path(__file__).parents[2]
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]
VAULT = Vault(Keys({"k1": b"1" * 32}, b"2" * 32), secrets.token_bytes)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", ["store", "study"])
@pytest.mark.parametrize("version", versions())
async def test_a_released_database_is_upgraded_and_loses_nothing(
    version: str, which: Which, kind: Kind, tmp_path: Path
) -> None:
    url = await laid(version, which, kind, tmp_path)
    before = await contents(url)
    held = [name for name in empty_tables(before, which) if name in before]
    assert held == [], "the release is kept with a row in each of its tables"
    await upgrade(url, which)
    there, newest = await revision(url, which)
    assert there == newest
    assert await differences(url, which) == []
    assert lost(before, await contents(url)) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", versions())
async def test_an_upgraded_store_opens_verifies_and_goes_on_writing(version: str, kind: Kind, tmp_path: Path) -> None:
    url = await laid(version, "store", kind, tmp_path)
    await upgrade(url, "store")
    store = Store(url, vault=VAULT, new_id=lambda: secrets.token_hex(8), random_bytes=secrets.token_bytes)
    try:
        async with store.read() as session:
            assert await audit_problems(session) == []
        ((kept,),) = [tuple(row.values()) for row in await Raw(url).rows("SELECT max(at) FROM audit_entry")]
        from datetime import UTC, datetime

        at = kept if isinstance(kept, datetime) else datetime.fromisoformat(kept).replace(tzinfo=UTC)
        async with store.change(at=at) as change:
            change.audit("upgraded", "store", "1")
            change.owe_values("participant", "1", {"id": "1"}, participant_id=None)
        async with store.read() as session:
            assert await audit_problems(session) == []
        for row in await Raw(url).rows("SELECT update_id, body FROM inbox_update WHERE body IS NOT NULL"):
            assert VAULT.open(f"inbox_update.body/{row['update_id']}", row["body"])
    finally:
        await store.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", ["store", "study"])
@pytest.mark.parametrize("version", versions())
async def test_a_released_version_of_the_tables_is_never_edited(
    version: str, which: Which, kind: Kind, tmp_path: Path
) -> None:
    """The migrations begin with the very statements that the release was laid with; what is new comes after them."""
    released = split(schema_file(version, which, kind).read_text(encoding="utf-8"))
    assert (await laid_by_migrations(kind, which, tmp_path))[: len(released)] == released


def test_every_release_is_kept() -> None:
    told = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[?(\d+\.\d+\.\d+)", told, flags=re.MULTILINE)
    assert "0.1.0" in versions()
    assert set(released) <= set(versions()), "python -m tests.upgrades.keep VERSION"


@pytest.mark.parametrize(
    ("after", "what"),
    [
        ({}, "table dose"),
        ({"dose": [{"id": "1", "units": 2}]}, "dose: {'id': '2', 'units': None}"),
        ({"dose": [{"id": "1", "units": 1}, {"id": "2", "units": None}]}, "dose: {'id': '1', 'units': 2}"),
        ({"dose": [{"id": "1"}, {"id": "2"}]}, "dose: {'id': '1', 'units': 2}"),
    ],
    ids=["a table", "a row", "a value", "a column"],
)
def test_what_a_careless_migration_loses_is_seen(after: Contents, what: str) -> None:
    before: Contents = {"dose": [{"id": "1", "units": 2}, {"id": "2", "units": None}]}
    assert what in lost(before, after)
    assert lost(before, before) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_the_study_is_told_of_the_messages_that_were_kept_before_it_heard_of_any(
    kind: Kind, tmp_path: Path
) -> None:
    url = await laid("0.1.0", "store", kind, tmp_path)
    await upgrade(url, "store")
    store = Store(url, vault=VAULT, new_id=lambda: secrets.token_hex(8), random_bytes=secrets.token_bytes)
    mapped = RECORDS["participant_message"]
    try:
        async with store.read() as session:
            kept = {row.id: row for row in await session.scalars(select(ParticipantMessage))}
            owed = list(
                await session.scalars(select(OutboxEntry).where(OutboxEntry.record_type == "participant_message"))
            )
        assert kept
        assert sorted(entry.record_id for entry in owed) == sorted(kept)
        for entry in owed:
            row = kept[entry.record_id]
            assert entry.participant_id == row.participant_id
            assert row_values(mapped, payload_of(entry.payload)) == row_values(mapped, plain(row.values()))
            assert row.has_text is (True if row.kind == "text" else None)
    finally:
        await store.close()
