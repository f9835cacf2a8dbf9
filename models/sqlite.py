"""SQLite as it is safe: a build outside the WAL-reset bug, durable pragmas, and BEGIN IMMEDIATE for writers."""

import sys

try:  # the bundled build first: the system's may be inside the bug
    import pysqlite3.dbapi2 as _bundled

    sys.modules["sqlite3"] = _bundled
    sys.modules["sqlite3.dbapi2"] = _bundled
except ImportError:  # no wheel for this machine: the check at start decides about the system's build
    pass

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, event

SAFE_SERIES = {(3, 44): (3, 44, 6), (3, 50): (3, 50, 7)}
SAFE_FROM = (3, 51, 3)
PRAGMAS = ("synchronous=EXTRA", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON")
"""In this order: EXTRA before the switch to WAL, so that no first rollback journal can come back after a power cut."""
IN_FORCE = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000"}
"""What SQLite has to answer afterwards: it passes over in silence what it cannot do."""


class UnsafeSqliteError(RuntimeError):
    """This SQLite can lose or corrupt what it has acknowledged: a build with the WAL-reset bug, or weak pragmas."""


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


def in_force(cursor: Any) -> dict[str, str]:
    """The pragmas of a connection as SQLite answers them; `cursor` is any DB-API cursor."""
    found = {}
    for name in IN_FORCE:
        cursor.execute(f"PRAGMA {name}")
        found[name] = str(cursor.fetchone()[0])
    return found


def check_pragmas(found: Mapping[str, str]) -> None:
    """Raises UnsafeSqliteError where a connection is not as durable as it was asked to be."""
    weak = [f"{name} is {found[name]} and not {wanted}" for name, wanted in IN_FORCE.items() if found[name] != wanted]
    if weak:
        raise UnsafeSqliteError(
            f"SQLite cannot keep this database safe: {', '.join(weak)}; put the file on a local disk, "
            "or set ANSHI_DATABASE_URL and ANSHI_STUDY_DATABASE_URL to a PostgreSQL"
        )


def prepare(engine: Engine, pragmas: Sequence[str] = PRAGMAS) -> None:
    """Sets the pragmas on each connection and reads them back; the driver begins, writers immediately."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute("PRAGMA recursive_triggers=ON")
        found = in_force(cursor)
        cursor.close()
        check_pragmas(found)

    # Not by the event "begin": one listener to an engine makes each statement look at all of its events.
    engine.dialect.do_begin = _begin  # type: ignore[method-assign]


def _begin(dbapi_connection: Any) -> None:
    dbapi_connection.begin()
