"""Every action asks once, shows what it will send, and is done once; bad input keeps what was typed."""

import re
from datetime import date, timedelta

import httpx
import pytest
from sqlmodel import col, select

from messages.text import catalogue
from models.dose import DoseEvent, DoseOrderRow, ScheduledDose
from models.lab import LabResult
from models.ledger import AuditEntry
from models.participant import Participant
from models.prompt import Prompt
from models.visit import Visit
from protocol.terms import DoseAnswer, DoseState, Language, OrderKind, PromptState, Source
from protocol.visits import VisitState
from tests.web.cast import NOW
from tests.web.conftest import Pages
from tests.web.test_walls import session_token
from web.deed_groups import DeedGroup
from web.deed_words import DeedWords
from web.deeds import ASKED_FOR, DEEDS, deed_named

CODE = "PRCA-003"
TODAY = date(2026, 11, 22)
HOLD = {"from_on": "2026-11-23", "until_on": "2026-11-25", "reason": "mouth ulcers"}


def marks(page: httpx.Response) -> dict[str, str]:
    """The hidden fields of the form that does it."""
    form = re.search(r'<form method="post" action="[^"]+">(.*?)<button class="primary">', page.text, re.DOTALL)
    assert form, page.text
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[1]))


async def look(
    pages: Pages, browser: httpx.AsyncClient, deed: str, typed: dict[str, str], code: str = CODE
) -> httpx.Response:
    data = {"form_token": session_token(pages, browser), "sure": "", **typed}
    return await browser.post(f"/participants/{code}/{deed}", data=data)


async def does(browser: httpx.AsyncClient, deed: str, page: httpx.Response, code: str = CODE) -> httpx.Response:
    return await browser.post(f"/participants/{code}/{deed}", data=marks(page))


async def orders(pages: Pages, code: str = CODE) -> list[DoseOrderRow]:
    query = (
        select(DoseOrderRow)
        .join(Participant, col(Participant.id) == col(DoseOrderRow.participant_id))
        .where(col(Participant.code) == code)
    )
    async with pages.store.read() as session:
        return list(await session.scalars(query.order_by(col(DoseOrderRow.version))))


async def written(pages: Pages) -> int:
    """How much the audit holds beside readings."""
    async with pages.store.read() as session:
        rows = await session.scalars(select(AuditEntry).where(col(AuditEntry.action).not_like("read_%")))
        return len(list(rows))


async def waiting(pages: Pages) -> list[tuple[str, str]]:
    async with pages.store.read() as session:
        rows = await session.scalars(select(Prompt).where(Prompt.state == PromptState.WAITING))
        return sorted((row.kind.value, row.due_at.isoformat()) for row in rows)


async def test_the_look_leaves_nothing_behind_and_the_deed_does_what_it_showed(pages: Pages) -> None:
    browser = await pages.inside("Wu")
    before = await written(pages), len(await orders(pages)), await waiting(pages)
    page = await look(pages, browser, "hold", HOLD)
    assert page.status_code == 200
    assert (await written(pages), len(await orders(pages)), await waiting(pages)) == before
    assert "mouth ulcers" in page.text
    done = await does(browser, "hold", page)
    assert (done.status_code, done.headers["location"]) == (303, f"/participants/{CODE}?told=hold")
    newest = (await orders(pages))[-1]
    assert (newest.kind, newest.from_on, newest.until_on) == (OrderKind.HOLD, date(2026, 11, 23), date(2026, 11, 25))
    assert (newest.ordered_by, newest.reason) == ("Wu", "mouth ulcers")


async def test_what_is_pressed_twice_is_done_once_and_the_second_press_shows_a_new_look(pages: Pages) -> None:
    browser = await pages.inside("Wu")
    page = await look(pages, browser, "hold", HOLD)
    await does(browser, "hold", page)
    again = await does(browser, "hold", page)
    assert (again.status_code, 'role="alert"' in again.text) == (200, True)
    assert [one.kind for one in await orders(pages)].count(OrderKind.HOLD) == 1


async def test_a_look_is_stale_once_somebody_else_has_changed_the_record(pages: Pages) -> None:
    browser, other = await pages.inside("Wu"), await pages.inside("Li")
    page = await look(pages, browser, "hold", HOLD)
    call = await look(pages, other, "call", {"today": TODAY.isoformat(), "answer1": "undone", "reason": "said so"})
    assert (await does(other, "call", call)).status_code == 303
    stale = await does(browser, "hold", page)
    assert stale.status_code == 200
    assert OrderKind.HOLD not in [one.kind for one in await orders(pages)]
    assert (await does(browser, "hold", stale)).status_code == 303


@pytest.mark.parametrize("read", ["", "/days/2026-11-20", "/visit-sheet"])
async def test_a_look_does_not_go_stale_because_somebody_reads(pages: Pages, read: str) -> None:
    browser, other = await pages.inside("Wu"), await pages.inside("Li")
    page = await look(pages, browser, "hold", HOLD)
    assert (await other.get(f"/participants/{CODE}{read}")).status_code == 200
    assert (await does(browser, "hold", page)).status_code == 303


async def test_nobody_can_change_a_value_after_the_look(pages: Pages) -> None:
    browser = await pages.inside("Wu")
    page = await look(pages, browser, "hold", HOLD)
    altered = {**marks(page), "until_on": "2027-11-25"}
    answer = await browser.post(f"/participants/{CODE}/hold", data=altered)
    assert (answer.status_code, "2027-11-25" in answer.text) == (200, True), "it is shown, not done"
    assert OrderKind.HOLD not in [one.kind for one in await orders(pages)]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({**HOLD, "reason": " "}, "reason"),
        ({**HOLD, "from_on": "2026-11-21"}, "from_on"),
        ({**HOLD, "from_on": "tomorrow"}, "from_on"),
        ({**HOLD, "until_on": "2026-11-22"}, "until_on"),
    ],
)
async def test_bad_input_is_marked_at_its_field_and_everything_typed_is_kept(
    pages: Pages, typed: dict[str, str], field: str
) -> None:
    browser = await pages.inside("Wu")
    page = await look(pages, browser, "hold", typed)
    assert page.status_code == 422
    assert f'id="w-{field}"' in page.text
    for value in typed.values():
        assert value.strip() in page.text
    assert OrderKind.HOLD not in [one.kind for one in await orders(pages)]


async def test_what_the_trial_refuses_is_told_and_changes_nothing(pages: Pages) -> None:
    browser = await pages.inside("Wu")
    page = await look(pages, browser, "resume", {"from_on": "2026-11-22", "reason": "well again"})
    assert (page.status_code, "没有等待研究者决定的事项" in page.text) == (422, True)
    half = {"dose_mg": "0.7", "every_days": "1", "from_on": "2026-11-23", "reason": "level 20"}
    page = await look(pages, browser, "order", half)
    assert (page.status_code, "level 20" in page.text) == (422, True)
    assert len(await orders(pages)) == 1


async def test_going_back_keeps_what_was_typed(pages: Pages) -> None:
    browser = await pages.inside("Wu")
    page = await look(pages, browser, "hold", HOLD)
    back = await browser.post(f"/participants/{CODE}/hold", data={**marks(page), "sure": "again"})
    assert (back.status_code, "mouth ulcers" in back.text, 'value="2026-11-25"' in back.text) == (200, True, True)


async def test_an_unknown_field_and_a_choice_that_is_not_offered_are_refused(pages: Pages) -> None:
    browser = await pages.inside("Li")
    for typed in ({"today": TODAY.isoformat(), "state": "taken"}, {"today": TODAY.isoformat(), "answer1": "extra"}):
        assert (await look(pages, browser, "call", typed)).status_code == 422
    nobody = await browser.post(f"/participants/{CODE}/call", data={"sure": "", "today": TODAY.isoformat()})
    assert nobody.status_code == 403, "without the session's own token"


async def doses(pages: Pages, state: DoseState) -> list[tuple[str, ScheduledDose]]:
    """Of the last days of the first site, by code."""
    query = (
        select(Participant.code, ScheduledDose)
        .join(Participant, col(Participant.id) == col(ScheduledDose.participant_id))
        .where(
            ScheduledDose.state == state,
            col(ScheduledDose.due_on) > TODAY - timedelta(days=7),
            col(ScheduledDose.due_on) < TODAY,
            col(Participant.site_code) == "PUMCH",
        )
    )
    async with pages.store.read() as session:
        return [(code, dose) for code, dose in await session.execute(query)]


async def test_several_days_of_a_call_are_recorded_on_one_screen_with_their_source(pages: Pages) -> None:
    browser = await pages.inside("Li")
    code, dose = (await doses(pages, DoseState.UNREPORTED))[0]
    ago = (TODAY - dose.due_on).days
    typed = {"today": TODAY.isoformat(), f"answer{ago}": "taken", f"time{ago}": "08:20", "reason": "asked by phone"}
    page = await look(pages, browser, "call", typed, code)
    assert page.status_code == 200, page.text
    assert (await does(browser, "call", page, code)).status_code == 303
    async with pages.store.read() as session:
        (event,) = await session.scalars(select(DoseEvent).where(DoseEvent.dose_id == dose.id))
    assert (event.answer, event.source, event.reported_by) == (DoseAnswer.TAKEN, Source.STAFF_CALL, "Li")
    assert event.taken_at is not None
    assert event.taken_at < NOW


async def test_a_record_is_corrected_with_a_reason_and_never_without(pages: Pages) -> None:
    browser = await pages.inside("Li")
    code, dose = next(one for one in await doses(pages, DoseState.TAKEN) if one[1].due_on == TODAY - timedelta(days=1))
    typed = {"today": TODAY.isoformat(), "answer1": "not_taken", "why1": "forgot"}
    page = await look(pages, browser, "call", typed, code)
    assert (page.status_code, "更正须在下面写明原因" in page.text) == (422, True)
    page = await look(pages, browser, "call", {**typed, "reason": "had mixed up the days"}, code)
    await does(browser, "call", page, code)
    async with pages.store.read() as session:
        events = list(
            await session.scalars(
                select(DoseEvent).where(DoseEvent.dose_id == dose.id).order_by(col(DoseEvent.recorded_at))
            )
        )
    assert [(one.answer, one.superseded) for one in events] == [(DoseAnswer.TAKEN, True), (DoseAnswer.NOT_TAKEN, False)]
    assert events[1].correction_reason == "had mixed up the days"


async def test_a_visit_is_added_moved_and_recorded_and_the_look_names_what_moves_with_it(pages: Pages) -> None:
    browser = await pages.inside("Li")
    added = {"on": "2026-12-10", "at": "09:30", "draw": "yes", "fasting": "no"}
    page = await look(pages, browser, "visit-add", added)
    assert page.status_code == 200, page.text
    assert (await does(browser, "visit-add", page)).status_code == 303
    visit = next(one for one in await visits(pages) if one.key == "unscheduled-1")
    assert (visit.planned_on, visit.draw, visit.recorded_by) == (date(2026, 12, 10), True, "Li")
    moved = {"visit": "unscheduled-1", "on": "2026-12-12", "at": "10:00"}
    page = await look(pages, browser, "visit-move", moved)
    told = catalogue(Language.ZH).gettext("is altered"), catalogue(Language.ZH).gettext("will be sent")
    assert any(word in page.text for word in told), "the messages of the visit move with it"
    await does(browser, "visit-move", page)
    assert [one.planned_on for one in await visits(pages) if one.key == "unscheduled-1"] == [date(2026, 12, 12)]
    early = await look(pages, browser, "visit-attended", {"visit": "unscheduled-1", "on": "2026-12-12"})
    assert (early.status_code, 'id="w-on"' in early.text) == (422, True)
    page = await look(pages, browser, "visit-cancel", {"visit": "unscheduled-1"})
    await does(browser, "visit-cancel", page)
    assert [one.state for one in await visits(pages) if one.key == "unscheduled-1"] == [VisitState.CANCELLED]


async def visits(pages: Pages) -> list[Visit]:
    async with pages.store.read() as session:
        return list(await session.scalars(select(Visit)))


async def test_a_visit_that_cannot_become_that_is_not_offered(pages: Pages) -> None:
    browser = await pages.inside("Li")
    for deed in ("visit-drawn", "visit-accept"):
        text = (await browser.get(f"/participants/{CODE}/{deed}")).text
        assert catalogue(Language.ZH).gettext("There is no such visit of this participant now.") in text
        answer = await look(
            pages, browser, deed, {"visit": "m6", "at": "08:00"} if deed == "visit-drawn" else {"visit": "m6"}
        )
        assert answer.status_code == 422


LAB = {
    "analyte": "haemoglobin", "value": "98", "unit": "g/L", "drawn_on": "2026-11-20", "drawn_time": "08:10",
    "laboratory": "PUMCH", "assay": "", "fasting": "", "lower": "", "upper": "", "draw_number": "", "confirm": "",
}  # fmt: skip


async def test_a_hardly_possible_value_is_asked_about_and_kept_only_when_typed_again(pages: Pages) -> None:
    browser = await pages.inside("Li")
    page = await look(pages, browser, "lab", {**LAB, "value": "9.8"})
    assert page.status_code == 422
    assert 'value="9.8"' in page.text
    page = await look(pages, browser, "lab", LAB)
    await does(browser, "lab", page)
    async with pages.store.read() as session:
        (row,) = await session.scalars(select(LabResult))
    assert (row.analyte, row.value, row.unit, row.recorded_by) == ("haemoglobin", 98.0, "g/L", "Li")
    again = await look(pages, browser, "lab", LAB)
    assert (again.status_code, "已有第1号结果" in again.text) == (422, True)


async def test_each_row_of_the_worklist_leads_to_what_it_asks_for_and_a_monitor_is_offered_nothing(
    pages: Pages,
) -> None:
    links = re.compile(r'href="/participants/([A-Z0-9-]+)/([a-z-]+)"')
    browser = await pages.inside("Li")
    offered = set(links.findall((await browser.get("/")).text))
    assert {("PRCA-010", "call"), ("PRCA-013", "invite")} <= offered
    for code, deed in offered:
        assert (await browser.get(f"/participants/{code}/{deed}")).status_code == 200
    assert not links.findall((await (await pages.inside("Mo")).get("/")).text)


def test_what_a_row_asks_for_is_an_action_there_is() -> None:
    assert all(deed_named(name) for name in ASKED_FOR.values())


async def test_each_reader_is_offered_what_they_may_do(pages: Pages) -> None:
    offered = {}
    for name in ("Wu", "Li", "Mo"):
        text = (await (await pages.inside(name)).get(f"/participants/{CODE}")).text
        offered[name] = set(re.findall(rf'<a href="/participants/{CODE}/([a-z-]+)"', text))
    assert offered["Mo"] == set()
    assert "call" in offered["Li"]
    assert "hold" not in offered["Li"]
    assert {"call", "hold", "resume", "order", "discontinue"} <= offered["Wu"]


@pytest.mark.parametrize("language", Language)
def test_every_action_and_every_heading_has_its_words(language: Language) -> None:
    says = DeedWords(catalogue(language))
    assert all([*(says.title(deed.name) and says.about(deed.name) for deed in DEEDS), *map(says.group, DeedGroup)])


def test_every_action_under_which_a_name_stands_asks_again_who_sits_there() -> None:
    assert {deed.name for deed in DEEDS if deed.proven} >= {"order", "hold", "resume", "discontinue"}
    assert len({deed.name for deed in DEEDS}) == len(DEEDS)
