"""The office of a command: the settings' stores, trial and clock, opened together and closed together."""

import asyncio
import errno
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeVar

import click
from sqlalchemy.engine import make_url

from app.clock import RealClock
from app.settings import Settings, SettingsError, read_settings
from app.trial import trial_of
from models.access import AccessDeniedError
from models.protocol_file import ProtocolFileError
from models.session import Store
from models.sqlite import UnsafeSqliteError
from models.study.store import StudyStore
from models.vault import KeyFormatError, Keys, Vault, read_keys
from protocol.trial import Trial
from study.faults import DOWN

T = TypeVar("T")
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # no i, l, o, u: read aloud without mistakes
ID_LENGTH = 16


class OfficeError(Exception):
    """A command cannot be carried out; the message is one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Office:
    """What a command works with."""

    settings: Settings
    store: Store
    study: StudyStore
    trial: Trial
    clock: RealClock


def new_id() -> str:
    """A random id of 80 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))


def vault_of(settings: Settings) -> Vault:
    """The vault of the settings' keys; without keys one that can open nothing that was sealed before."""
    if settings.encryption_keys is None or settings.index_key is None:
        return Vault(Keys({"none": secrets.token_bytes(32)}, secrets.token_bytes(32)), secrets.token_bytes)
    keys = read_keys(settings.encryption_keys.get_secret_value(), settings.index_key.get_secret_value())
    return Vault(keys, secrets.token_bytes)


def make_folder(url: str) -> None:
    """Makes the folder of an SQLite file, for the owner alone."""
    target = make_url(url)
    if target.get_backend_name() == "sqlite" and target.database and target.database != ":memory:":
        Path(target.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)


@asynccontextmanager
async def office(settings: Settings, *, keys_needed: bool = False) -> AsyncIterator[Office]:
    """Opens both stores of the settings. Commands that seal or open identities say `keys_needed`."""
    if keys_needed and settings.encryption_keys is None:
        raise OfficeError("ANSHI_ENCRYPTION_KEYS and ANSHI_INDEX_KEY are not set; `anshi keys new` prints a pair")
    for url in (settings.database_url, settings.study_database_url):
        make_folder(url)
    store = Store(settings.database_url, vault=vault_of(settings), new_id=new_id, random_bytes=secrets.token_bytes)
    study = StudyStore(settings.study_database_url)
    try:
        yield Office(settings, store, study, trial_of(settings), RealClock())
    finally:
        await study.close()
        await store.close()


def run(command: Callable[[Office], Awaitable[T]], *, keys_needed: bool = False) -> T:
    """Runs one command in an office of its own; every expected failure is one line on stderr and exit code 1."""

    async def inside() -> T:
        async with office(read_settings(), keys_needed=keys_needed) as opened:
            return await command(opened)

    try:
        return asyncio.run(inside())
    except SettingsError as error:
        fail(*error.problems)
    except ProtocolFileError as error:
        fail(*str(error).splitlines())
    except (OfficeError, KeyFormatError, AccessDeniedError, UnsafeSqliteError, ValueError) as error:
        fail(str(error))
    except DOWN as error:
        fail_of_database(error)


def fail_of_database(error: Exception) -> NoReturn:
    """One line for what `study.faults.DOWN` has caught; a file or a pipe that fails is no database, and passes on."""
    if isinstance(error, OSError) and (error.filename is not None or error.errno == errno.EPIPE):
        raise error
    kind = type(getattr(error, "orig", None) or error).__name__
    fail(f"a database does not answer or is not prepared (`anshi doctor`, `anshi db upgrade`): {kind}")


def fail(*problems: str) -> NoReturn:
    """One line per problem on stderr, and exit code 1."""
    for problem in problems:
        click.echo(f"anshi: {problem}", err=True)
    sys.stdout.flush()
    raise SystemExit(1)
