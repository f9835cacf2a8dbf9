"""The visits of a week on one page, and what is recorded of each."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from messages.text import catalogue
from models.participant import Participant
from models.visit import Visit
from protocol.moments import local_date
from protocol.visits import TO_COME, VisitState
from reports.visit_week import WEEK, monday_of, visit_week
from web.cookies import language_of
from web.desk import desk_of, signed_in
from web.permissions import Permission
from web.permissions import may as may_open
from web.person_words import PersonWords
from web.rendering import frame_of, render
from web.sight import note_reading


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One visit. `late`: its day is over, and nobody has written what became of it."""

    person: Participant
    visit: Visit
    late: bool
    deed: str | None  # what can be recorded of it now


async def show_visits(request: Request) -> Response:
    """The week of `?week=`, any of its days; else this one. The reading is audited."""
    desk, who, frame = desk_of(request), signed_in(request), await frame_of(request)
    monday = monday_of(_asked(request) or local_date(frame.as_of, ZoneInfo(frame.tz)))
    async with desk.store.read() as session:
        found = await visit_week(session, monday, who.staff.site_code)
    await note_reading(
        request, "read_visits", "site", who.staff.site_code or "all", new={"week": monday, "shown": len(found)}
    )
    language = language_of(request, who)
    records = may_open(who.staff.role, Permission.RECORD)
    page: Response = render(
        request,
        "visits.html",
        frame=frame,
        monday=monday,
        last=monday + WEEK,
        one_day=timedelta(days=1),
        before=monday - WEEK,
        rows=[_row(one, visit, frame.as_of, records=records) for one, visit in found],
        names={plan.key: plan.label for plan in desk.trial.visits},
        person_says=PersonWords(catalogue(language), desk.trial.sheet, language),
    )
    return page


def _asked(request: Request) -> date | None:
    try:
        asked = date.fromisoformat(request.query_params.get("week", ""))
    except ValueError:
        return None
    return asked if date.min + WEEK < asked < date.max - 2 * WEEK else None


def _row(one: Participant, visit: Visit, as_of: datetime, *, records: bool) -> WeekRow:
    today = local_date(as_of, ZoneInfo(one.tz))
    waits = visit.state in TO_COME
    deed = None
    if records and visit.state is VisitState.PROPOSED:
        deed = "visit-accept"
    elif records and waits:
        blood = visit.draw and visit.drawn_at is None and visit.planned_on == today
        deed = "visit-move" if visit.planned_on > today else "visit-drawn" if blood else "visit-attended"
    return WeekRow(one, visit, waits and visit.planned_on < today, deed)
