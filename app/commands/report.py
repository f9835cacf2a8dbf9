"""`anshi report`: what the study and the store say, as a table, CSV or JSON; needs no token."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

import click

from app.office import Office, run
from reports.adherence import adherence_report
from reports.alerts import alert_report
from reports.cohort import cohort_report
from reports.day_story import day_story
from reports.delivery import delivery_report
from reports.freshness import Freshness, freshness
from reports.levels import level_report
from reports.outcomes import outcome_report
from reports.prepared import is_prepared
from reports.printed import Printed, printed_adherence, printed_delivery, printed_worklist
from reports.printed_alerts import printed_alerts
from reports.printed_cohort import printed_cohort
from reports.printed_day import printed_day
from reports.printed_labs import printed_levels, printed_outcomes
from reports.printed_self_rated import printed_self_rated
from reports.printed_symptoms import printed_symptoms
from reports.printed_tablets import printed_tablets
from reports.printed_visits import printed_visits
from reports.self_rated import self_rated_report
from reports.symptoms import symptom_report
from reports.tablets import tablet_report
from reports.visits import visit_report
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
        fresh = await _fresh(office)
        return printed_adherence(found, fresh)

    _print(command, form)


@report.command("alerts")
@period
@printing
def alerts(
    from_on: datetime | None, to_on: datetime | None, site: str | None, as_of: datetime | None, form: str
) -> None:
    """How alerts were answered: load, time to take note, share acted upon."""

    async def command(office: Office) -> Printed:
        at = as_of or office.clock.now()
        found = await alert_report(
            office.store, office.trial.alerts, as_of=at, site=site, from_on=_on(from_on), to_on=_on(to_on)
        )
        return printed_alerts(found)

    _print(command, form)


@report.command("cohort")
@printing
def cohort(site: str | None, as_of: datetime | None, form: str) -> None:
    """How many came how far, and each participant's weeks."""

    async def command(office: Office) -> Printed:
        at = as_of or office.clock.now()
        return printed_cohort(
            await cohort_report(office.study, office.trial, as_of=at, site=site), await _fresh(office)
        )

    _print(command, form)


@report.command("day")
@click.argument("code")
@click.argument("on", metavar="DATE", type=DAY)
@printing
def day(code: str, on: datetime, site: str | None, as_of: datetime | None, form: str) -> None:
    """What happened around the dose of CODE on DATE, in order of time."""

    async def command(office: Office) -> Printed:
        at = as_of or office.clock.now()
        found = await day_story(office.store, code, on.date(), as_of=at, site=site)
        if found is None:
            raise click.ClickException("there is no such participant here")
        return printed_day(found)

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


@report.command("self-rated")
@click.argument("code", required=False)
@period
@printing
def self_rated(
    code: str | None,
    from_on: datetime | None,
    to_on: datetime | None,
    site: str | None,
    as_of: datetime | None,
    form: str,
) -> None:
    """Composite grades 0 to 3 of the self-rated items over time, of everybody or of CODE."""

    async def command(office: Office) -> Printed:
        at, items = as_of or office.clock.now(), office.trial.pro_ctcae.items
        days = {"from_on": _on(from_on), "to_on": _on(to_on)}
        found = await self_rated_report(office.study, items, as_of=at, code=code, site=site, **days)
        fresh = await _fresh(office)
        return printed_self_rated(found, fresh)

    _print(command, form)


@report.command("symptoms")
@click.argument("code", required=False)
@period
@printing
def symptoms(
    code: str | None,
    from_on: datetime | None,
    to_on: datetime | None,
    site: str | None,
    as_of: datetime | None,
    form: str,
) -> None:
    """What was told in symptom checks, unassessed, of everybody or of CODE."""

    async def command(office: Office) -> Printed:
        at, days = as_of or office.clock.now(), {"from_on": _on(from_on), "to_on": _on(to_on)}
        found = await symptom_report(office.study, office.trial, as_of=at, code=code, site=site, **days)
        return printed_symptoms(found, await _fresh(office))

    _print(command, form)


@report.command("tablets")
@click.argument("code", required=False)
@printing
def tablets(code: str | None, site: str | None, as_of: datetime | None, form: str) -> None:
    """What should be left, what was counted, and how far counts and reports lie apart; of everybody or of CODE."""

    async def command(office: Office) -> Printed:
        at = as_of or office.clock.now()
        found = await tablet_report(office.study, office.trial, as_of=at, code=code, site=site)
        fresh = await _fresh(office)
        return printed_tablets(found, fresh)

    _print(command, form)


@report.command("troughs")
@click.argument("code", required=False)
@printing
def troughs(code: str | None, site: str | None, as_of: datetime | None, form: str) -> None:
    """Each level with its flags and the hours since the last dose; of everybody or of CODE."""

    async def command(office: Office) -> Printed:
        at = as_of or office.clock.now()
        found = await level_report(office.study, office.trial, as_of=at, code=code, site=site)
        return printed_levels(found, office.trial, await _fresh(office))

    _print(command, form)


@report.command("outcomes")
@click.argument("code", required=False)
@printing
def outcomes(code: str | None, site: str | None, as_of: datetime | None, form: str) -> None:
    """The registered haemoglobin and the response at each time point, with their rules; of everybody or of CODE."""

    async def command(office: Office) -> Printed:
        at = as_of or office.clock.now()
        found = await outcome_report(office.study, office.trial, as_of=at, code=code, site=site)
        return printed_outcomes(found, office.trial, await _fresh(office))

    _print(command, form)


@report.command("visits")
@click.argument("code", required=False)
@printing
def visits(code: str | None, site: str | None, as_of: datetime | None, form: str) -> None:
    """Visits against their windows: how many were kept, and each of them; of everybody or of CODE."""

    async def command(office: Office) -> Printed:
        at = as_of or office.clock.now()
        found = await visit_report(office.study, office.trial, as_of=at, code=code, site=site)
        return printed_visits(found, await _fresh(office))

    _print(command, form)


@report.command("worklist")
@printing
def worklist(site: str | None, as_of: datetime | None, form: str) -> None:
    """What waits for a human."""

    async def command(office: Office) -> Printed:
        at = as_of or office.clock.now()
        if not await is_prepared(office.store):
            return printed_worklist(Worklist(at, site, Counts(0, 0, 0, 0, 0), ()))
        return printed_worklist(await worklist_report(office.store, office.trial, as_of=at, site=site))

    _print(command, form)


async def _fresh(office: Office) -> Freshness | None:
    """How far the sync has come; None where there is no store yet."""
    return await freshness(office.store, as_of=office.clock.now()) if await is_prepared(office.store) else None


def _on(day: datetime | None) -> date | None:
    return day.date() if day else None


def _print(command: Callable[[Office], Awaitable[Printed]], form: str) -> None:
    click.echo(run(command).text(form), nl=False)
