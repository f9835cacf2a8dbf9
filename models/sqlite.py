"""SQLite as it is safe: a build outside the WAL-reset bug, durable pragmas, and BEGIN IMMEDIATE for writers."""

import sys

try:  # the bundled build first: the system's may be inside the bug
    import pysqlite3.dbapi2 as _bundled

    sys.modules["sqlite3"] = _bundled
    sys.modules["sqlite3.dbapi2"] = _bundled
except ImportError:  # no wheel for this machine: the check at start decides about the system's build
    pass

import sqlite3
from typing import Any

from sqlalchemy import Engine, event

SAFE_SERIES = {(3, 44): (3, 44, 6), (3, 50): (3, 50, 7)}
SAFE_FROM = (3, 51, 3)
PRAGMAS = ("synchronous=EXTRA", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON")
"""In this order: EXTRA before the switch to WAL, so that no first rollback journal can come back after a power cut."""


class UnsafeSqliteError(RuntimeError):
    """This SQLite build can corrupt a database with several connections (WAL-reset bug)."""


def check_build(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> None:
    """Raises UnsafeSqliteError for a build inside the bug (3.7.0 to 3.51.2, less the two repaired series)."""
    repaired = SAFE_SERIES.get((version[0], version[1]))
    if version >= SAFE_FROM or (repaired is not None and version >= repaired):
        return
    found = ".".join(map(str, version))
    raise UnsafeSqliteError(
        f"SQLite {found} has the WAL-reset bug; install the package pysqlite3, a system SQLite of 3.51.3 or newer, "
        "or set ANSHI_DATABASE_URL to a PostgreSQL"
    )


def prepare(engine: Engine, *, writes: bool) -> None:
    """Sets the pragmas on each connection; writers begin immediately, so no read is upgraded to a write."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute("PRAGMA recursive_triggers=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
