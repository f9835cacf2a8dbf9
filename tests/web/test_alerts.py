"""The list of alerts: every one that fits and no other, open and closed; who holds one, and what was done."""

import re

import httpx
from sqlmodel import col, select

from models.alert import Alert
from models.ledger import AuditEntry
from models.open_alerts import ranked_alerts, still_open
from models.session import Change
from protocol.terms import AlertKind, Level
from tests.web.cast import HOUR, NOW
from tests.web.conftest import Pages
from tests.web.test_walls import session_token
from web.alert_list import PER_PAGE, AskedAlerts, Standing, asked_alerts

SHOWN = re.compile(r'id="alert-([^"]+)"')


async def listed(browser: httpx.AsyncClient, **asked: str) -> list[str]:
    answer = await browser.get("/alerts", params=asked)
    assert answer.status_code == 200
    return SHOWN.findall(answer.text)


async def post(pages: Pages, browser: httpx.AsyncClient, key: str, verb: str, **typed: str) -> httpx.Response:
    data = {"form_token": session_token(pages, browser), "back": "/alerts?kind=feels_unwell", **typed}
    return await browser.post(f"/alerts/{key}/{verb}", data=data)


async def test_the_open_ones_stand_in_the_order_of_every_other_list(pages: Pages) -> None:
    async with pages.store.read() as session:
        ranked = await ranked_alerts(session, NOW, still_open(), col(Alert.site_code) == "PUMCH")
    assert await listed(await pages.inside("Li")) == [one.alert.id for one in ranked]
    assert len(await listed(await pages.inside("Dan"))) == len(ranked) + 1, "who sees every site sees all"


async def test_filters_leave_those_that_fulfil_all_of_them(pages: Pages) -> None:
    li, dan, kept = await pages.inside("Li"), await pages.inside("Dan"), pages.cast.alerts
    assert await listed(li, kind="message") == [kept["PRCA-004"]]
    assert kept["PRCA-006"] not in await listed(li, standing="unseen")
    assert len(await listed(li, standing="unseen")) == 4
    assert await listed(dan, kind="feels_unwell", site="SHANG") == [kept["PRCA-101"]]
    assert await listed(li, kind="message", standing="closed") == []
    assert await listed(li, site="SHANG") == []


async def test_a_strange_address_shows_what_is_open(pages: Pages) -> None:
    li = await pages.inside("Li")
    assert await listed(li, standing="dead", kind="' OR 1=1", page="٣") == await listed(li)
    assert asked_alerts({"page": "999999999"}) == AskedAlerts()


async def test_who_takes_one_over_holds_it_and_comes_back_to_the_same_list(pages: Pages) -> None:
    li, key = await pages.inside("Li"), pages.cast.alerts["PRCA-008"]
    answer = await post(pages, li, key, "take")
    assert answer.headers["location"] == "/alerts?kind=feels_unwell&told=taken"
    text = (await li.get("/alerts")).text
    assert "由Li负责" in text
    async with pages.store.read() as session:
        alert = await session.get_one(Alert, key)
    assert (alert.owner, alert.acknowledged_by) == ("Li", "Li")


async def test_a_closed_one_says_what_was_done_and_what_came_of_it(pages: Pages) -> None:
    li, key = await pages.inside("Li"), pages.cast.alerts["PRCA-008"]
    typed = {"outcome": "<b>Well</b> by evening", "action": "Called twice"}
    answer = await post(pages, li, key, "close", **typed)
    assert answer.headers["location"] == "/alerts?kind=feels_unwell&told=closed"
    assert key not in await listed(li)
    text = (await li.get("/alerts", params={"standing": "closed"})).text
    assert "Called twice" in text
    assert "&lt;b&gt;Well&lt;/b&gt; by evening" in text
    assert await listed(await pages.inside("Otto"), standing="closed") == []
    again = await post(pages, li, key, "take")
    assert again.headers["location"].endswith("told=gone")


async def test_nothing_is_closed_without_what_came_of_it(pages: Pages) -> None:
    li, key = await pages.inside("Li"), pages.cast.alerts["PRCA-008"]
    answer = await post(pages, li, key, "close", outcome=" ", action="Called")
    assert answer.headers["location"] == "/alerts?kind=feels_unwell&told=outcome_missing"
    assert key in await listed(li)


async def test_nobody_is_sent_to_another_host(pages: Pages) -> None:
    li, key = await pages.inside("Li"), pages.cast.alerts["PRCA-008"]
    answer = await post(pages, li, key, "acknowledge", back="https://evil.test/x")
    assert answer.headers["location"] == "/?told=acknowledged"


async def test_many_closed_ones_come_in_pages_the_last_closed_first(pages: Pages) -> None:
    li = await pages.inside("Li")
    async with pages.store.change(at=NOW) as change:
        _closed(change, PER_PAGE + 3)
    first, second = await listed(li, standing="closed"), await listed(li, standing="closed", page="2")
    assert first == [f"old-{number}" for number in range(PER_PAGE)]
    assert second == [f"old-{number}" for number in range(PER_PAGE, PER_PAGE + 3)]
    assert await listed(li, standing="closed", page="9") == second
    assert 'href="/alerts?standing=closed&amp;page=2"' in (await li.get(AskedAlerts(Standing.CLOSED).link())).text


async def test_nothing_open_says_so_and_shows_the_way_to_the_closed_ones(bare: Pages) -> None:
    text = (await (await bare.inside("Li")).get("/alerts")).text
    assert "没有未关闭的预警" in text
    assert 'href="/alerts?standing=closed"' in text


async def test_the_reading_is_audited_and_the_monitor_only_reads(pages: Pages) -> None:
    mo = await pages.inside("Mo")
    text = (await mo.get("/alerts")).text
    assert 'action="/alerts/' not in text.replace('action="/alerts"', "")
    async with pages.store.read() as session:
        rows = await session.scalars(select(AuditEntry).where(col(AuditEntry.action) == "read_alerts"))
        assert [(one.actor, one.record_id) for one in rows] == [("staff:Mo", "PUMCH")]


def _closed(change: Change, count: int) -> None:
    for number in range(count):
        closed_at = NOW - (number + 1) * HOUR
        change.session.add(
            Alert(
                id=f"old-{number}", site_code="PUMCH", kind=AlertKind.CLOCK, level=Level.AMBER,
                cause_key=f"clock|{number}", opened_at=closed_at - HOUR, last_at=closed_at - HOUR,
                clock_from=closed_at - HOUR, closed_at=closed_at, closed_by="Wu", outcome="was nothing",
            )
        )  # fmt: skip
