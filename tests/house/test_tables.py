"""The migrations lay exactly the tables that the models describe, on both databases, and the pages name them all."""

import re
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import text

from models.migrations.upgrade import Which, differences, revision, tables_of, upgrade
from models.session import open_engine
from tests.house.house import read
from tests.postgres import Kind, empty_url

BOTH: tuple[Which, ...] = get_args(Which)


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("which", BOTH)
async def test_the_models_are_what_the_migrations_lay(kind: Kind, which: Which, tmp_path: Path) -> None:
    url = await empty_url(kind, tmp_path)
    assert len(await differences(url, which)) >= len(tables_of(which).tables) > 5
    await upgrade(url, which)
    assert await differences(url, which) == []
    there, newest = await revision(url, which)
    assert there == newest is not None


@pytest.mark.parametrize("kind", get_args(Kind))
async def test_a_second_upgrade_changes_nothing(kind: Kind, tmp_path: Path) -> None:
    url = await empty_url(kind, tmp_path)
    await upgrade(url, "store")
    await upgrade(url, "store")
    assert await differences(url, "store") == []


@pytest.mark.parametrize(
    "damage",
    ["ALTER TABLE alert DROP COLUMN outcome", "ALTER TABLE alert ADD COLUMN extra TEXT", "DROP TABLE open_question"],
)
async def test_a_column_or_table_too_few_or_too_many_is_seen(damage: str, tmp_path: Path) -> None:
    url = await empty_url("sqlite", tmp_path)
    await upgrade(url, "store")
    engine = open_engine(url, writes=True)
    async with engine.begin() as connection:
        await connection.execute(text(damage))
    await engine.dispose()
    assert await differences(url, "store")


def test_the_architecture_names_every_table_of_the_store() -> None:
    section = read("docs/architecture.md").partition("## What the store remembers")[2].partition("\n## ")[0]
    named = re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)
    assert sorted(named) == sorted(tables_of("store").tables)


def test_no_table_of_the_study_can_hold_who_somebody_is() -> None:
    columns = [
        f"{table.name}.{column.name}" for table in tables_of("study").tables.values() for column in table.columns
    ]
    assert len(columns) > 50
    named = re.compile(r"chat|phone|user|token|_name|\.name|body|link")
    assert [column for column in columns if named.search(column)] == []
