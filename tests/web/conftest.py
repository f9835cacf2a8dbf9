"""The pages over ASGI with real stores: a clock that stands, a cast, and browsers that keep cookies."""

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

from actions.passwords import password_hash
from models.protocol_file import load_trial
from models.session import Store, sha256
from models.site import Staff, WebSession
from models.study.store import StudyStore
from models.vault import Keys, Vault
from protocol.terms import Role
from protocol.trial import Trial
from study.sync import drain
from tests.postgres import Kind, cloned, fresh_store_url, fresh_study_url
from tests.web.cast import NOW, PASSWORD, Cast, Clock, Ids, people, sites_and_staff
from web.application import build_web
from web.cookies import SESSION

PASSWORD_HASH = password_hash(PASSWORD)
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

    async def somebody(self, role: Role, site: str | None) -> httpx.AsyncClient:
        """A browser in which a member of staff of this role and site has a session; None sees every site."""
        browser, token, name = self.browser(), secrets.token_urlsafe(32), f"{role.value} of {site or 'all'}"
        async with self.store.change(at=self.clock.at) as change:
            account = Staff(
                id=change.new_id(), name=name, role=role, site_code=site, password_hash=PASSWORD_HASH, totp_secret="",
                created_at=self.clock.at, ready_at=self.clock.at,
            )  # fmt: skip
            change.session.add(account)
            await change.session.flush()
            begun = {"started_at": self.clock.at, "seen_at": self.clock.at, "proved_at": self.clock.at}
            change.session.add(WebSession(token_hash=sha256(token), staff_id=account.id, language="en", **begun))
        browser.cookies.set(SESSION, token, domain="pages.test")
        return browser

    async def inside(self, name: str) -> httpx.AsyncClient:
        """A browser in which this member of staff has logged in."""
        browser = self.browser()
        answer = await self.log_in(browser, name)
        assert answer.status_code == 303, answer.text
        return browser


KEYS = Keys({"k1": bytes(32)}, bytes(reversed(range(32))))
_seeded: dict[tuple[Kind, bool], tuple[str, str, Cast]] = {}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


def open_stores(store_url: str, study_url: str) -> tuple[Store, StudyStore]:
    ids = Ids()
    vault = Vault(KEYS, ids.random_bytes)
    store = Store(store_url, vault=vault, new_id=ids.new_id, random_bytes=ids.random_bytes)
    return store, StudyStore(study_url)


async def seeded(kind: Kind, folder: Path, *, enrolled: bool) -> tuple[str, str, Cast]:
    """Both databases of the cast: made once per run, then copied."""
    if (kind, enrolled) not in _seeded:
        made_in = Path(tempfile.mkdtemp(prefix="anshi-web-"))
        atexit.register(shutil.rmtree, made_in, ignore_errors=True)
        _seeded[kind, enrolled] = await _seed(kind, made_in, enrolled=enrolled)
    store_url, study_url, cast = _seeded[kind, enrolled]
    return await cloned(store_url, folder), await cloned(study_url, folder), cast


async def _seed(kind: Kind, folder: Path, *, enrolled: bool) -> tuple[str, str, Cast]:
    store_url, study_url = await fresh_store_url(kind, folder), await fresh_study_url(kind, folder)
    store, study = open_stores(store_url, study_url)
    cast = await sites_and_staff(store)
    if enrolled:
        await people(store, cast)
        await drain(store, study, load_trial(None), at=NOW)
    await study.close()
    await store.close()
    return store_url, study_url, cast


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
async def standing(kind: Kind, folder: Path, *, enrolled: bool) -> AsyncIterator[Pages]:
    """The application over a copy of the cast's databases."""
    store_url, study_url, cast = await seeded(kind, folder, enrolled=enrolled)
    store, study = open_stores(store_url, study_url)
    trial, clock = load_trial(None), Clock()
    not_ready: list[str] = []

    async def readiness() -> list[str]:
        return list(not_ready)

    yield Pages(application(store, study, trial, clock, readiness), store, study, trial, clock, cast, not_ready)
    await study.close()
    await store.close()


@pytest.fixture
async def bare(kind: Kind, tmp_path: Path) -> AsyncIterator[Pages]:
    """Sites and staff, nobody enrolled."""
    async with standing(kind, tmp_path, enrolled=False) as made:
        yield made


@pytest.fixture
async def pages(kind: Kind, tmp_path: Path) -> AsyncIterator[Pages]:
    """The whole cast, synced to the study."""
    async with standing(kind, tmp_path, enrolled=True) as made:
        yield made
