"""The pages over ASGI with real stores: a clock that stands, a cast, and browsers that keep cookies."""

import asyncio
import atexit
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from models.protocol_file import load_trial
from models.session import Store
from models.study.store import StudyStore
from models.vault import Keys, Vault
from protocol.trial import Trial
from study.sync import drain
from tests.postgres import fresh_store_url, fresh_study_url
from tests.web.cast import NOW, PASSWORD, Cast, Clock, Ids, people, sites_and_staff
from web.application import build_web

HOST = "https://pages.test"
SAME_ORIGIN = {"sec-fetch-site": "same-origin"}


@dataclass
class Pages:
    """The application, what stands behind it, and a way to come in."""

    app: Starlette
    store: Store
    study: StudyStore
    trial: Trial
    clock: Clock
    cast: Cast
    not_ready: list[str] = field(default_factory=list)

    def browser(self, address: str = "192.0.2.7") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 1))
        return httpx.AsyncClient(transport=transport, base_url=HOST, headers=SAME_ORIGIN)

    async def log_in(self, browser: httpx.AsyncClient, whose: str, **changed: str) -> httpx.Response:
        typed = {"name": whose, "password": PASSWORD, "code": self.cast.code(whose, self.clock.at), **changed}
        return await browser.post("/login", data=typed)

    async def inside(self, name: str) -> httpx.AsyncClient:
        """A browser in which this member of staff has logged in."""
        browser = self.browser()
        answer = await self.log_in(browser, name)
        assert answer.status_code == 303, answer.text
        return browser


KEYS = Keys({"k1": bytes(32)}, bytes(reversed(range(32))))
_seeded: dict[bool, tuple[Path, Cast]] = {}


def open_stores(folder: Path) -> tuple[Store, StudyStore]:
    ids = Ids()
    vault = Vault(KEYS, ids.random_bytes)
    store = Store(f"sqlite:///{folder}/store.db", vault=vault, new_id=ids.new_id, random_bytes=ids.random_bytes)
    return store, StudyStore(f"sqlite:///{folder}/study.db")


async def seeded(folder: Path, *, enrolled: bool) -> Cast:
    """Both databases of the cast in `folder`: made once per run, then copied."""
    if enrolled not in _seeded:
        _seeded[enrolled] = await _seed(Path(tempfile.mkdtemp(prefix="anshi-web-")), enrolled=enrolled)
    made, cast = _seeded[enrolled]
    for name in ("store.db", "study.db"):
        await asyncio.to_thread(shutil.copyfile, made / name, folder / name)
    return cast


async def _seed(folder: Path, *, enrolled: bool) -> tuple[Path, Cast]:
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for url, name in ((fresh_store_url, "store.db"), (fresh_study_url, "study.db")):
        made = (await url("sqlite", folder)).removeprefix("sqlite:///")
        await asyncio.to_thread(shutil.move, made, folder / name)
    store, study = open_stores(folder)
    cast = await sites_and_staff(store)
    if enrolled:
        await people(store, cast)
        await drain(store, study, load_trial(None), at=NOW)
    await study.close()
    await store.close()
    return folder, cast


def application(
    store: Store, study: StudyStore, trial: Trial, clock: Clock, readiness: Callable[[], Awaitable[list[str]]]
) -> Starlette:
    return build_web(
        store,
        study,
        trial,
        now=clock.now,
        new_token=lambda: secrets.token_urlsafe(32),
        public_url=HOST,
        readiness=readiness,
    )


@asynccontextmanager
async def standing(folder: Path, *, enrolled: bool) -> AsyncIterator[Pages]:
    """The application over a copy of the cast's databases."""
    cast = await seeded(folder, enrolled=enrolled)
    store, study = open_stores(folder)
    trial, clock = load_trial(None), Clock()
    not_ready: list[str] = []

    async def readiness() -> list[str]:
        return list(not_ready)

    yield Pages(application(store, study, trial, clock, readiness), store, study, trial, clock, cast, not_ready)
    await study.close()
    await store.close()


@pytest.fixture
async def bare(tmp_path: Path) -> AsyncIterator[Pages]:
    """Sites and staff, nobody enrolled."""
    async with standing(tmp_path, enrolled=False) as made:
        yield made


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    """The whole cast, synced to the study."""
    async with standing(tmp_path, enrolled=True) as made:
        yield made
