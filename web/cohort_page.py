"""The cohort: each figure with its rows and its export, for the monthly look and for paper."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import Response

from messages.text import catalogue
from protocol.moments import local_date
from protocol.terms import PromptState
from reports.adherence import AdherenceReport, AdherenceRow, adherence_report
from reports.alerts import alert_report
from reports.cohort import CohortReport, Week, cohort_report
from reports.delivery import DeliveryReport, delivery_report
from reports.freshness import freshness
from reports.levels import LevelReport, LevelRow, level_report
from reports.outcomes import OutcomeReport, outcome_report
from reports.printed import Printed, printed_adherence, printed_delivery
from reports.printed_alerts import printed_alerts
from reports.printed_cohort import printed_cohort
from reports.printed_labs import printed_levels, printed_outcomes
from reports.printed_symptoms import printed_symptoms
from reports.printed_visits import printed_visits
from reports.symptoms import ItemCount, SymptomReport, symptom_report
from reports.visits import VisitReport, visit_report
from web.charts import Point, plot
from web.cohort_words import CohortWords
from web.cookies import language_of
from web.dates import Dates
from web.desk import Desk, desk_of, signed_in
from web.errors import refusal
from web.rendering import Frame, frame_of, render
from web.told_words import ToldWords

AT_LEAST = 80.0  # % of the scheduled doses: the line of the figure, drawn at neither bound alone
WEEKS_SHOWN = 26
TOLD_SHOWN = 12
SHADES = (50.0, 70.0, 80.0, 90.0, 100.0)  # % taken, from the lightest shade to the darkest
WIDE, NARROW, HIGH = 960, 360, 300
PARTS = ("cohort", "adherence", "levels", "outcomes", "visits", "symptoms", "alerts", "delivery")


@dataclass(frozen=True, slots=True)
class AdherenceBar:
    """One participant's taking: silence as not taken, as reported, silence as taken; %, None without any dose."""

    code: str
    low: float
    reported: float | None
    high: float


@dataclass(frozen=True, slots=True)
class WeekCell:
    """One week of one participant in the heat map; `shade` from 0 (least) to 5, None where nothing was called for."""

    week: Week
    shade: int | None


@dataclass(frozen=True, slots=True)
class _Study:
    """What the study database says; one moment for all of it."""

    cohort: CohortReport
    adherence: AdherenceReport
    levels: LevelReport
    outcomes: OutcomeReport
    visits: VisitReport
    symptoms: SymptomReport


async def show_cohort(request: Request) -> Response:
    """Every figure over the participants this reader may see."""
    desk, who = desk_of(request), signed_in(request)
    frame, site = await frame_of(request), who.staff.site_code
    try:
        found = await _study(desk, frame.as_of, site)
    except DBAPIError:
        found = None
    facts: dict[str, Any] = {
        "answered": await alert_report(desk.store, desk.trial.alerts, as_of=frame.as_of, site=site)
    }
    facts["deliveries"] = _delivered(await delivery_report(desk.store, as_of=frame.as_of, site=site))
    language = language_of(request, who)
    facts |= {
        "says": CohortWords(catalogue(language)),
        "told_as": ToldWords(desk.trial.sheet, language),
        "spans": partial(_span, Dates(language)),
    }
    page: Response = render(request, "cohort.html", frame=frame, study=found, **facts, **_drawn(desk, frame, found))
    return page


async def take_out(request: Request) -> Response:
    """One report as CSV, as `anshi report` gives it; the export is audited."""
    desk, who = desk_of(request), signed_in(request)
    name, at, site = request.path_params["name"], desk.now(), who.staff.site_code
    make = _EXPORTS.get(name)
    if make is None:
        return refusal(request, 404)
    printed = await make(desk, at, site)
    async with desk.store.change(at=at, actor=who.actor) as change:
        change.audit("export", "report", name, new={"site": site or "all", "rows": len(printed.flat.rows)})
    told = f'attachment; filename="anshi-{name}-{at:%Y%m%dT%H%MZ}.csv"'
    # The mark of UTF-8: without it a spreadsheet in China reads the Chinese in it as something else.
    return Response("\ufeff" + printed.as_csv(), media_type="text/csv", headers={"content-disposition": told})


async def _study(desk: Desk, at: datetime, site: str | None) -> _Study:
    return _Study(
        await cohort_report(desk.study, desk.trial, as_of=at, site=site),
        await adherence_report(desk.study, desk.trial, as_of=at, site=site),
        await level_report(desk.study, desk.trial, as_of=at, site=site),
        await outcome_report(desk.study, desk.trial, as_of=at, site=site),
        await visit_report(desk.study, desk.trial, as_of=at, site=site),
        await symptom_report(desk.study, desk.trial, as_of=at, site=site),
    )


def _drawn(desk: Desk, frame: Frame, found: _Study | None) -> dict[str, Any]:
    if found is None:
        return {}
    bars = adherence_bars(found.adherence.rows)
    known = [bar.reported for bar in bars if bar.reported is not None]
    weeks = {code: tuple(cell_of(week) for week in all_weeks) for code, all_weeks in found.cohort.weeks.items()}
    shown = max((len(row) for row in weeks.values()), default=0)
    first_week = max(0, shown - WEEKS_SHOWN)
    points = level_points(found.levels.rows, {row.code: row.first_taken_on for row in found.outcomes.rows}, frame.tz)
    rules = desk.trial.trough
    band = (rules.target_low, rules.target_high)
    return {
        "bars": bars,
        "names": {plan.key: plan.label for plan in desk.trial.visits},
        "middle": median(known) if known else None,
        "surely": sum(bar.low >= AT_LEAST for bar in bars),
        "perhaps": sum(bar.high >= AT_LEAST for bar in bars),
        "told": most_told(found.symptoms.items),
        "weeks": {code: row[first_week:] for code, row in weeks.items()},
        "week_numbers": range(first_week + 1, shown + 1),
        "plots": [
            (plot(points, width=width, height=HIGH, band=band), css)
            for width, css in ((WIDE, "wide-only"), (NARROW, "narrow-only"))
        ],
    }


def adherence_bars(rows: Sequence[AdherenceRow]) -> list[AdherenceBar]:
    """The lowest first: who stands at the top needs a look. Without any scheduled dose there is no bar."""
    bars = []
    for row in rows:
        taking = row.counted.adherence.taking
        low, high = taking.lower.percent, taking.upper.percent
        if low is not None and high is not None:
            bars.append(AdherenceBar(row.code, low, taking.reported.percent, high))
    return sorted(bars, key=lambda bar: (bar.low, bar.high, bar.code))


def cell_of(week: Week) -> WeekCell:
    """The shade of a week by the share surely taken."""
    share = week.taken_percent
    return WeekCell(week, None if share is None else sum(share >= limit for limit in SHADES))


def most_told(items: Sequence[ItemCount]) -> list[ItemCount]:
    """What most people told, the most first; a question with options stands by its options."""
    asked = {one.item for one in items if one.option is not None}
    told = [one for one in items if one.told and (one.option is not None or one.item not in asked)]
    return sorted(told, key=lambda one: (-one.people, -one.told))[:TOLD_SHOWN]


def level_points(rows: Sequence[LevelRow], began: Mapping[str, date], tz: str) -> list[Point]:
    """Levels by the week of the trial; filled: a valid trough. A value the assay could not tell stands at its bound."""
    points = []
    for row in rows:
        day_one = began.get(row.code)
        if day_one is None:
            continue
        drawn_on = local_date(row.result.drawn_at, ZoneInfo(tz))
        says = f"{row.code} · {drawn_on} · {row.result.value:g} {row.result.unit}"
        points.append(Point((drawn_on - day_one).days / 7, row.result.value, says, row.flags.valid_trough is True))
    return points


def _span(dates: Dates, seconds: float | None) -> str:
    return "–" if seconds is None else dates.span(timedelta(seconds=seconds))


def _delivered(report: DeliveryReport) -> dict[str, Any]:
    return {"report": report, "states": [(state, count) for state in PromptState if (count := report.messages(state))]}


async def _cohort_out(desk: Desk, at: datetime, site: str | None) -> Printed:
    found = await cohort_report(desk.study, desk.trial, as_of=at, site=site)
    return printed_cohort(found, await freshness(desk.store, as_of=at))


async def _adherence_out(desk: Desk, at: datetime, site: str | None) -> Printed:
    found = await adherence_report(desk.study, desk.trial, as_of=at, site=site)
    return printed_adherence(found, await freshness(desk.store, as_of=at))


async def _levels_out(desk: Desk, at: datetime, site: str | None) -> Printed:
    found = await level_report(desk.study, desk.trial, as_of=at, site=site)
    return printed_levels(found, desk.trial, await freshness(desk.store, as_of=at))


async def _outcomes_out(desk: Desk, at: datetime, site: str | None) -> Printed:
    found = await outcome_report(desk.study, desk.trial, as_of=at, site=site)
    return printed_outcomes(found, desk.trial, await freshness(desk.store, as_of=at))


async def _visits_out(desk: Desk, at: datetime, site: str | None) -> Printed:
    found = await visit_report(desk.study, desk.trial, as_of=at, site=site)
    return printed_visits(found, await freshness(desk.store, as_of=at))


async def _symptoms_out(desk: Desk, at: datetime, site: str | None) -> Printed:
    found = await symptom_report(desk.study, desk.trial, as_of=at, site=site)
    return printed_symptoms(found, await freshness(desk.store, as_of=at))


async def _alerts_out(desk: Desk, at: datetime, site: str | None) -> Printed:
    return printed_alerts(await alert_report(desk.store, desk.trial.alerts, as_of=at, site=site))


async def _delivery_out(desk: Desk, at: datetime, site: str | None) -> Printed:
    return printed_delivery(await delivery_report(desk.store, as_of=at, site=site))


_MAKERS = (
    _cohort_out,
    _adherence_out,
    _levels_out,
    _outcomes_out,
    _visits_out,
    _symptoms_out,
    _alerts_out,
    _delivery_out,
)
_EXPORTS: Mapping[str, Callable[[Desk, datetime, str | None], Awaitable[Printed]]] = dict(
    zip(PARTS, _MAKERS, strict=True)
)
