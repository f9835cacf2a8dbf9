"""The first log-in: a password handed over opens one page, and that page makes the account its owner's."""

import re
from datetime import timedelta

import httpx
import pyotp
import pytest
from sqlmodel import col, select

from actions.passwords import ONE_TIME_BYTES, one_time_password
from actions.recovery_codes import codes_left
from actions.staff import FIRST_LIVES, add_staff, reset_staff
from models.access import access_staff
from models.ledger import AuditEntry
from models.site import RecoveryCode, Staff
from protocol.terms import Role
from tests.web.cast import OPERATOR, PASSWORD
from tests.web.conftest import Pages
from tests.web.routes import ROUTES, path_of
from tests.web.test_log_in import STEP, form_token
from web.cookies import SESSION

HANDED = "bcdf-ghjk-mnpq-rstv-wxyz-2345"
OWN = "seven quiet herons at dawn"


@pytest.fixture
async def new(pages: Pages) -> Pages:
    """The cast, and Bo, whose account was just made."""
    await added(pages)
    return pages


async def added(pages: Pages) -> None:
    async with pages.store.change(at=pages.clock.at, actor=OPERATOR) as change:
        await add_staff(change, name="Bo", role=Role.COORDINATOR, site_code="PUMCH", password=HANDED)


async def first_log_in(pages: Pages, password: str = HANDED) -> tuple[httpx.AsyncClient, httpx.Response]:
    browser = pages.browser()
    return browser, await browser.post("/login", data={"name": "Bo", "password": password, "code": ""})


def secret_of(page: httpx.Response) -> str:
    found = re.search(r'class="key"><code>([A-Z2-7 ]+)</code>', page.text)
    assert found, page.text
    return found[1].replace(" ", "")


async def set_up(pages: Pages, browser: httpx.AsyncClient, **changed: str) -> httpx.Response:
    page = await browser.get("/welcome")
    code = pyotp.TOTP(secret_of(page)).at(pages.clock.at)
    typed = {"form_token": form_token(page), "password": OWN, "again": OWN, "code": code, **changed}
    return await browser.post("/welcome", data=typed)


def codes_of(page: httpx.Response) -> list[str]:
    return re.findall(r"<li><code>([0-9-]+)</code></li>", page.text)


async def test_nothing_is_seen_before_the_account_is_its_owners(new: Pages) -> None:
    browser, answer = await first_log_in(new)
    assert answer.status_code == 303
    token = form_token(await browser.get("/welcome"))
    for route, line in ROUTES.items():
        if line.roles is None or route.endswith((" /welcome", " /logout")):
            continue
        path = path_of(route, new, "PRCA-008")
        sent = {"form_token": token, **line.fields}
        get = route.startswith("GET")
        met = await browser.get(path) if get else await browser.post(path, data=sent)
        assert (met.status_code, met.headers["location"]) == (303, "/welcome"), route
    page = await browser.get("/welcome")
    assert page.status_code == 200
    assert "PRCA-0" not in page.text
    assert '<svg viewBox="0 0 ' in page.text


async def test_the_owner_sets_a_password_and_codes_and_comes_in_with_both(new: Pages) -> None:
    browser, _ = await first_log_in(new)
    secret, before = secret_of(await browser.get("/welcome")), browser.cookies[SESSION]
    done = await set_up(new, browser)
    assert done.status_code == 200
    assert browser.cookies[SESSION] != before
    assert (await browser.get("/participants/PRCA-008")).status_code == 200
    assert (await browser.get("/welcome")).headers["location"] == "/"
    old = new.browser()
    old.cookies.set(SESSION, before, domain="pages.test")
    assert (await old.get("/")).headers["location"] == "/login"
    new.clock.move(STEP)
    new.cast.secrets["Bo"] = secret
    assert (await new.log_in(new.browser(), "Bo", password=HANDED)).status_code == 401
    assert (await new.log_in(new.browser(), "Bo", password=OWN, code="")).status_code == 401
    assert (await new.log_in(new.browser(), "Bo", password=OWN)).status_code == 303


@pytest.mark.parametrize(
    "changed",
    [
        {"again": "seven quiet herons at noon"},
        {"password": "short", "again": "short"},
        {"password": "Bo has a password of length", "again": "Bo has a password of length"},
        {"code": "000000"},
    ],
)
async def test_what_does_not_do_is_said_and_changes_nothing(new: Pages, changed: dict[str, str]) -> None:
    browser, _ = await first_log_in(new)
    secret = secret_of(await browser.get("/welcome"))
    refused = await set_up(new, browser, **changed)
    assert refused.status_code == 422
    assert 'class="wrong"' in refused.text
    assert secret_of(refused) == secret
    async with new.store.read() as session:
        bo = (await session.execute(select(Staff).where(col(Staff.name) == "Bo"))).scalar_one()
    assert bo.ready_at is None


async def test_the_password_handed_over_runs_out(new: Pages) -> None:
    new.clock.move(FIRST_LIVES - timedelta(seconds=1))
    assert (await first_log_in(new))[1].status_code == 303
    new.clock.move(timedelta(seconds=1))
    assert (await first_log_in(new))[1].status_code == 401


async def test_a_second_beginning_ends_the_first_and_shows_another_code(new: Pages) -> None:
    earlier, _ = await first_log_in(new)
    seen = secret_of(await earlier.get("/welcome"))
    later, _ = await first_log_in(new)
    assert secret_of(await later.get("/welcome")) != seen
    assert (await earlier.get("/welcome")).headers["location"] == "/login"


async def test_whose_account_is_ready_never_comes_in_without_a_code(bare: Pages) -> None:
    assert (await bare.log_in(bare.browser(), "Li", code="")).status_code == 401


async def test_ten_recovery_codes_each_open_one_log_in(new: Pages) -> None:
    browser, _ = await first_log_in(new)
    codes = codes_of(await set_up(new, browser))
    assert len(set(codes)) == 10
    assert {len(code.replace("-", "")) for code in codes} == {20}
    spaced = codes[0].replace("-", " ")
    for code, status in ((codes[0], 303), (codes[0], 401), (spaced, 401), (codes[1].replace("-", ""), 303)):
        assert (await new.log_in(new.browser(), "Li", name="Bo", password=OWN, code=code)).status_code == status
    assert (await new.log_in(new.browser(), "Li", code=codes[2])).status_code == 401
    assert (await new.log_in(new.browser(), "Li", name="Bo", code=codes[2])).status_code == 401
    async with new.store.read() as session:
        kept = (await session.execute(select(RecoveryCode))).scalars().all()
        trail = (await session.execute(select(AuditEntry.payload))).scalars().all()
    assert sum(code.used_at is not None for code in kept) == 2
    written = "".join(code.code_hash for code in kept) + "".join(text for text in trail if text)
    assert not [code for code in codes if code in written or code.replace("-", "") in written]


async def test_a_reset_ends_recovery_codes_and_begins_anew(new: Pages) -> None:
    browser, _ = await first_log_in(new)
    codes = codes_of(await set_up(new, browser))
    async with new.store.change(at=new.clock.at, actor=OPERATOR) as change:
        bo = await access_staff(change.session, "Bo")
        assert (await codes_left(change.session, bo.id))[0] == 10
        await reset_staff(change, "Bo", password=HANDED)
        assert (await codes_left(change.session, bo.id))[0] == 0
    assert (await browser.get("/")).headers["location"] == "/login"
    assert (await new.log_in(new.browser(), "Li", name="Bo", password=OWN, code=codes[0])).status_code == 401
    again, answer = await first_log_in(new)
    assert answer.status_code == 303
    done = await set_up(new, again)
    assert (await new.log_in(new.browser(), "Li", name="Bo", password=OWN, code=codes[0])).status_code == 401
    assert not set(codes) & set(codes_of(done))


async def test_passwords_handed_over_differ_and_are_long() -> None:
    made = {one_time_password(bytes([number]) * ONE_TIME_BYTES) for number in range(50)}
    assert len(made) == 50
    assert {len(one) for one in made} == {29}
    assert PASSWORD not in made
