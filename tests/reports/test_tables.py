"""Tables that a terminal, a spreadsheet and a script can trust."""

import csv
import io
import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.tables import FORMULA_STARTS, csv_text, json_text, text_table


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_field_starts_a_formula(start: str) -> None:
    assert csv_text(("a",), ((f"{start}1+1",),)).splitlines()[1].strip('"')[0] == "'"


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_what_is_written_is_read_back_and_nothing_runs(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(csv_text(("a", "b"), rows), newline="")))[1:]
    for row, back in zip(rows, read, strict=True):
        for cell, found in zip(row, back, strict=True):
            lines = cell.replace("\r\n", "\n").replace("\r", "\n")
            assert found in (lines, "'" + lines)
            assert not found.lstrip(" ").startswith(FORMULA_STARTS)


def test_a_negative_number_stays_a_number() -> None:
    assert csv_text(("a",), ((-1.5,), (None,), (True,))) == 'a\n-1.5\n""\nyes\n'


def test_chinese_takes_two_columns_and_controls_take_none_of_the_terminal() -> None:
    table = text_table(("名", "n"), (("王芳", 1), ("a\x1b[31m", 20)))
    assert table.splitlines() == ["名       n", "------  --", "王芳     1", "a [31m  20"]


def test_json_has_utc_moments_and_plain_dates() -> None:
    value = {"at": datetime(2026, 3, 2, 1, tzinfo=UTC), "on": date(2026, 3, 2), "none": None, "名": "芳"}
    assert json.loads(json_text(value)) == {
        "at": "2026-03-02T01:00:00.000Z",
        "on": "2026-03-02",
        "none": None,
        "名": "芳",
    }
