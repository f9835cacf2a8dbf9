"""The digest of a run: one hash over everything that happened at the wire and everything that stands in both stores."""

import hashlib
import sqlite3

from simulation.evidence import Evidence

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"


def digest_of(evidence: Evidence) -> str:
    """The same for the same seed, on every machine and on every run."""
    hashed = hashlib.sha256()
    for happened in (evidence.delivered, evidence.received, evidence.calls, sorted(evidence.confirmed)):
        for item in happened:
            hashed.update(repr(item).encode())
    for database in (evidence.store, evidence.study):
        _add_tables(hashed, database)
    return hashed.hexdigest()


def _add_tables(hashed: "hashlib._Hash", database: sqlite3.Connection) -> None:
    for (table,) in database.execute(TABLES).fetchall():
        hashed.update(table.encode())
        rows = [repr(tuple(row)) for row in database.execute(f'SELECT * FROM "{table}"')]  # noqa: S608  a name of ours
        for row in sorted(rows):
            hashed.update(row.encode())
