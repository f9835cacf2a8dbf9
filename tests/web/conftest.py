"""The pages over ASGI with real stores: a clock that stands, a cast, and browsers that keep cookies."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
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

    async def log_in(self, browser: httpx.AsyncClient, name: str, **changed: str) -> httpx.Response:
        typed = {"name": name, "password": PASSWORD, "code": self.cast.code(name, self.clock.at), **changed}
        return await browser.post("/login", data=typed)

    async def inside(self, name: str) -> httpx.AsyncClient:
        """A browser in which this member of staff has logged in."""
        browser = self.browser()
        answer = await self.log_in(browser, name)
        assert answer.status_code == 303, answer.text
        return browser


async def open_stores(tmp_path: Path) -> tuple[Store, StudyStore]:
    ids = Ids()
    vault = Vault(Keys({"k1": secrets.token_bytes(32)}, secrets.token_bytes(32)), ids.random_bytes)
    store = Store(
        await fresh_store_url("sqlite", tmp_path), vault=vault, new_id=ids.new_id, random_bytes=ids.random_bytes
    )
    return store, StudyStore(await fresh_study_url("sqlite", tmp_path))


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


@pytest.fixture
async def bare(tmp_path: Path) -> AsyncIterator[Pages]:
    """Sites and staff, nobody enrolled."""
    store, study = await open_stores(tmp_path)
    trial, clock = load_trial(None), Clock()
    not_ready: list[str] = []

    async def readiness() -> list[str]:
        return list(not_ready)

    cast = await sites_and_staff(store)
    app = application(store, study, trial, clock, readiness)
    yield Pages(app, store, study, trial, clock, cast, not_ready)
    await study.close()
    await store.close()


@pytest.fixture
async def pages(bare: Pages) -> Pages:
    """The whole cast, synced to the study."""
    await people(bare.store, bare.cast)
    await drain(bare.store, bare.study, bare.trial, at=NOW)
    return bare
