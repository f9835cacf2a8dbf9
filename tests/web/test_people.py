"""The list of participants: found by code, site, state and what waits; in the asked order; a page at a time."""

import re

import httpx
from sqlmodel import col, select

from models.ledger import AuditEntry
from models.participant import Participant
from models.session import Change
from protocol.terms import Channel, Level, ParticipantState
from reports.worklist import worklist_report
from tests.web.cast import NOW, participant
from tests.web.conftest import Pages
from web.people import PER_PAGE, SILENT, Asked, Waiting, asked_of, page_of

SHOWN = re.compile(r'<a class="code" href="/participants/([^"]+)">')


async def listed(browser: httpx.AsyncClient, **asked: str) -> list[str]:
    answer = await browser.get("/participants", params=asked)
    assert answer.status_code == 200
    return SHOWN.findall(answer.text)


async def test_a_part_of_a_code_finds_its_participants(pages: Pages) -> None:
    li = await pages.inside("Li")
    assert await listed(li, q="00") == [f"PRCA-00{number}" for number in range(1, 10)]
    assert await listed(li, q=" prca-01 ") == ["PRCA-010", "PRCA-011", "PRCA-012", "PRCA-013"]
    assert await listed(li, q="zzz") == []


async def test_the_filters_leave_those_who_fulfil_all_of_them(pages: Pages) -> None:
    li = await pages.inside("Li")
    assert await listed(li, look="alert") == ["PRCA-003", "PRCA-004", "PRCA-006", "PRCA-008", "PRCA-011"]
    assert await listed(li, state="enrolled") == ["PRCA-012", "PRCA-013"]
    assert await listed(li, state="enrolled", look="alert") == []
    assert await listed(await pages.inside("Dan"), site="SHANG") == ["PRCA-101"]


async def test_who_is_silent_is_whom_the_worklist_names_as_silent(pages: Pages) -> None:
    li = await pages.inside("Li")
    work = await worklist_report(pages.store, pages.trial, as_of=NOW, site="PUMCH")
    assert "PRCA-004" in await listed(li, look="silent")  # was asked at 08:00 and has not answered by 20:14
    assert await listed(li, look="silent") == sorted({row.code or "" for row in work.rows if row.why in SILENT})


async def test_the_order_puts_who_needs_a_look_first(pages: Pages) -> None:
    li = await pages.inside("Li")
    assert (await listed(li, sort="alerts"))[:5] == ["PRCA-003", "PRCA-008", "PRCA-004", "PRCA-006", "PRCA-011"]
    text = (await li.get("/participants", params={"sort": "taking"})).text
    low = [float(value) for value in re.findall(r'nowrap muted" data-label="[^"]+">([\d.]+)%–', text)]
    assert len(low) > 5
    assert low == sorted(low)


async def test_no_filter_reaches_beyond_the_own_site(pages: Pages) -> None:
    li = await pages.inside("Li")
    for asked in ({"q": "101"}, {"site": "SHANG"}, {"look": "alert", "q": "101"}):
        assert await listed(li, **asked) == []
    assert await listed(await pages.inside("Otto"), look="alert") == ["PRCA-101"]


async def test_a_name_that_was_typed_is_not_looked_for_and_never_kept(pages: Pages) -> None:
    li = await pages.inside("Li")
    typed = await li.get("/participants", params={"q": "张伟", "state": "active"})
    assert 'id="q-error"' in typed.text
    assert 'value="张伟"' in typed.text
    assert 'value="active" selected' in typed.text
    await li.get("/participants", params={"q": "prca-00"})
    async with pages.store.read() as session:
        entries = (await session.execute(select(AuditEntry).order_by(col(AuditEntry.seq)))).scalars().all()
    assert [one.record_id for one in entries if one.action == "search_participants"] == ["PRCA-00"]
    assert not [one for one in entries if "张伟" in f"{one.record_id}{one.header}{one.payload}"]


async def test_a_strange_address_is_answered_with_the_whole_list(pages: Pages) -> None:
    li = await pages.inside("Li")
    everybody = await listed(li)
    assert len(everybody) == 13
    assert await listed(li, page="99", sort="' OR 1=1", state="dead", look="all") == everybody
    assert await listed(li, page="-1") == everybody
    assert asked_of({"page": "٣", "q": "x" * 500}) == Asked(text="X" * 32)


async def test_a_long_list_comes_in_pages_that_keep_what_was_asked(pages: Pages) -> None:
    li = await pages.inside("Li")
    async with pages.store.change(at=NOW) as change:
        _enrol(change, 2 * PER_PAGE)
    first = await listed(li, q="many")
    second = await listed(li, q="many", page="2")
    assert (len(first), len(second)) == (PER_PAGE, PER_PAGE)
    assert not set(first) & set(second)
    text = (await li.get("/participants", params={"q": "many", "sort": "enrolled"})).text
    assert 'href="/participants?q=MANY&amp;sort=enrolled&amp;page=2"' in text


async def test_a_worse_alert_outranks_more_of_them(pages: Pages) -> None:
    async with pages.store.read() as session:
        three = list((await session.scalars(select(Participant).order_by(col(Participant.code)).limit(3))).all())
    waiting = {three[1].id: Waiting(5, Level.AMBER), three[2].id: Waiting(1, Level.RED)}
    asked = Asked(sort="alerts")
    assert page_of(three, asked, waiting, {}).people == (three[2], three[1], three[0])


def _enrol(change: Change, count: int) -> None:
    for number in range(count):
        participant(change, f"MANY-{number:03d}", "PUMCH", ParticipantState.ACTIVE, Channel.PHONE, begun=NOW)
