"""Drafts the next version: prints what the newest versions lack against the models (python -m ... store|study)."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal, cast

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.migration import MigrationContext
from alembic.operations.ops import UpgradeOps
from sqlalchemy import Connection
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from models.columns import ClosedSet, KnownDay
from models.migrations.upgrade import Which, tables_of, upgrade, with_connection


def plain_types(kind: str, value: Any, _context: AutogenContext) -> str | Literal[False]:
    """Versions outlive the models' own column types, so they name plain ones."""
    if kind == "type" and isinstance(value, ClosedSet):
        return "sa.Text()"
    if kind == "type" and isinstance(value, AutoString | KnownDay):
        return "sa.String()"
    if kind == "type" and isinstance(value, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def draft(connection: Connection, which: Which) -> str:
    """The body of `upgrade()` as Python."""
    found = produce_migrations(MigrationContext.configure(connection, opts={"compare_type": True}), tables_of(which))
    return render_python_code(cast(UpgradeOps, found.upgrade_ops), render_as_batch=True, render_item=plain_types)


async def main(which: Which) -> None:
    """Upgrades an empty database as far as the versions go, and prints what is still missing."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'draft.db'}"
        await upgrade(url, which)
        sys.stdout.write(await with_connection(url, lambda connection: draft(connection, which), writes=False) + "\n")


if __name__ == "__main__":
    asyncio.run(main("study" if sys.argv[1:] == ["study"] else "store"))
