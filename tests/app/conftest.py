"""The command line in a folder of the test's own: real SQLite files, two sites, and the cast with their accounts."""

import asyncio
import json
import secrets
import shutil
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from sqlmodel import select

from actions.enrolment import LIVE, STORE_KIND, Person, enrol, record_eligibility, record_paper_consent
from actions.sites import add_site
from actions.staff import add_staff
from app.__main__ import cli
from app.clock import RealClock
from models.inbox import Note
from models.protocol_file import load_trial
from models.session import Actor, Change, Store
from models.site import Staff
from models.vault import Vault, read_keys
from protocol.terms import Channel, FoodMode, Language, Role
from protocol.trial import Trial
from tests.postgres import Kind, fresh_store_url, fresh_study_url

T = TypeVar("T")
KEYS = "k1:" + "a" * 43 + "="
INDEX = "b" * 43 + "="
SHANGHAI = ZoneInfo("Asia/Shanghai")
APPROVAL = """
[approval]
investigator = "Wu"
approved_on = 2026-01-31
ethics_reference = "EC-2026-1"
version = "1"
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
            await add_site(change, code, "Li", "010-6915-0000", "Asia/Shanghai")
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


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the cast in it; each test gets a copy."""
    folder = tmp_path_factory.mktemp("furnished")

    async def make() -> str:
        url = await fresh_store_url("sqlite", folder)
        store = open_store(url)
        await furnish(store, datetime(2026, 1, 1, tzinfo=UTC))
        await store.close()
        return url

    return Path(asyncio.run(make()).removeprefix("sqlite:///"))


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
def desk(bare: Desk, furnished: Path, protocol: Path) -> Desk:
    """A live store with the cast, an approved protocol, keys; a study database beside it."""
    shutil.copyfile(furnished, bare.folder / "anshi.db")
    study = asyncio.run(fresh_study_url("sqlite", bare.folder))
    bare.settings |= {
        "ANSHI_DATABASE_URL": f"sqlite:///{bare.folder / 'anshi.db'}",
        "ANSHI_STUDY_DATABASE_URL": study,
        "ANSHI_PROTOCOL_FILE": str(protocol),
        "ANSHI_ENCRYPTION_KEYS": KEYS,
        "ANSHI_INDEX_KEY": INDEX,
    }
    return bare


@pytest.fixture
def enrolled(desk: Desk, trial: Trial) -> Desk:
    """017 by chat and 018 by phone since five days, at PUMCH; 900 by phone at SHANG."""

    async def admit_all(change: Change) -> None:
        await admit(change, trial)
        await admit(change, trial, "018", phone=True)
        await admit(change, trial, "900", phone=True, site="SHANG")

    desk.within(admit_all, at=RealClock().now() - timedelta(days=5))
    return desk


def days_ago(days: int) -> str:
    """A date on the wall in Shanghai."""
    return str(RealClock().now().astimezone(SHANGHAI).date() - timedelta(days=days))


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


def finished(work: Coroutine[Any, Any, T]) -> T:
    """The result of an asynchronous step in a test that is not."""
    return asyncio.run(work)


@pytest.fixture
def furnished_store(kind: Kind, tmp_path: Path) -> str:
    """The address of a store with the cast, on either database."""

    async def make() -> str:
        url = await fresh_store_url(kind, tmp_path)
        store = open_store(url)
        await furnish(store, datetime(2026, 1, 1, tzinfo=UTC))
        await store.close()
        return url

    return finished(make())
