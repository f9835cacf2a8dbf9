"""`anshi db`: brings both databases to the newest version of their tables."""

import asyncio
import secrets
from typing import Any

import click

from actions.enrolment import LIVE, STORE_KIND
from app.clock import RealClock
from app.commands.options import as_json
from app.office import fail, make_folder, new_id, vault_of
from app.settings import Settings, SettingsError, read_settings
from models.inbox import Note
from models.migrations.upgrade import Which, revision, upgrade
from models.session import Store
from models.sqlite import UnsafeSqliteError
from models.vault import KeyFormatError
from reports.tables import json_text


@click.group("db")
def db() -> None:
    """The databases."""


@db.command("upgrade")
@as_json
def upgrade_both(*, as_json: bool) -> None:
    """Run the missing migrations of the operational store and of the study database."""
    try:
        steps = asyncio.run(_upgrade(read_settings()))
    except SettingsError as error:
        fail(*error.problems)
    except (KeyFormatError, UnsafeSqliteError) as error:
        fail(str(error))
    if as_json:
        click.echo(json_text(steps), nl=False)
        return
    for step in steps:
        told = "is up to date" if step["from"] == step["to"] else f"{step['from'] or 'empty'} → {step['to']}"
        click.echo(f"{step['database']}: {told}")


async def _upgrade(settings: Settings) -> list[dict[str, Any]]:
    steps = [
        await _one(settings.database_url, "store"),
        await _one(settings.study_database_url, "study"),
    ]
    await mark_new_store(settings)
    return steps


async def _one(url: str, which: Which) -> dict[str, Any]:
    make_folder(url)
    before, newest = await revision(url, which)
    if before != newest:
        await upgrade(url, which)
    return {"database": which, "from": before, "to": newest}


async def mark_new_store(settings: Settings) -> None:
    """A store without a kind is live from here on; one that the demo made stays a demo."""
    store = Store(settings.database_url, vault=vault_of(settings), new_id=new_id, random_bytes=secrets.token_bytes)
    try:
        async with store.change(at=RealClock().now()) as change:
            if await change.session.get(Note, STORE_KIND) is None:
                change.session.add(Note(name=STORE_KIND, value=LIVE, at=change.at))
                change.audit("make_store", "note", STORE_KIND, new={"kind": LIVE})
    finally:
        await store.close()
