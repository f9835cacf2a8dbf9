"""Keeps the schema and a few rows of a release: `python -m tests.upgrades.keep 0.1.0`, once, before it is tagged.

A short life is lived through the real bot, what it leaves empty is filled by type, and all of it is written as text.
"""

import argparse
import asyncio
import tempfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table, insert
from sqlalchemy.types import Boolean, Date, DateTime, Float, Integer, Time

from models.columns import ClosedSet
from models.migrations.upgrade import Which, tables_of, upgrade
from protocol.taps import Verb
from protocol.terms import OrderKind
from tests.postgres import Kind, empty_url
from tests.process.raw import Raw
from tests.stories.stage import Stage
from tests.upgrades.database import END, contents, empty_tables, rows_file, schema_file, statements, written

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
FIRST = date(2026, 3, 2)
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")
BOTH: tuple[Which, ...] = ("store", "study")


async def keep(version: str) -> None:
    """Writes the six files of a release."""
    with tempfile.TemporaryDirectory() as folder:
        rows_file(version, "store").parent.mkdir(exist_ok=True)
        for which in BOTH:
            for kind in KINDS:
                schema = await laid_by_migrations(kind, which, Path(folder))
                schema_file(version, which, kind).write_text(END.join([*schema, ""]), encoding="utf-8")
        stage = await Stage.open("sqlite", Path(folder), START)
        await _live(stage)
        urls = {"store": stage.settings.database_url, "study": stage.settings.study_database_url}
        await stage.close()
        for which in BOTH:
            await _fill(urls[which], which)
            text = await written(Raw(urls[which]), tables_of(which))
            rows_file(version, which).write_text(text, encoding="utf-8")


async def laid_by_migrations(kind: Kind, which: Which, folder: Path) -> list[str]:
    """What the migrations of this tree send to an empty database."""
    url = await empty_url(kind, folder)
    with statements() as told:
        await upgrade(url, which)
    return told


async def _live(stage: Stage) -> None:
    """Three days of two people and a helper: taken, partly, not taken, undone, silent, written, held, an outage."""
    fang = await stage.set_up("017", reminder=time(12, 0))
    emma = await stage.at_home("018", reminder=time(12, 30))
    await stage.helper("017")
    stage.emulator.phone.start(stage.emulator.phone.create_user("en", "Stranger", 4000), "wrong")
    await fang.until(FIRST, 12, 40)
    await fang.tap(Verb.TAKEN)
    await fang.tap(Verb.UNDO)
    await fang.tap(Verb.TAKEN)
    await emma.tap(Verb.NOT_TAKEN)
    await emma.tap(Verb.REASON)
    await fang.type("我有点头晕")
    await stage.order("017", OrderKind.DOSE, FIRST + timedelta(days=2), dose_mg=2.0)
    await fang.until(FIRST + timedelta(days=1), 12, 31)
    await emma.tap(Verb.EARLIER)
    await stage.stop()
    await stage.start(stage.clock.now() + timedelta(hours=5))
    await fang.until(FIRST + timedelta(days=2), 13, 0)
    await stage.sync()


async def _fill(url: str, which: Which) -> None:
    """One row by type in each table that nobody wrote into."""
    raw = Raw(url)
    for name in empty_tables(await contents(url), which):
        table = tables_of(which).tables[name]
        values = {column.name: _value(column) for column in table.columns if not column.nullable}
        for column in table.columns:
            for key in column.foreign_keys:
                if column.name in values:
                    there = await raw.rows(f"SELECT {key.column.name} AS one FROM {key.column.table.name}")  # noqa: S608
                    values[column.name] = there[0]["one"]
        await raw.run(_insert(table, values))


def _insert(table: Table, values: dict[str, Any]) -> str:
    from sqlalchemy.dialects import sqlite

    return str(insert(table).values(values).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))


def _value(column: Column[Any]) -> Any:
    kind = column.type
    if isinstance(kind, ClosedSet):
        return next(iter(kind.members))
    for of, value in (
        (Boolean, False),
        (Integer, 1),
        (Float, 1.0),
        (Date, FIRST),
        (Time, time(8)),
    ):
        if isinstance(kind, of):
            return value
    return START if isinstance(getattr(kind, "impl", kind), DateTime) else f"a {column.name}"


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("version")
    asyncio.run(keep(words.parse_args().version))
