"""What several commands share: who answers for it, JSON or text, days and wall times."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

import click

from reports.tables import Cell, json_text, text_table

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")

as_staff = click.option(
    "--as", "as_name", metavar="NAME", required=True, help="The member of staff who answers for it."
)
as_reader = click.option("--as", "as_name", metavar="NAME", help="Read as this member of staff, within their site.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
reason = click.option("--reason", required=True, help="Why; it stands in the audit trail.")


class Day(click.ParamType[date]):
    """A calendar date."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date; example: 2026-03-02", param, ctx)


class WallTime(click.ParamType[time]):
    """A time of day as it stands on the participant's wall."""

    name = "HH:MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> time:
        if isinstance(value, time):
            return value
        try:
            return datetime.strptime(value, "%H:%M").time()  # noqa: DTZ007  a wall time has no zone
        except ValueError:
            self.fail(f"{value!r} is not a time of day; example: 08:00", param, ctx)


class NewCode(click.ParamType[str]):
    """A pseudonymous code: nothing that could be a name."""

    name = "code"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not CODE.fullmatch(value):
            self.fail(f"{value!r} is not a code: 1 to 20 capitals, digits and hyphens, and no name", param, ctx)
        return str(value)


def tell(values: Mapping[str, Any], sentence: str, *, as_json: bool) -> None:
    """What was done, for scripts or for people."""
    click.echo(json_text(values) if as_json else sentence + "\n", nl=False)


def show(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], *, as_json: bool) -> None:
    """Rows as JSON, or as a table with these columns and their headings."""
    if as_json:
        click.echo(json_text(list(rows)), nl=False)
        return
    cells: list[list[Cell]] = [[row[name] for name in columns] for row in rows]
    click.echo(text_table(list(columns.values()), cells), nl=False)
