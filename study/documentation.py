"""Writes docs/study-database.md from the study's tables and views (python -m study.documentation)."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Float, Integer, Time
from sqlmodel.sql.sqltypes import UTCDateTime

from models.migrations.upgrade import tables_of
from models.study.tables import StudyTable
from models.study.views import VIEWS, View

TARGET = Path(__file__).parent.parent / "docs" / "study-database.md"

HEAD = """# The study database

What the trial keeps of each participant, column by column. Generated from `models/study/` by
`python -m study.documentation`; a test keeps it current.

Keys are `participant_code` and the random ids of our records. A chat id, a name, a phone number, a message's text and
the name of a member of staff are in no table. Moments are UTC, dates are the calendar dates of the participant's own
zone, units are whole units of the dispensed product (`mg` stands beside them). Every row that mirrors a record of the
operational store has `source_seq`: the number of the change it reflects. A change with a lower number is never
applied, so a repeat, or a change that arrives late, leaves the row as it is. There are no foreign keys: a record that
waits holds back no other one.

`participant_day` and `participant_adherence` are written by the sync, with the arithmetic of `protocol.adherence`; the
views only select. CDISC names are where a value goes in SDTMIG 3.4 (`EC.ECDOSE`) or in an analysis dataset
(`ADADH.AVAL`); `SUPPEC` names are QNAMs.
"""

KINDS: tuple[tuple[type[Any], str], ...] = (
    (UTCDateTime, "moment"),
    (Date, "date"),
    (Time, "time"),
    (Boolean, "true or false"),
    (BigInteger, "whole number"),
    (Integer, "whole number"),
    (Float, "number"),
)


def document() -> str:
    """The whole page."""
    parts = [HEAD, *(_table(table) for table in tables()), "# Views\n", *(_view(view) for view in VIEWS)]
    return "\n".join(parts)


def tables() -> list[type[StudyTable]]:
    """Every table class, by name."""
    tables_of("study")
    return sorted(StudyTable.__subclasses__(), key=lambda table: str(table.__tablename__))


def columns_of(table: type[StudyTable]) -> Iterator[Column[object]]:
    """The columns as the database has them."""
    yield from table.__table__.columns  # type: ignore[attr-defined]


def _table(table: type[StudyTable]) -> str:
    rows = [_row(column) for column in columns_of(table)]
    heading = ["| Column | Type | Meaning | Unit | Values | CDISC |", "|---|---|---|---|---|---|"]
    return "\n".join([f"## `{table.__tablename__}`", "", _about(table), "", *heading, *rows, ""])


def _about(table: type[StudyTable]) -> str:
    return " ".join((table.__doc__ or "").split())


def _row(column: Column[object]) -> str:
    told = column.info
    codes: type[StrEnum] | None = told["codes"]
    values = ", ".join(f"`{member}`" for member in codes) if codes else ""
    kind = next((name for kind, name in KINDS if isinstance(column.type, kind)), "text")
    kind += ", key" if column.primary_key else ", may be empty" if column.nullable else ""
    return f"| `{column.name}` | {kind} | {told['meaning']} | {told['unit']} | {values} | {told['cdisc']} |"


def _view(view: View) -> str:
    rows = [f"| `{name}` | `{table.__tablename__}.{name}` |" for name, table in view.columns]
    return "\n".join([f"## `{view.name}`", "", view.meaning, "", "| Column | Selected from |", "|---|---|", *rows, ""])


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
