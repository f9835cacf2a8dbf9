"""What is asked every second reads what waits, and not all that ever was: its cost does not grow with the days."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects.sqlite import dialect

from actions import inbox
from models.migrations.upgrade import upgrade
from models.statements import Statement, _compiled
from scheduler import facts

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
LOOKS: tuple[tuple[Statement, dict[str, Any], str], ...] = (
    (inbox._WAITING, {"limit_rows": 40}, "ix_inbox_update_"),
    (inbox._NEXT, {}, "ix_inbox_update_new"),
    (
        facts._OTHER_PROMPTS,
        {"participants": ["p1", "p2"], "soon": NOON, "at": NOON},
        "participant_id=? AND expires_at>?",
    ),
)


@pytest.mark.parametrize(("statement", "bound", "by"), LOOKS)
async def test_a_look_goes_by_an_index_of_what_waits(
    statement: Statement, bound: dict[str, Any], by: str, tmp_path: Path
) -> None:
    await upgrade(f"sqlite:///{tmp_path / 'store.db'}", "store")
    told = _compiled(statement._core, dialect(), bound)
    values = [value.isoformat(" ") if isinstance(value, datetime) else value for value in told.values(bound)]

    with closing(sqlite3.connect(tmp_path / "store.db")) as store:
        plan = store.execute(f"EXPLAIN QUERY PLAN {told.text}", values).fetchall()

    assert any(by in row[3] for row in plan), plan
    assert not any("autoindex_inbox_update" in row[3] for row in plan), plan
