"""The list and one person's page: the days as the study has them, every figure with its bounds and definition."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from messages.text import catalogue
from models.alert import Alert
from protocol.moments import local_date
from protocol.terms import (
    AlertKind,
    Cause,
    Channel,
    DoseState,
    Language,
    Level,
    OrderKind,
    ParticipantState,
    Role,
)
from reports.adherence import adherence_report
from reports.days import participant_days
from reports.worklist import Row, Section, Why
from tests.web.cast import NOW, SHANGHAI
from tests.web.conftest import Pages
from tests.web.test_log_in import form_token
from web.days import months, strip
from web.marks import GLYPHS, Cell, Mark, cells
from web.words import Words


async def test_every_figure_stands_beside_its_bounds_and_its_definition(pages: Pages) -> None:
    text = (await (await pages.inside("Li")).get("/participants/PRCA-001")).text
    report = await adherence_report(pages.study, pages.trial, as_of=NOW, code="PRCA-001")
    taking = report.rows[0].counted.adherence.taking
    for share in (taking.lower, taking.reported, taking.upper):
        assert f"{share.percent:.1f}%" in text
    assert f"{taking.reported.numerator:g} ÷ {taking.reported.denominator:g}" in text
    assert text.count('class="figure') - 1 == text.count('class="definition"')


async def test_the_calendar_has_one_cell_for_each_day_that_was_due(pages: Pages) -> None:
    days = await participant_days(pages.study, "PRCA-001")
    text = (await (await pages.inside("Li")).get("/participants/PRCA-001")).text
    assert text.count('<td class="cell ') == len(days)
    held = [day for day in days if day.state is DoseState.HELD]
    assert text.count('<td class="cell held"') == len(held) == 5


async def test_the_strip_ends_today_and_the_months_begin_on_a_monday(pages: Pages) -> None:
    marked = cells(await participant_days(pages.study, "PRCA-001"), pages.trial, as_of=NOW)
    today = local_date(NOW, ZoneInfo(SHANGHAI))
    last = strip(marked, SHANGHAI, as_of=NOW, days=14)
    assert [cell.on if cell else None for cell in last] == [today - timedelta(days=ago) for ago in range(13, -1, -1)]
    for month in months(marked):
        for week in month.weeks:
            days = [place.on if isinstance(place, Cell) else place for place in week]
            assert [day.weekday() for day in days if day] == [at for at, day in enumerate(days) if day]


async def test_a_study_that_does_not_answer_leaves_the_pages_standing(pages: Pages) -> None:
    async with pages.study.write(at=NOW) as session:
        connection = await session.connection()
        await connection.exec_driver_sql("ALTER TABLE participant_day RENAME TO away")
    li = await pages.inside("Li")
    for path in ("/", "/participants/PRCA-001"):
        assert (await li.get(path)).status_code == 200
    assert "研究数据库没有响应" in (await li.get("/participants/PRCA-001")).text


async def test_the_language_changes_by_a_form_and_stays(pages: Pages) -> None:
    li = await pages.inside("Li")
    token = form_token(await li.get("/participants"))
    fields = {"form_token": token, "language": "en", "back": "/participants/PRCA-001"}
    assert (await li.post("/language", data=fields)).headers["location"] == "/participants/PRCA-001"
    page = await li.get("/participants/PRCA-001")
    assert '<html lang="en">' in page.text
    assert "Dose calendar" in page.text
    assert (await li.get("/", params={"lang": "zh"})).text.count('<html lang="en">') == 1


async def test_what_people_wrote_never_becomes_markup(pages: Pages) -> None:
    async with pages.store.change(at=NOW) as change:
        alert = await change.session.get(Alert, pages.cast.alerts["PRCA-006"])
        assert alert is not None
        alert.acknowledged_by = "<script>alert(1)</script>"
        change.session.add(alert)
    text = (await (await pages.inside("Li")).get("/")).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


async def test_live_and_ready_need_no_log_in_and_name_what_is_missing(bare: Pages) -> None:
    browser = bare.browser()
    assert (await browser.get("/livez")).text == "ok\n"
    assert (await browser.get("/readyz")).status_code == 200
    bare.not_ready += ["study database"]
    answer = await browser.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "study database\n")


@pytest.mark.parametrize("language", list(Language))
def test_every_member_of_every_closed_set_has_its_words(language: Language) -> None:
    words = Words(catalogue(language))
    said = [words.state(one) for one in DoseState]
    said += [words.mark(one) for one in Mark]
    said += [words.cause(one) for one in Cause]
    said += [words.level(one) for one in Level]
    said += [words.role(one) for one in Role]
    said += [words.participant(one) for one in ParticipantState]
    said += [words.channel(one) for one in Channel]
    said += [words.order(one) for one in OrderKind]
    rows = [Row(Section.ALERT, Why.ALERT, None, None, NOW, kind=kind) for kind in AlertKind]
    rows += [Row(Section.DOSE, why, "PRCA-001", "PUMCH", NOW) for why in Why]
    said += [sentence for row in rows for sentence in (words.why(row), words.todo(row))]
    assert all(said)
    if language is Language.ZH:
        chinese = [sentence for sentence in said if any("一" <= character <= "鿿" for character in sentence)]
        assert set(said) - set(chinese) == {"Telegram"}


def test_the_house_words_for_the_states_are_the_ones_that_were_agreed() -> None:
    words = Words(catalogue(Language.ZH))
    agreed = ["待报告", "已服药", "部分服药", "未服药", "未报告", "系统未询问", "遵医嘱暂停用药"]
    assert [words.state(one) for one in DoseState] == agreed
    assert words.mark(Mark.LATE) == "晚服（当日）"


def test_no_two_marks_share_a_glyph() -> None:
    assert set(GLYPHS) == set(Mark)
    assert len(set(GLYPHS.values())) == len(Mark)
