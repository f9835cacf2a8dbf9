"""Logging in: all three of name, password and code; each code once; no guessing, and nobody locked out for good."""

import asyncio
from datetime import timedelta
from time import process_time

import httpx
import pytest
from argon2 import PasswordHasher
from sqlalchemy import update
from sqlmodel import col, select

from actions.staff import disable_staff, reset_staff
from models.session import sha256
from models.site import LoginFailure, Staff, WebSession
from tests.web.cast import OPERATOR, PASSWORD
from tests.web.conftest import Pages
from web.application import build_web
from web.cookies import SESSION

STEP = timedelta(seconds=30)


async def test_name_password_and_code_together_open_the_pages(bare: Pages) -> None:
    browser = bare.browser()
    assert (await browser.get("/")).headers["location"] == "/login"
    answer = await bare.log_in(browser, "Li")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert (await browser.get("/")).status_code == 200


@pytest.mark.parametrize(
    "wrong", [{"name": "Nobody"}, {"password": "five tidy cranes over a lake"}, {"code": "000000"}]
)
async def test_every_wrong_log_in_reads_the_same(bare: Pages, wrong: dict[str, str]) -> None:
    refused = await bare.log_in(bare.browser(), "Li", **wrong)
    assert refused.status_code == 401
    assert SESSION not in refused.cookies
    other = await bare.log_in(bare.browser(), "Li", password="", code="")
    assert refused.text.replace("Nobody", "Li") == other.text


async def test_a_code_works_once(bare: Pages) -> None:
    assert (await bare.log_in(bare.browser(), "Li")).status_code == 303
    assert (await bare.log_in(bare.browser(), "Li")).status_code == 401
    bare.clock.move(STEP)
    assert (await bare.log_in(bare.browser(), "Li")).status_code == 303


async def test_a_code_works_one_step_around_its_time_and_no_more(bare: Pages) -> None:
    for away, status in ((-2, 401), (2, 401), (-1, 303), (1, 303)):
        code = bare.cast.code("Li", bare.clock.at + away * STEP)
        assert (await bare.log_in(bare.browser(), "Li", code=code)).status_code == status, away


async def test_one_code_sent_many_times_at_once_opens_one_session(bare: Pages) -> None:
    answers = await asyncio.gather(*(bare.log_in(bare.browser(f"192.0.2.{n}"), "Li") for n in range(4)))
    assert sorted(answer.status_code for answer in answers) == [303, 401, 401, 401]


async def test_five_failures_stop_a_name_for_a_quarter_of_an_hour(bare: Pages) -> None:
    for number in range(5):
        assert (await bare.log_in(bare.browser(f"192.0.2.{number}"), "Li", code="000000")).status_code == 401
    refused = await bare.log_in(bare.browser("192.0.2.99"), "Li")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "900")
    bare.clock.move(timedelta(minutes=15))
    assert (await bare.log_in(bare.browser(), "Li")).status_code == 303


async def test_an_unknown_name_is_stopped_like_a_known_one(bare: Pages) -> None:
    for _ in range(5):
        await bare.log_in(bare.browser(), "Li", name="Nobody")
    assert (await bare.log_in(bare.browser(), "Li", name="Nobody")).status_code == 429


async def test_many_attempts_at_once_cannot_outrun_the_count(bare: Pages) -> None:
    tries = (bare.log_in(bare.browser(), "Li", code="000000") for _ in range(12))
    statuses = [answer.status_code for answer in await asyncio.gather(*tries)]
    assert (statuses.count(401), statuses.count(429)) == (5, 7)


async def test_twenty_failures_stop_an_address_whatever_the_names(bare: Pages) -> None:
    for number in range(20):
        assert (await bare.log_in(bare.browser(), "Li", name=f"Guess {number}")).status_code == 401
    assert (await bare.log_in(bare.browser(), "Li")).status_code == 429
    assert (await bare.log_in(bare.browser("192.0.2.8"), "Li")).status_code == 303


async def test_a_stranger_cannot_lock_out_a_browser_that_logged_in_before(bare: Pages) -> None:
    known = await bare.inside("Li")
    known.cookies.delete(SESSION)
    for _ in range(6):
        await bare.log_in(bare.browser("198.51.100.1"), "Li", code="000000")
    bare.clock.move(STEP)
    assert (await bare.log_in(bare.browser(), "Li")).status_code == 429
    assert (await bare.log_in(known, "Li")).status_code == 303


async def test_failures_are_kept_hashed_and_for_a_day(bare: Pages) -> None:
    await bare.log_in(bare.browser(), "Li", code="000000")
    bare.clock.move(timedelta(hours=25))
    await bare.log_in(bare.browser(), "Li", name="Guess", code="000000")
    async with bare.store.read() as session:
        kept = (await session.execute(select(LoginFailure))).scalars().all()
    assert [failure.at for failure in kept] == [bare.clock.at]
    assert not {"Guess", "192.0.2.7"} & {kept[0].name_hash, kept[0].address_hash}


async def test_an_unknown_name_takes_as_long_as_a_known_one(bare: Pages) -> None:
    took: dict[str, float] = {}
    for name in ("Li", "Nobody"):
        times = []
        for _ in range(4):
            begun = process_time()
            await bare.log_in(bare.browser(), "Li", name=name, code="000000")
            times.append(process_time() - begun)
        took[name] = min(times)
    assert 0.4 < took["Nobody"] / took["Li"] < 2.5, took


async def test_a_hash_of_other_costs_is_made_anew_at_log_in(bare: Pages) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    async with bare.store.change(at=bare.clock.at) as change:
        await change.session.execute(update(Staff).where(col(Staff.name) == "Li").values(password_hash=weak))
    await bare.inside("Li")
    async with bare.store.read() as session:
        kept = (await session.execute(select(Staff.password_hash).where(col(Staff.name) == "Li"))).scalar_one()
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_the_session_stands_hashed_and_a_log_in_never_takes_over_a_given_token(bare: Pages) -> None:
    browser = bare.browser()
    browser.cookies.set(SESSION, "chosen-by-somebody-else", domain="pages.test")
    token = (await bare.log_in(browser, "Li")).cookies[SESSION]
    async with bare.store.read() as session:
        kept = (await session.execute(select(WebSession.token_hash))).scalars().all()
    assert kept == [sha256(token)]
    assert len(token) >= 43


async def test_the_cookies_are_bound_to_the_host_and_hidden_from_scripts(bare: Pages) -> None:
    answer = await bare.log_in(bare.browser(), "Li")
    for cookie in answer.headers.get_list("set-cookie"):
        name, rest = cookie.split("=", 1)
        assert name.startswith("__Host-")
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= {part.strip().lower() for part in rest.split(";")}


async def test_a_session_ends_after_half_an_hour_of_nothing(bare: Pages) -> None:
    browser = await bare.inside("Li")
    for _ in range(3):
        bare.clock.move(timedelta(minutes=29))
        assert (await browser.get("/")).status_code == 200
    bare.clock.move(timedelta(minutes=30))
    assert (await browser.get("/")).headers["location"] == "/login"


async def test_the_pages_own_refresh_keeps_no_session_alive(bare: Pages) -> None:
    browser = await bare.inside("Li")
    for minutes in (10, 10, 9):
        bare.clock.move(timedelta(minutes=minutes))
        assert (await browser.get("/", headers={"x-anshi-refresh": "1"})).status_code == 200
    bare.clock.move(timedelta(minutes=1))
    assert (await browser.get("/", headers={"x-anshi-refresh": "1"})).status_code == 303


async def test_a_session_ends_after_twelve_hours_whatever_is_done(bare: Pages) -> None:
    browser = await bare.inside("Li")
    for _ in range(35):
        bare.clock.move(timedelta(minutes=20))
        assert (await browser.get("/")).status_code == 200
    bare.clock.move(timedelta(minutes=20))
    assert (await browser.get("/")).status_code == 303


async def test_logging_out_ends_the_session_on_the_server_too(pages: Pages) -> None:
    browser = await pages.inside("Li")
    token = browser.cookies[SESSION]
    answer = await browser.post("/logout", data={"form_token": form_token(await browser.get("/"))})
    assert answer.headers["location"] == "/login"
    again = pages.browser()
    again.cookies.set(SESSION, token, domain="pages.test")
    assert (await again.get("/")).status_code == 303


@pytest.mark.parametrize("act", ["disable", "reset"])
async def test_disabling_and_resetting_an_account_end_its_sessions_at_once(bare: Pages, act: str) -> None:
    browser = await bare.inside("Li")
    async with bare.store.change(at=bare.clock.at, actor=OPERATOR) as change:
        if act == "disable":
            await disable_staff(change, "Li")
        else:
            await reset_staff(change, "Li", password="seven quiet herons at dawn")
    assert (await browser.get("/")).status_code == 303
    bare.clock.move(STEP)
    assert (await bare.log_in(bare.browser(), "Li")).status_code == 401


def form_token(page: httpx.Response) -> str:
    return page.text.partition('name="form_token" value="')[2].partition('"')[0]


async def test_where_the_trials_clock_can_be_moved_codes_and_sessions_follow_the_real_one(bare: Pages) -> None:
    real = bare.clock.at
    bare.app = build_web(
        bare.store,
        bare.study,
        bare.trial,
        now=bare.clock.now,
        new_token=lambda: "t" * 43,
        public_url=None,
        readiness=bare.app.state.desk.readiness,
        demo=True,
        session_now=lambda: real,
    )
    bare.clock.move(timedelta(days=3))
    browser = bare.browser()
    assert (await bare.log_in(browser, "Li", code=bare.cast.code("Li", real))).status_code == 303
    bare.clock.move(timedelta(days=3))
    assert (await browser.get("/")).status_code == 200
