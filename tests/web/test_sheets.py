"""What is made for paper: the sheet of a visit and the monthly report say what their reports say."""

from datetime import date, timedelta
from typing import Any

import pytest

from reports.adherence import adherence_report
from reports.alerts import alert_report
from reports.outcomes import outcome_report
from reports.visits import visit_report
from tests.web.cast import NOW
from tests.web.conftest import Pages
from tests.web.course import CODE, prepare
from web.month_page import month_of
from web.visit_sheet import chosen, last_before

DAY = timedelta(days=1)
CAME_ON = (NOW - 55 * DAY).date()
SHEET = f"/participants/{CODE}/visit-sheet"


async def test_the_sheet_counts_the_doses_after_the_last_visit_as_the_report_does(pages: Pages) -> None:
    await prepare(pages)
    text = (await (await pages.inside("Dan")).get(SHEET)).text
    since: dict[str, Any] = {"from_on": CAME_ON + DAY, "to_on": date(2026, 11, 22)}
    report = await adherence_report(pages.study, pages.trial, as_of=NOW, code=CODE, **since)
    found = report.rows[0].counted.adherence
    assert f"<b>{found.taking.reported.percent:.1f}%</b>" in text
    assert f"({found.taking.lower.percent:.1f}%–{found.taking.upper.percent:.1f}%)" in text
    assert f"遵医嘱暂停用药: <b>{found.held}</b>" in text
    assert f"未服药: <b>{found.not_taken}</b>" in text


async def test_the_sheet_names_what_is_due_and_what_to_bring(pages: Pages) -> None:
    await prepare(pages)
    dan = await pages.inside("Dan")
    text = (await dan.get(SHEET)).text
    assert "<small>第2个月</small>" in text
    assert text.count('class="box"') == 4  # three procedures of month 2, and the tablets
    assert "请带上" in text
    earlier = (await dan.get(SHEET, params={"visit": "w2"})).text
    assert "自首次服药起" in earlier


async def test_the_next_visit_stands_where_none_or_a_strange_one_is_named(pages: Pages) -> None:
    await prepare(pages)
    rows = (await visit_report(pages.study, pages.trial, as_of=NOW, code=CODE)).rows
    keys = [(chosen(rows, key, date(2026, 11, 22)) or rows[0]).visit.key for key in ("", "../x", "w2", "m2")]
    assert keys == ["m2", "m2", "w2", "m2"]
    assert chosen((), "w2", date(2026, 11, 22)) is None
    assert last_before(rows, rows[0]) is None
    assert last_before(rows, rows[1]) is rows[0]


async def test_who_has_no_visit_has_a_sheet_that_says_so(pages: Pages) -> None:
    answer = await (await pages.inside("Dan")).get("/participants/PRCA-012/visit-sheet")
    assert answer.status_code == 200
    assert "尚未安排访视" in answer.text


async def test_the_month_has_the_numbers_of_the_reports_with_the_same_dates(pages: Pages) -> None:
    await prepare(pages)
    text = (await (await pages.inside("Li")).get("/cohort/month", params={"of": "2026-10"})).text
    october: dict[str, Any] = {"as_of": NOW, "site": "PUMCH", "from_on": date(2026, 10, 1), "to_on": date(2026, 10, 31)}
    report = await adherence_report(pages.study, pages.trial, **october)
    assert report.pooled is not None
    found = report.pooled.adherence
    assert f"计划服药{found.scheduled}次：全量服药{found.taken}次" in text
    for row in report.rows:
        assert f'>{row.code}</th><td class="number">{row.counted.adherence.scheduled}<' in text
    assert "PRCA-101" not in text
    assert text.partition('id="levels"')[2].partition("</section>")[0].count('<tr><th scope="row"') == 1


async def test_the_month_has_the_outcomes_of_the_report(pages: Pages) -> None:
    text = (await (await pages.inside("Li")).get("/cohort/month")).text.partition('id="outcomes"')[2]
    report = await outcome_report(pages.study, pages.trial, as_of=NOW, site="PUMCH")
    table = text.partition("</section>")[0]
    assert [row.code for row in report.rows if f">{row.code}</a>" not in table] == []
    assert table.count('<tr><th scope="row"') == len(report.rows) > 3


async def test_the_alerts_of_a_month_are_those_opened_in_it(pages: Pages) -> None:
    li = await pages.inside("Li")
    november = (await li.get("/cohort/month")).text.partition('id="alerts"')[2].partition("</section>")[0]
    months: dict[str, Any] = {"from_on": date(2026, 11, 1), "to_on": date(2026, 11, 30)}
    report = await alert_report(pages.store, pages.trial.alerts, as_of=NOW, site="PUMCH", **months)
    assert november.count('<tr><th scope="row"') == len(report.counts) == 5
    assert "本月没有开启预警" in (await li.get("/cohort/month", params={"of": "2026-09"})).text


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-12", date(2025, 12, 1), date(2025, 12, 31)),
        ("2026-12", date(2026, 11, 1), date(2026, 11, 30)),
        ("", date(2026, 11, 1), date(2026, 11, 30)),
        ("1066-10", date(2026, 11, 1), date(2026, 11, 30)),
        ("<script>", date(2026, 11, 1), date(2026, 11, 30)),
    ],
)
def test_a_month_is_whole_and_has_begun(text: str, first: date, last: date) -> None:
    found = month_of(text, date(2026, 11, 22))
    assert (found.first, found.last) == (first, last)
