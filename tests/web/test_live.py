"""What an open page asks: whether alerts have changed, within the site, and without keeping a session alive."""

from datetime import timedelta

from sqlmodel import col, func, select

from models.ledger import AuditEntry
from tests.web.conftest import Pages
from tests.web.test_log_in import form_token

REFRESH = {"x-anshi-refresh": "1"}


async def test_while_nothing_changes_the_answer_is_empty(pages: Pages) -> None:
    li = await pages.inside("Li")
    first = await li.get("/live", headers=REFRESH)
    assert first.json() == {"alerts": 5, "words": "5条未关闭预警"}
    again = await li.get("/live", headers=REFRESH | {"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_an_alert_that_is_seen_or_closed_changes_the_mark(pages: Pages) -> None:
    li = await pages.inside("Li")
    marks = [(await li.get("/live")).headers["etag"]]
    fields = {"form_token": form_token(await li.get("/")), "back": "/"}
    alert_id = pages.cast.alerts["PRCA-008"]
    told = []
    for path, more in (("acknowledge", {}), ("close", {"outcome": "Called; is well"})):
        await li.post(f"/alerts/{alert_id}/{path}", data=fields | more)
        answer = await li.get("/live", headers={"if-none-match": marks[-1]})
        marks.append(answer.headers["etag"])
        told.append(answer.json()["alerts"])
    assert len(set(marks)) == 3
    assert told == [5, 4]


async def test_the_mark_and_the_number_are_of_the_own_site(pages: Pages) -> None:
    li, otto = await pages.inside("Li"), await pages.inside("Otto")
    assert (await otto.get("/live")).json()["alerts"] == 1
    before = (await otto.get("/live")).headers["etag"]
    fields = {"form_token": form_token(await li.get("/")), "back": "/"}
    await li.post(f"/alerts/{pages.cast.alerts['PRCA-008']}/acknowledge", data=fields)
    assert (await otto.get("/live", headers={"if-none-match": before})).status_code == 304


async def test_a_page_that_asks_by_itself_keeps_no_session_alive_and_writes_no_audit(pages: Pages) -> None:
    li = await pages.inside("Li")
    async with pages.store.read() as session:
        before = await session.scalar(select(func.max(col(AuditEntry.seq))))
    for _ in range(8):
        pages.clock.move(timedelta(minutes=5))
        await li.get("/live", headers=REFRESH)
    answer = await li.get("/live", headers=REFRESH)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login"
    async with pages.store.read() as session:
        assert await session.scalar(select(func.max(col(AuditEntry.seq)))) == before


async def test_the_badge_stands_on_every_page_and_hides_at_none(pages: Pages) -> None:
    li = await pages.inside("Li")
    for path in ("/", "/participants", "/cohort", "/participants/PRCA-001"):
        assert '<b class="count" data-live="alerts">' in (await li.get(path)).text
    ada = await pages.inside("Ada")
    assert "refresh.js" not in (await ada.get("/staff")).text
