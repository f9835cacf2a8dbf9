"""The one page of a participant: the course as drawn and as told, and each part from its report."""

from datetime import date, timedelta
from itertools import pairwise

from protocol.lab_entry import LabSource
from protocol.orders import DoseOrder
from protocol.terms import Cause, OrderKind
from reports.person_audit import person_audit
from reports.tablets import tablet_report
from reports.timeline import Course, course_report
from reports.visits import visit_report
from tests.web.cast import NOW, SHANGHAI
from tests.web.conftest import Pages
from tests.web.course import CODE, HAEMOGLOBIN, LEVELS, TRANSFUSED_ON, prepare
from tests.web.test_log_in import form_token
from web.marks import Cell, Mark
from web.timeline import STROKES, drawing, facts_of

DAY = timedelta(days=1)
TODAY = date(2026, 11, 22)
NOTHING = Course((), (), (), ())


async def shown(pages: Pages, code: str = CODE) -> str:
    return (await (await pages.inside("Dan")).get(f"/participants/{code}")).text


async def test_the_table_beside_the_drawing_tells_every_value(pages: Pages) -> None:
    await prepare(pages)
    text = await shown(pages)
    course = await course_report(pages.study, pages.trial, as_of=NOW, code=CODE)
    assert [one.value for one in course.haemoglobin] == [
        value for _, value, source in HAEMOGLOBIN if source is LabSource.STAFF
    ]
    assert [row.result.value for row in course.levels] == [value for _, value in LEVELS]
    assert course.transfused_on == (TRANSFUSED_ON,)
    table = text.partition('class="rows course-rows"')[2].partition("</table>")[0]
    for told in [f"{value:g} g/L" for _, value, source in HAEMOGLOBIN if source is LabSource.STAFF] + [
        f"{value:g} ng/mL" for _, value in LEVELS
    ]:
        assert told in table
    assert table.count(">▼<") == 1
    assert table.count(">▲<") == 1
    for value in [value for _, value, source in HAEMOGLOBIN if source is LabSource.PARTICIPANT]:
        assert f"{value:g} g/L" not in text  # what nobody has seen the sheet of stands in no course


async def test_each_part_of_the_page_is_as_long_as_its_report(pages: Pages) -> None:
    await prepare(pages)
    text = await shown(pages)
    visits = await visit_report(pages.study, pages.trial, as_of=NOW, code=CODE)
    tablets = await tablet_report(pages.study, pages.trial, as_of=NOW, code=CODE)
    assert _rows(text, "visits") == len(visits.rows) == 2
    assert _rows(text, "tablets") == len(tablets.rows) == 1
    assert _rows(text, "events") == 1
    expected = tablets.rows[0].expected
    assert f">{expected.low}–{expected.high}<" in text


async def test_a_closed_alert_moves_below_with_what_came_of_it(pages: Pages) -> None:
    li = await pages.inside("Li")
    path = "/participants/PRCA-008"
    fields = {"form_token": form_token(await li.get(path)), "back": path, "outcome": "Called; is well"}
    await li.post(f"/alerts/{pages.cast.alerts['PRCA-008']}/close", data=fields)
    text = (await li.get(path)).text
    assert _rows(text, "closed") == 1
    assert "Called; is well" in text.partition('id="closed"')[2]


async def test_the_audit_is_of_this_person_alone(pages: Pages) -> None:
    li = await pages.inside("Li")
    for code in ("PRCA-001", "PRCA-002"):
        await li.get(f"/participants/{code}")
    page = await li.get("/participants/PRCA-001")
    async with pages.store.read() as session:
        others = (await person_audit(session, "nobody", as_of=NOW, most=9)).entries
    assert others == 0
    assert _rows(page.text, "audit") == page.text.count("<code>read_participant</code>") == 1


async def test_nobody_of_another_site_sees_a_course(pages: Pages) -> None:
    await prepare(pages)
    otto = await pages.inside("Otto")
    assert (await otto.get(f"/participants/{CODE}")).status_code == 404


async def test_a_participant_without_anything_has_an_empty_course_and_a_page(pages: Pages) -> None:
    text = await shown(pages, "PRCA-012")
    assert 'class="plot course wide-only"' in text
    assert text.count("<path") == text.count('class="logo-tick"')


def test_every_day_is_drawn_once_and_its_place_is_its_date() -> None:
    marks = [Mark.TAKEN, Mark.TAKEN, Mark.NOT_TAKEN, Mark.HELD, Mark.TAKEN, Mark.UNREPORTED]
    cells = [Cell(TODAY - (5 - at) * DAY, mark, 1, 1, None, SHANGHAI, None) for at, mark in enumerate(marks)]
    facts = facts_of(NOTHING, cells, [], today=TODAY, tz=SHANGHAI)
    drawn = drawing(facts, width=960, band=(4, 15))
    assert {mark: path.count(STROKES[mark]) for mark, path in drawn.doses} == {
        Mark.TAKEN: 3, Mark.NOT_TAKEN: 1, Mark.HELD: 1, Mark.UNREPORTED: 1,
    }  # fmt: skip
    assert [(run.mark, run.doses) for run in facts.runs][:2] == [(Mark.TAKEN, 2), (Mark.NOT_TAKEN, 1)]
    last = next(path for mark, path in drawn.doses if mark is Mark.UNREPORTED)
    assert last.startswith(f"M{drawn.right} ")


def test_what_was_ordered_is_told_day_by_day() -> None:
    first = TODAY - 30 * DAY
    orders = [
        DoseOrder(1, OrderKind.DOSE, first, 1.0),
        DoseOrder(2, OrderKind.HOLD, first + 10 * DAY, until_on=first + 12 * DAY),
        DoseOrder(3, OrderKind.DOSE, first + 20 * DAY, 2.0),
        DoseOrder(4, OrderKind.DISCONTINUE, first + 25 * DAY),
    ]
    facts = facts_of(NOTHING, [], orders, today=TODAY, tz=SHANGHAI)
    told = [(one.dose.dose_mg if one.dose else None, one.held, one.discontinued) for one in facts.stretches]
    assert told == [
        (1.0, False, False),
        (1.0, True, False),
        (1.0, False, False),
        (2.0, False, False),
        (None, False, True),
    ]
    for before, after in pairwise(facts.stretches):
        assert after.from_on == before.until_on + DAY


def test_two_years_of_dates_stay_readable() -> None:
    cells = [Cell(TODAY - ago * DAY, Mark.TAKEN, 1, 1, None, SHANGHAI, Cause.ORDER) for ago in range(730, -1, -1)]
    facts = facts_of(NOTHING, cells, [], today=TODAY, tz=SHANGHAI)
    for width in (360, 960):
        places = [x for x, _ in drawing(facts, width=width, band=(4, 15)).dates]
        assert len(places) > 1
        assert min(after - before for before, after in pairwise(places)) > 60


def _rows(text: str, section: str) -> int:
    return text.partition(f'id="{section}"')[2].partition("</section>")[0].count('<tr><th scope="row"')
