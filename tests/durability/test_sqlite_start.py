"""SQLite is started safe or not at all: its build, its pragmas as they are in force, its locks and its references."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from models.session import Store, open_engine
from models.sqlite import PRAGMAS, UnsafeSqliteError, check_build, prepare
from models.vault import Keys, Vault
from tests.postgres import fresh_store_url, fresh_study_url
from tests.process.living import INDEX, KEYS, ROOT, Site, now

WITHOUT_WHEEL = "raise ImportError('no wheel for this machine')\n"


def _new_id() -> str:
    return secrets.token_hex(8)


def _connect(file: Path | str) -> Any:
    """The driver that the house uses: `models.sqlite` has put the bundled build into its place."""
    import sqlite3

    return sqlite3.connect(file, isolation_level=None)


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    return Path((await fresh_store_url("sqlite", tmp_path)).removeprefix("sqlite:///"))


@pytest.fixture
async def stores(file: Path) -> AsyncIterator[list[Store]]:
    """Two stores on one file, as two processes would have them."""
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(2):
            vault = Vault(Keys({"k": b"1" * 32}, b"2" * 32), secrets.token_bytes)
            url = f"sqlite:///{file}"
            opened.append(Store(url, vault=vault, new_id=_new_id, random_bytes=secrets.token_bytes))
            stack.push_async_callback(opened[-1].close)
        yield opened


def test_the_build_in_use_is_outside_the_reset_bug() -> None:
    with closing(_connect(":memory:")) as connection:
        ((told,),) = connection.execute("SELECT sqlite_version()").fetchall()
    check_build(tuple(int(part) for part in told.split(".")))


async def test_a_file_where_no_wal_can_be_kept_is_refused(file: Path) -> None:
    """Without shared memory SQLite stays with its rollback journal and says nothing; we say it."""
    with closing(_connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    engine = open_engine(f"sqlite:///file:{file}?vfs=unix-dotfile&uri=true", writes=True)
    with pytest.raises(UnsafeSqliteError, match=r"journal_mode is delete and not wal.* local disk"):
        async with engine.connect():
            pass
    await engine.dispose()


@pytest.mark.parametrize(
    ("weak", "told"),
    [
        ("synchronous=NORMAL", "synchronous is 1 and not 2"),
        ("foreign_keys=OFF", "foreign_keys is 0 and not 1"),
        ("busy_timeout=0", "busy_timeout is 0 and not 5000"),
    ],
)
def test_a_pragma_that_did_not_take_is_refused(weak: str, told: str, file: Path) -> None:
    import sqlite3

    engine = create_engine(f"sqlite:///{file}", module=sqlite3)
    prepare(engine, (*PRAGMAS, weak))
    with pytest.raises(UnsafeSqliteError, match=told):
        engine.connect()
    engine.dispose()


async def test_two_processes_that_read_and_then_write_never_fail_on_each_other(stores: list[Store]) -> None:
    """Each transaction looks first and writes what it saw: none is thrown out, none overwrites another."""

    async def twenty(store: Store) -> None:
        for _ in range(20):
            async with store.change(at=now()) as change:
                seen = await change.session.scalar(text("SELECT count(*) FROM note"))
                await asyncio.sleep(0)
                await change.session.execute(text(f"INSERT INTO note VALUES ('n{seen}', '', '2026-01-01')"))  # noqa: S608

    await asyncio.gather(*(twenty(store) for store in stores))
    async with stores[0].read() as session:
        assert await session.scalar(text("SELECT count(*) FROM note")) == 40


def test_without_begin_immediate_the_second_one_is_thrown_out_at_once(file: Path) -> None:
    """The control: what the test before is about does happen."""
    with closing(_connect(file)) as one, closing(_connect(file)) as other:
        one.execute("BEGIN")
        one.execute("SELECT count(*) FROM note").fetchall()
        other.execute("INSERT INTO note VALUES ('other', '', '2026-01-01')")
        with pytest.raises(Exception, match="database is locked"):
            one.execute("INSERT INTO note VALUES ('one', '', '2026-01-01')")


async def test_a_row_that_refers_to_nothing_is_refused(stores: list[Store]) -> None:
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        async with stores[0].engine.begin() as connection:
            await connection.execute(
                text("INSERT INTO dose_order (id, participant_id, version, kind, from_on, dose_mg, units, every_days,"
                     " reason, ordered_by, recorded_at) VALUES ('1', 'nobody', 1, 'dose', '2026-01-01', 1, 1, 1,"
                     " '', '', '2026-01-01')")
            )  # fmt: skip


@pytest.mark.slow
async def test_no_command_starts_on_the_machines_own_build_where_that_is_inside_the_bug(tmp_path: Path) -> None:
    stub = tmp_path / "stub" / "pysqlite3"
    stub.mkdir(parents=True)
    (stub / "__init__.py").write_text(WITHOUT_WHEEL, encoding="utf-8")
    asked = (sys.executable, "-c", "import sqlite3; print(*sqlite3.sqlite_version_info)")
    child = await asyncio.create_subprocess_exec(*asked, stdout=asyncio.subprocess.PIPE)
    told, _ = await child.communicate()
    version = tuple(int(part) for part in told.split())
    try:
        check_build(version)
    except UnsafeSqliteError:
        pass
    else:
        pytest.skip(f"the machine's own SQLite {version} is outside the bug")
    site = _without_the_wheel(tmp_path, await fresh_store_url("sqlite", tmp_path))
    site.settings["ANSHI_STUDY_DATABASE_URL"] = await fresh_study_url("sqlite", tmp_path)
    for words in (("run",), ("db", "upgrade"), ("participant", "list")):
        line = await site.command(*words, code=1)
        assert "has the WAL-reset bug; install the package pysqlite3" in line
        assert len(line.splitlines()) == 1


def _without_the_wheel(folder: Path, url: str) -> Site:
    from tests.process.witness import Witness

    settings = {"ANSHI_TELEGRAM_TOKEN": "1:EMULATOR", "ANSHI_DATABASE_URL": url}
    settings |= {"ANSHI_ENCRYPTION_KEYS": KEYS, "ANSHI_INDEX_KEY": INDEX, "PYTHONPATH": f"{folder / 'stub'}:{ROOT}"}
    return Site(folder, Witness(), settings)
