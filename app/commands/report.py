"""`anshi report`: adherence, deliveries and the worklist, for people or for scripts; needs no token and no keys."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

import click

from app.office import Office, run
from reports.adherence import adherence_report
from reports.delivery import delivery_report
from reports.freshness import freshness
from reports.prepared import is_prepared
from reports.printed import Printed, printed_adherence, printed_delivery, printed_worklist
from reports.worklist import Counts, Worklist, worklist_report

DAY = click.DateTime(["%Y-%m-%d"])


class Moment(click.ParamType[datetime]):
    """A moment in ISO 8601; without a zone it is UTC."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a moment; example: 2026-03-02T08:00+08:00", param, ctx)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def printing(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every report: --site, --as-of, --format, --json."""
    options = (
        click.option("--site", help="One site only."),
        click.option("--as-of", type=Moment(), help="The data cut; UTC unless a zone is given. Default: now."),
        click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table"),
        click.option("--json", "form", flag_value="json", help="The same as --format json."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def period(command: Callable[..., Any]) -> Callable[..., Any]:
    """--from and --to, both included."""
    command = click.option("--to", "to_on", type=DAY, help="Last date, included.")(command)
    return click.option("--from", "from_on", type=DAY, help="First date, included.")(command)


@click.group("report")
def report() -> None:
    """What the study and the store say."""


@report.command("adherence")
@click.argument("code", required=False)
@period
@printing
def adherence(
    code: str | None,
    from_on: datetime | None,
    to_on: datetime | None,
    site: str | None,
    as_of: datetime | None,
    form: str,
) -> None:
    """Adherence of everybody, or of the participant CODE."""

    async def command(office: Office) -> Printed:
        at = as_of or office.clock.now()
        found = await adherence_report(
            office.study, office.trial, as_of=at, code=code, site=site, from_on=_on(from_on), to_on=_on(to_on)
        )
        fresh = await freshness(office.store, as_of=office.clock.now()) if await is_prepared(office.store) else None
        return printed_adherence(found, fresh)

    _print(command, form)


@report.command("delivery")
@period
@printing
def delivery(
    from_on: datetime | None, to_on: datetime | None, site: str | None, as_of: datetime | None, form: str
) -> None:
    """How the messages went."""

    async def command(office: Office) -> Printed:
        at = as_of or office.clock.now()
        found = await delivery_report(office.store, as_of=at, site=site, from_on=_on(from_on), to_on=_on(to_on))
        return printed_delivery(found)

    _print(command, form)


@report.command("worklist")
@printing
def worklist(site: str | None, as_of: datetime | None, form: str) -> None:
    """What waits for a human."""

    async def command(office: Office) -> Printed:
        at = as_of or office.clock.now()
        if not await is_prepared(office.store):
            return printed_worklist(Worklist(at, site, Counts(0, 0, 0, 0, 0), ()))
        return printed_worklist(await worklist_report(office.store, as_of=at, site=site))

    _print(command, form)


def _on(day: datetime | None) -> date | None:
    return day.date() if day else None


def _print(command: Callable[[Office], Awaitable[Printed]], form: str) -> None:
    click.echo(run(command).text(form), nl=False)
