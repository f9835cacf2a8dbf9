"""`anshi sync`: how the study follows the store, pushing what waits, and the comparison field by field."""

import json
from collections import Counter
from dataclasses import asdict

import click

from app.office import Office, OfficeError, fail, run
from reports.prepared import is_prepared
from reports.tables import json_text, text_table
from study.difference import Difference
from study.reconcile import reconcile
from study.state import SyncState, sync_state
from study.sync import Pushed, drain

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
EMPTY = SyncState(0, None, None, 0, None, study_answers=False)
SHOWN_MAX = 50


@click.group("sync")
def sync() -> None:
    """The outbox and the study database."""


@sync.command("status")
@AS_JSON
def status(*, as_json: bool) -> None:
    """How much waits, since when, and how far the study has come."""

    async def command(office: Office) -> SyncState:
        return await sync_state(office.store, office.study) if await is_prepared(office.store) else EMPTY

    found = run(command)
    if as_json:
        click.echo(json_text(asdict(found)), nl=False)
        return
    rows = [(name.replace("_", " "), value) for name, value in asdict(found).items()]
    click.echo(text_table(("", "now"), rows), nl=False)


@sync.command("drain")
@AS_JSON
def drain_now(*, as_json: bool) -> None:
    """Push everything that waits, now. Exit code 1 if something is left."""

    async def command(office: Office) -> Pushed:
        if not await is_prepared(office.store):
            return Pushed(0, 0, 0)
        return await drain(office.store, office.study, office.trial, at=office.clock.now())

    found = run(command)
    told = f"{found.applied} applied, {found.waiting} waiting, {found.failed} bad"
    click.echo(json.dumps(asdict(found)) if as_json else told)
    if found.is_down:
        fail("the study database does not answer, or is not prepared (run `anshi db upgrade`)")
    if found.waiting:
        fail(f"{found.waiting} changes are not in the study; `anshi sync status` and the alerts say more")


@sync.command("reconcile")
@AS_JSON
def reconcile_now(*, as_json: bool) -> None:
    """Compare both databases. Exit code 1 where they differ and no waiting change explains it."""

    async def command(office: Office) -> list[Difference]:
        prepared = await is_prepared(office.store), await is_prepared(office.study)
        if prepared == (False, False):
            return []
        if not all(prepared):
            raise OfficeError("one of the databases is not prepared; run `anshi db upgrade`")
        return await reconcile(office.store, office.study, office.trial)

    found = run(command)
    unexplained = [one for one in found if not one.waiting]
    if as_json:
        counts = Counter(one.kind for one in unexplained)
        data = {"differences": [asdict(one) for one in found], "unexplained": dict(counts)}
        click.echo(json_text(data), nl=False)
    elif found:
        headings = ("kind", "record_type", "record_id", "column", "waiting")
        rows = [(one.kind, one.record_type, one.record_id, one.column, one.waiting) for one in found[:SHOWN_MAX]]
        click.echo(text_table(headings, rows) + f"{len(found)} differences, {len(unexplained)} unexplained.")
    else:
        click.echo("The study says what the store says.")
    if unexplained:
        fail(f"{len(unexplained)} differences that no waiting change explains")
