"""The monthly report for paper: doses, alerts, messages, visits and levels of one month, each from its report."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import Response

from messages.text import catalogue
from protocol.moments import local_date
from protocol.terms import PromptState
from reports.adherence import adherence_report
from reports.alerts import alert_report
from reports.delivery import delivery_report
from reports.levels import level_report
from reports.outcomes import outcome_report
from reports.visits import visit_report
from web.cohort_words import CohortWords
from web.cookies import language_of
from web.dates import Dates
from web.desk import desk_of, signed_in
from web.person_words import PersonWords
from web.rendering import frame_of, render

DAY: Final = timedelta(days=1)
EARLIEST: Final = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month; both days belong to it."""

    first: date
    last: date

    @property
    def before(self) -> str:
        return f"{self.first - DAY:%Y-%m}"

    @property
    def after(self) -> str:
        return f"{self.last + DAY:%Y-%m}"


def month_of(text: str, today: date) -> Month:
    """The month of `YYYY-MM`; of anything else, or one that has not begun, this month."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = today
    first = first.replace(day=1)
    if not EARLIEST <= first <= today:
        first = today.replace(day=1)
    return Month(first, (first + 31 * DAY).replace(day=1) - DAY)


async def show_month(request: Request) -> Response:
    """Of the participants this reader may see; `?of=YYYY-MM`."""
    desk, who, frame = desk_of(request), signed_in(request), await frame_of(request)
    month = month_of(request.query_params.get("of", ""), local_date(frame.as_of, ZoneInfo(frame.tz)))
    whole: dict[str, Any] = {"as_of": frame.as_of, "site": who.staff.site_code}
    within: dict[str, Any] = {**whole, "from_on": month.first, "to_on": month.last}
    facts: dict[str, Any] = {
        "alerts": await alert_report(desk.store, desk.trial.alerts, **within),
        "delivery": await delivery_report(desk.store, **within),
    }
    try:
        facts["adherence"] = await adherence_report(desk.study, desk.trial, **within)
        visits = await visit_report(desk.study, desk.trial, **whole)
        facts["outcomes"] = await outcome_report(desk.study, desk.trial, **whole)
        levels = await level_report(desk.study, desk.trial, **whole)
        facts["visits"] = [row for row in visits.rows if month.first <= row.visit.planned_on <= month.last]
        zone = ZoneInfo(frame.tz)
        facts["levels"] = [
            row for row in levels.rows if month.first <= local_date(row.result.drawn_at, zone) <= month.last
        ]
    except DBAPIError:
        facts["adherence"] = None
    language = language_of(request, who)
    texts = catalogue(language)
    page: Response = render(
        request,
        "month.html",
        frame=frame,
        month=month,
        over=month.last < local_date(frame.as_of, ZoneInfo(frame.tz)),
        says=CohortWords(texts),
        person_says=PersonWords(texts, desk.trial.sheet, language),
        names={plan.key: plan.label for plan in desk.trial.visits},
        sent=[(state, count) for state in PromptState if (count := facts["delivery"].messages(state))],
        span=lambda seconds: "–" if seconds is None else Dates(language).span(timedelta(seconds=seconds)),
        **facts,
    )
    return page
