"""Brings a database to the newest version of its tables, in one transaction on SQLite and PostgreSQL alike."""

import pkgutil
from collections.abc import Callable
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, event
from sqlalchemy.ext.asyncio import AsyncEngine

import models
import models.study
from models.session import is_sqlite, open_engine
from models.study.tables import STUDY
from models.tables import STORE

T = TypeVar("T")
Which: TypeAlias = Literal["store", "study"]
LOCK = 0x616E7368  # any number, the same in every process: two upgrades at once wait for each other
HERE = Path(__file__).parent


class BrokenReferenceError(Exception):
    """A migration would leave rows that refer to rows that are not there; nothing was changed."""


async def upgrade(url: str, which: Which) -> None:
    """Runs the versions that are missing. All of them stand afterwards, or none."""
    await with_connection(url, lambda connection: _upgrade(connection, which), writes=True)


async def revision(url: str, which: Which) -> tuple[str | None, str | None]:
    """The version the database has (None: no tables yet) and the newest one there is."""
    head = ScriptDirectory.from_config(_config(which)).get_current_head()
    return await with_connection(url, _current, writes=False), head


async def differences(url: str, which: Which) -> list[Any]:
    """What the tables of the database lack against those of the models; empty when they agree."""
    return await with_connection(url, lambda connection: _compare(connection, tables_of(which)), writes=False)


def tables_of(which: Which) -> MetaData:
    """All tables of one database: every module of its package is imported first."""
    package = models if which == "store" else models.study
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        if not module.ispkg:
            import_module(module.name)
    return STORE if which == "store" else STUDY


def run_versions() -> None:
    """Called by the environment of each database, inside the transaction that `upgrade` has opened."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=context.config.attributes["tables"],
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _config(which: Which) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE / which).replace("%", "%%"))
    return config


def _upgrade(connection: Connection, which: Which) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    config = _config(which)
    config.attributes |= {"connection": connection, "tables": tables_of(which)}
    command.upgrade(config, "head")
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise BrokenReferenceError


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _compare(connection: Connection, tables: MetaData) -> list[Any]:
    context_there = MigrationContext.configure(connection, opts={"compare_type": True})
    found: list[Any] = compare_metadata(context_there, tables)
    return found


async def with_connection(url: str, work: Callable[[Connection], T], *, writes: bool) -> T:
    """Runs `work` in one transaction of an engine of its own."""
    async with AsyncExitStack() as stack:
        engine = open_engine(url, writes=writes)
        stack.push_async_callback(engine.dispose)
        if is_sqlite(url):
            _let_tables_be_rebuilt(engine)
        connection = await stack.enter_async_context(engine.begin())
        return await connection.run_sync(work)


def _let_tables_be_rebuilt(engine: AsyncEngine) -> None:
    """SQLite alters a table by copying it; references are off meanwhile, and checked before the commit."""

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.close()
