"""A report as a text table for people, as CSV for spreadsheets, or as JSON for scripts."""

import csv
import io
import json
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from models.columns import plain

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for a formula, full-width forms included."""

Cell = str | int | float | bool | datetime | None


def text_table(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Columns aligned for a terminal, numbers to the right; Chinese characters are two columns wide."""
    if not rows:
        return ""
    shown = [[_shown(cell) for cell in row] for row in rows]
    widths = [max(_width(row[index]) for row in (headings, *shown)) for index in range(len(headings))]
    right = [all(isinstance(row[index], int | float | None) for row in rows) for index in range(len(headings))]
    lines = [_line(headings, widths, right), _line(["-" * width for width in widths], widths, right)]
    lines += [_line(row, widths, right) for row in shown]
    return "\n".join(lines) + "\n"


def csv_text(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """UTF-8 without a mark, one heading line. A text that a spreadsheet would run gets an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([harmless(heading) for heading in headings])
    writer.writerows([[_field(cell) for cell in row] for row in rows])
    return out.getvalue()


def json_text(value: Any) -> str:
    """Moments in UTC with milliseconds, keys as they are documented."""
    return json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n"


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula, nor a stray carriage return for a new row."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "'" + text if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def _field(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int | float):
        return cell
    return harmless(str(plain(cell)))


def _shown(cell: Cell) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:.1f}"
    if isinstance(cell, datetime):
        return f"{cell.astimezone(UTC):%Y-%m-%d %H:%M}Z"
    return _printable(str(cell))


def _printable(text: str) -> str:
    """Nothing that could move a terminal's cursor."""
    return "".join(character if character.isprintable() else " " for character in text)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = [
        " " * (width - _width(cell)) + cell if to_right else cell + " " * (width - _width(cell))
        for cell, width, to_right in zip(cells, widths, right, strict=True)
    ]
    return "  ".join(padded).rstrip()
