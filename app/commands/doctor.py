"""`anshi doctor`: everything checked at once; exit code 1 only for what stops `run`."""

import asyncio
from dataclasses import asdict

import click

from app.commands.options import as_json
from app.doctor import Verdict, examine
from app.doctor_databases import look_at_databases
from app.doctor_telegram import ask_telegram, look_at_token
from reports.tables import json_text

SIGNS = {Verdict.OK: "ok     ", Verdict.WARNING: "warning", Verdict.PROBLEM: "PROBLEM"}


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Ask nothing over the network but the databases.")
@as_json
def doctor(*, offline: bool, as_json: bool) -> None:
    """Check every setting, key, database and protocol value.

    Exit code 1 where something stops `run`; warnings leave it at 0.
    """
    looks = (look_at_databases, look_at_token) if offline else (look_at_databases, look_at_token, ask_telegram)
    found = asyncio.run(examine(looks))
    stops = [one for one in found if one.verdict is Verdict.PROBLEM]
    if as_json:
        click.echo(json_text({"ready": not stops, "findings": [asdict(one) for one in found]}), nl=False)
    else:
        for one in found:
            click.echo(f"{SIGNS[one.verdict]}  {one.area}: {one.message}", err=one.verdict is Verdict.PROBLEM)
    if stops:
        raise SystemExit(1)
