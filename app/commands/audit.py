"""`anshi audit`: whether the chain of who did what still holds."""

from dataclasses import asdict

import click
from sqlmodel import func, select

from app.commands.options import as_json
from app.office import Office, fail, run
from models.audit import AuditProblem, audit_problems
from models.ledger import AuditEntry
from reports.prepared import is_prepared
from reports.tables import json_text

SHOWN_MAX = 50


@click.group("audit")
def audit() -> None:
    """Who did what, when and why."""


@audit.command("verify")
@as_json
def verify(*, as_json: bool) -> None:
    """Walk the whole chain: gaps, altered entries, a missing end. Exit code 1 if it does not hold."""

    async def command(office: Office) -> tuple[int, list[AuditProblem]]:
        if not await is_prepared(office.store):
            return 0, []
        async with office.store.read() as session:
            entries = await session.scalar(select(func.count()).select_from(AuditEntry)) or 0
            return entries, await audit_problems(session)

    entries, problems = run(command)
    if as_json:
        data = {"entries": entries, "holds": not problems, "problems": [asdict(one) for one in problems]}
        click.echo(json_text(data), nl=False)
    elif not problems:
        click.echo(f"{entries} entries; the chain holds.")
    if problems:
        more = len(problems) - SHOWN_MAX
        rest = [f"and {more} more"] if more > 0 else []
        fail(*(f"entry {one.seq}: {one.message}" for one in problems[:SHOWN_MAX]), *rest)
