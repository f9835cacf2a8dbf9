"""The command line in a folder of the test's own: real SQLite files, two sites, and the cast with their accounts."""

import asyncio
import atexit
import json
import secrets
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlmodel import select

from actions.duty import cover_all_hours
from actions.enrolment import LIVE, STORE_KIND, Person, enrol, record_eligibility, record_paper_consent
from actions.sites import add_site
from actions.staff import add_staff
from app.__main__ import cli
from app.clock import RealClock
from models.inbox import Note
from models.protocol_file import load_trial
from models.session import Actor, Change, Store
from models.site import Staff
from models.study.store import StudyStore
from models.tables import STORE
from models.vault import Vault, read_keys
from protocol.terms import Channel, FoodMode, Language, Role
from protocol.trial import Trial
from tests.postgres import Kind, cloned, fresh_store_url, fresh_study_url
from tests.study.dump import dump

T = TypeVar("T")
KEYS = "k1:" + "a" * 43 + "="
INDEX = "b" * 43 + "="
SHANGHAI = ZoneInfo("Asia/Shanghai")
APPROVAL = """
[approval]
investigator = "Wu"
approved_on = 2026-01-31
ethics_reference = "EC-2026-1"
version = "2"
"""
PEOPLE = (
    ("Ada", Role.ADMINISTRATOR, None),
    ("Li", Role.COORDINATOR, "PUMCH"),
    ("Wu", Role.INVESTIGATOR, "PUMCH"),
    ("Mo", Role.MONITOR, "PUMCH"),
    ("Otto", Role.COORDINATOR, "SHANG"),
    ("Olga", Role.INVESTIGATOR, "SHANG"),
)
CRITERIA = {
    "refractory_prca": True,
    "prior_therapy": True,
    "other_causes_excluded": True,
    "age": True,
    "no_blood_donation": True,
    "pregnancy_counselling": True,
    "pregnant_or_lactating": False,
    "unable_to_comply": False,
}


@dataclass
class Desk:
    """Somebody at a terminal of one Anshi: its folder and its settings."""

    folder: Path
    settings: dict[str, str | None]

    def run(self, *words: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(cli, words, env=self.settings, input=typed)

    def told(self, *words: str, typed: str | None = None) -> str:
        """What a command prints when all is well."""
        result = self.run(*words, typed=typed)
        assert result.exit_code == 0, result.output
        return result.stdout

    def data(self, *words: str) -> Any:
        """The JSON a command prints, and nothing beside it."""
        return json.loads(self.told(*words, "--json"))

    def refused(self, *words: str) -> str:
        """The lines on stderr of a command that could not be carried out: exit code 1, no trace, nothing printed."""
        result = self.run(*words)
        assert result.exit_code == 1, result.output
        assert isinstance(result.exception, SystemExit)
        assert result.stdout == ""
        assert all(line.startswith("anshi: ") for line in result.stderr.splitlines())
        return result.stderr

    def misused(self, *words: str) -> str:
        """The same for a usage error: exit code 2."""
        result = self.run(*words)
        assert result.exit_code == 2, result.output
        return result.stderr

    def store(self) -> Store:
        url = self.settings["ANSHI_DATABASE_URL"]
        assert url is not None
        return open_store(url)

    def within(self, work: Any, *, at: datetime | None = None) -> Any:
        """Runs `await work(change)` in one transaction of the store."""

        async def inside() -> Any:
            store = self.store()
            try:
                async with store.change(at=at or RealClock().now()) as change:
                    return await work(change)
            finally:
                await store.close()

        return asyncio.run(inside())

    def kept(self) -> str:
        """Everything the store holds, row by row, and the bytes of its file where it is one."""

        async def read(change: Change) -> list[str]:
            rows = [await change.session.execute(table.select()) for table in STORE.sorted_tables]
            return [repr(tuple(row)) for found in rows for row in found]

        files = [file.read_bytes().decode("utf-8", "replace") for file in self.folder.glob("anshi.db*")]
        return "\n".join([*self.within(read), *files])

    def touch(self, statement: str) -> None:
        """What somebody with the database in their hands could do: the triggers that forbid it go first."""

        async def alter(change: Change) -> int:
            on_sqlite = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
            on_postgresql = "SELECT tgname, tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal"
            found = await change.session.execute(text(on_sqlite if self.store().on_sqlite else on_postgresql))
            for name, table in found.all():
                on_its_table = "" if self.store().on_sqlite else f" ON {table}"
                await change.session.execute(text(f"DROP TRIGGER {name}{on_its_table}"))
            result: Any = await change.session.execute(text(statement))
            return int(result.rowcount)

        assert self.within(alter) == 1

    def studied(self, table: str) -> list[dict[str, Any]]:
        """What stands in the study after everything was sent, which agrees with the store."""
        self.told("sync", "drain")
        assert self.run("sync", "reconcile").exit_code == 0
        url = self.settings["ANSHI_STUDY_DATABASE_URL"]
        assert url is not None

        async def read() -> list[dict[str, Any]]:
            study = StudyStore(url)
            try:
                return (await dump(study.engine))[table]
            finally:
                await study.close()

        return asyncio.run(read())

    def audited(self, action: str) -> list[dict[str, Any]]:
        """The audit entries of one action: actor, and the payload as it was hashed."""
        from models.ledger import AuditEntry

        async def read(change: Change) -> list[dict[str, Any]]:
            rows = await change.session.scalars(select(AuditEntry).where(AuditEntry.action == action))
            return [{"actor": row.actor, **json.loads(row.payload or "{}")} for row in rows]

        found: list[dict[str, Any]] = self.within(read)
        return found


def open_store(url: str, keys: str = KEYS) -> Store:
    vault = Vault(read_keys(keys, INDEX), secrets.token_bytes)
    return Store(url, vault=vault, new_id=lambda: secrets.token_hex(8), random_bytes=secrets.token_bytes)


async def furnish(store: Store, at: datetime) -> None:
    """Two sites, the cast, and the mark of a live store."""
    async with store.change(at=at, actor=Actor("system", "tests")) as change:
        change.session.add(Note(name=STORE_KIND, value=LIVE, at=at))
        for code in ("PUMCH", "SHANG"):
            await cover_all_hours(change, await add_site(change, code, "Li", "010-6915-0000", "Asia/Shanghai"))
        await change.session.flush()
        for name, role, site in PEOPLE:
            await add_staff(change, name=name, role=role, site_code=site, password="four tidy cranes over a lake")


async def admit(change: Change, trial: Trial, code: str = "017", *, phone: bool = False, site: str = "PUMCH") -> Any:
    """An enrolled participant, as of the change's moment."""
    investigator = "Wu" if site == "PUMCH" else "Olga"
    staff = (await change.session.scalars(select(Staff).where(Staff.name == investigator))).one()
    await record_eligibility(
        change, code=code, site_code=site, criteria=CRITERIA, prior_therapy="steroids", signed_by=staff, trial=trial
    )
    await record_paper_consent(
        change, code=code, site_code=site, form_version="1", signed_on=date(2026, 1, 2), investigator="Wu", by=staff
    )
    person = Person(
        code, site, Language.ZH, "Asia/Shanghai", time(8), FoodMode.WITH,
        Channel.PHONE if phone else Channel.TELEGRAM, "方女士", "13800000000",
    )  # fmt: skip
    return await enrol(change, person, trial)


_furnished: dict[Kind, str] = {}


def furnished(kind: Kind, folder: Path) -> str:
    """A store with the cast in it: made once per run, then copied."""

    async def make() -> str:
        url = await fresh_store_url(kind, Path(tempfile.mkdtemp(prefix="anshi-desk-")))
        store = open_store(url)
        await furnish(store, datetime(2026, 1, 1, tzinfo=UTC))
        await store.close()
        return url

    if kind not in _furnished:
        _furnished[kind] = asyncio.run(make())
        atexit.register(_forget, _furnished[kind])
    return asyncio.run(cloned(_furnished[kind], folder, "anshi.db"))


def _forget(url: str) -> None:
    """Takes the folder of an SQLite store away; a database of the tests' own server goes with the server."""
    if url.startswith("sqlite:///"):
        shutil.rmtree(Path(url.removeprefix("sqlite:///")).parent, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture(scope="session")
def protocol(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """PRCA-1 with an approval of its version."""
    file = tmp_path_factory.mktemp("protocol") / "approved.toml"
    text = (Path(__file__).parents[2] / "protocol" / "prca_1.toml").read_text(encoding="utf-8")
    file.write_text(text + APPROVAL, encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def trial(protocol: Path) -> Trial:
    return load_trial(protocol)


def bare_settings() -> dict[str, str | None]:
    """Nothing set: what the machine's own environment says is taken out."""
    import os

    return {name: None for name in os.environ if name.startswith("ANSHI_")}  # noqa: TID251  it is cleaned here


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An empty folder without settings."""
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, bare_settings())


@pytest.fixture
def desk(bare: Desk, kind: Kind, protocol: Path) -> Desk:
    """A live store with the cast, an approved protocol, keys; a study database beside it."""
    bare.settings |= {
        "ANSHI_DATABASE_URL": furnished(kind, bare.folder),
        "ANSHI_STUDY_DATABASE_URL": asyncio.run(fresh_study_url(kind, bare.folder)),
        "ANSHI_PROTOCOL_FILE": str(protocol),
        "ANSHI_ENCRYPTION_KEYS": KEYS,
        "ANSHI_INDEX_KEY": INDEX,
    }
    return bare


@pytest.fixture
def enrolled(desk: Desk, trial: Trial) -> Desk:
    """017 by chat and 018 by phone since noon five days ago, at PUMCH; 900 by phone at SHANG."""

    async def admit_all(change: Change) -> None:
        await admit(change, trial)
        await admit(change, trial, "018", phone=True)
        await admit(change, trial, "900", phone=True, site="SHANG")

    # At noon there, whenever this runs: before the time of the first dose that day's would be due too.
    noon = datetime.combine(date.fromisoformat(days_ago(5)), time(12), SHANGHAI)
    desk.within(admit_all, at=noon.astimezone(UTC))
    return desk


def days_ago(days: int) -> str:
    """A date on the wall in Shanghai."""
    return str(RealClock().now().astimezone(SHANGHAI).date() - timedelta(days=days))


def finished(work: Coroutine[Any, Any, T]) -> T:
    """The result of an asynchronous step in a test that is not."""
    return asyncio.run(work)


@pytest.fixture
def furnished_store(kind: Kind, tmp_path: Path) -> str:
    """The address of a store with the cast, on either database."""
    return furnished(kind, tmp_path)
