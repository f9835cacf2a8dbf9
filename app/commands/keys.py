"""`anshi keys`: a new pair for the settings, and sealing everything anew under the newest key."""

import base64
import secrets
import sys
from dataclasses import dataclass

import click

from app.acting import KEEPS_KEYS, acting
from app.commands.options import as_json, as_staff
from app.office import Office, OfficeError, fail, new_id, run
from models.rotation import SEALED, Progress, reseal_batch
from models.vault import KEY_BYTES, read_keys
from reports.tables import json_text

NAME_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did, column by column, and the key that everything is sealed under now."""

    key: str
    columns: tuple[Progress, ...]

    def values(self) -> dict[str, object]:
        return {
            "key": self.key,
            "resealed": {one.column.place: one.resealed for one in self.columns},
            "unopened": {one.column.place: list(one.unopened) for one in self.columns if one.unopened},
        }


@click.group("keys")
def keys() -> None:
    """The keys of the identity vault."""


@keys.command("new")
@as_json
def new(*, as_json: bool) -> None:
    """Print a pair of settings lines; nothing is written. To rotate, put the new key before the old one."""
    pair = {"ANSHI_ENCRYPTION_KEYS": f"k{new_id()[:NAME_LENGTH]}:{_key()}", "ANSHI_INDEX_KEY": _key()}
    if as_json:
        click.echo(json_text(pair), nl=False)
        return
    for name, value in pair.items():
        click.echo(f"{name}={value}")


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


@keys.command("rotate")
@as_staff
@as_json
def rotate(as_name: str, *, as_json: bool) -> None:
    """Seal everything under the first key of ANSHI_ENCRYPTION_KEYS; for an administrator.

    First put the new key before the old one and restart `anshi run`, then rotate, then take the old key out. It can be
    broken off and started again. The index key stays: chats are found by it.
    """

    async def command(office: Office) -> Rotated:
        newest = _newest(office)
        columns = []
        for column in SEALED:
            progress = Progress(column)
            while not progress.done:
                async with acting(office, as_name, KEEPS_KEYS) as (change, _):
                    progress = await reseal_batch(change, progress, newest)
                _show(progress)
            columns.append(progress)
        return Rotated(newest, tuple(columns))

    done = run(command, keys_needed=True)
    total = sum(one.resealed for one in done.columns)
    click.echo(json_text(done.values()).rstrip() if as_json else f"{total} values sealed anew under key {done.key}.")
    lost = [f"{one.column.place}: {len(one.unopened)} values open with none of the keys" for one in done.columns]
    if problems := [line for line, one in zip(lost, done.columns, strict=True) if one.unopened]:
        fail(*problems, "no key may be taken out while values are left; put the missing key back and rotate again")


def _newest(office: Office) -> str:
    settings = office.settings
    if settings.encryption_keys is None or settings.index_key is None:
        raise OfficeError("ANSHI_ENCRYPTION_KEYS and ANSHI_INDEX_KEY are not set")
    named = read_keys(settings.encryption_keys.get_secret_value(), settings.index_key.get_secret_value())
    return next(iter(named.sealing))


def _show(progress: Progress) -> None:
    """One line that fills up on a terminal; nothing in a pipe."""
    if sys.stderr.isatty() and progress.resealed:
        click.echo(f"\r  {progress.column.place}: {progress.resealed}", err=True, nl=progress.done)
