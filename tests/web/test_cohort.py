"""The cohort page: its numbers are those of the reports, each has its rows, and another site's people are not in it."""

import csv
import io
import re

import pytest
from sqlmodel import select

from messages.text import catalogue
from models.ledger import AuditEntry
from protocol.response import ResponseKind
from protocol.terms import Cause, Language, PromptState
from reports.adherence import adherence_report
from reports.cohort import Week, cohort_report
from tests.web.cast import NOW
from tests.web.conftest import Pages
from web.charts import Point, plot
from web.cohort_page import PARTS, cell_of
from web.cohort_words import CohortWords


async def test_the_flow_and_the_bars_are_those_of_the_reports_of_the_own_site(pages: Pages) -> None:
    text = (await (await pages.inside("Li")).get("/cohort")).text
    found = await cohort_report(pages.study, pages.trial, as_of=NOW, site="PUMCH")
    assert f"<li><b>{found.flow.enrolled}</b>" in text
    report = await adherence_report(pages.study, pages.trial, as_of=NOW, site="PUMCH")
    for row in report.rows:
        taking = row.counted.adherence.taking
        if taking.lower.percent is not None and taking.upper.percent is not None:
            assert f"{taking.lower.percent:.0f}%–{taking.upper.percent:.0f}%" in text
    shown = set(re.findall(r'class="code" href="/participants/([^"]+)"', text))
    assert shown == set(found.weeks)
    assert "PRCA-101" not in text


async def test_every_week_of_a_participant_is_a_cell_and_silence_is_marked(pages: Pages) -> None:
    text = (await (await pages.inside("Li")).get("/cohort")).text
    weeks = (await cohort_report(pages.study, pages.trial, as_of=NOW, site="PUMCH")).weeks
    assert text.count('<td class="shade-') == sum(len(found) for found in weeks.values())
    silent = sum(week.silent > 0 for found in weeks.values() for week in found)
    assert text.count(' silent" title=') == silent > 0


@pytest.mark.parametrize("name", PARTS)
async def test_each_figure_has_its_rows_as_csv_and_the_export_is_audited(pages: Pages, name: str) -> None:
    browser = await pages.inside("Li")
    answer = await browser.get(f"/cohort/{name}.csv")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="anshi-{name}-')
    assert answer.text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert all(len(row) == len(rows[0]) for row in rows)
    assert "PRCA-101" not in answer.text, "of another site"
    async with pages.store.read() as session:
        exports = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "export"))).all()
    assert [(one.record_id, one.actor) for one in exports] == [(name, "staff:Li")]


async def test_there_is_no_export_of_any_other_name(pages: Pages) -> None:
    browser = await pages.inside("Li")
    for name in ("identity", "..%2f..%2fetc%2fpasswd", "worklist"):
        assert (await browser.get(f"/cohort/{name}.csv")).status_code == 404


async def test_who_sees_no_participant_sees_no_cohort(pages: Pages) -> None:
    browser = await pages.inside("Ada")
    assert (await browser.get("/cohort")).status_code == 403
    assert (await browser.get("/cohort/adherence.csv")).status_code == 403


async def test_a_trial_of_nobody_says_what_will_be_there(bare: Pages) -> None:
    text = (await (await bare.inside("Li")).get("/cohort")).text
    assert catalogue(Language.ZH).gettext("Nobody is enrolled yet") in text


@pytest.mark.parametrize("language", Language)
def test_every_state_has_its_words(language: Language) -> None:
    says = CohortWords(catalogue(language))
    words = [says.response(kind) for kind in ResponseKind] + [says.delivery(state) for state in PromptState]
    assert all([*words, *(says.missing(cause) for cause in Cause), says.missing("unknown")])


def week(*, taken: int, unreported: int = 0, held: int = 0) -> Week:
    return Week(1, taken, 0, 0, unreported, 0, held)


def test_a_week_is_shaded_by_what_was_surely_taken_and_a_held_one_by_nothing() -> None:
    assert cell_of(week(taken=7)).shade == 5
    assert cell_of(week(taken=6, unreported=1)).shade == 3, "silence is never counted as taken"
    assert cell_of(week(taken=0, unreported=7)).shade == 0
    assert cell_of(week(taken=0, held=7)).shade is None


def test_a_plot_keeps_every_point_inside_its_axes_and_the_greater_value_higher() -> None:
    points = [Point(-2, 3, "before day 1"), Point(0, 0, "none"), Point(103, 38.5, "high"), Point(26, 7, "usual")]
    for width in (360, 960):
        drawn = plot(points, width=width, height=300, band=(4, 15))
        assert all(drawn.left <= dot.x <= drawn.right and drawn.top <= dot.y <= drawn.bottom for dot in drawn.dots)
        assert drawn.dots[2].y < drawn.dots[3].y < drawn.dots[1].y
        assert drawn.band is not None
        assert drawn.top <= drawn.band[0] < drawn.band[1] <= drawn.bottom
        assert len(drawn.across) <= width // 40


def test_a_plot_of_nothing_has_axes() -> None:
    drawn = plot([], width=360, height=300)
    assert len(drawn.across) > 1
    assert len(drawn.up) > 1
