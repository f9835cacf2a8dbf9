"""A visit on paper: when it is, what to bring, what is due, and the doses since the last time they came."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import Response

from messages.text import catalogue
from models.access import AccessDeniedError, access_participant
from models.participant import Participant
from protocol.adherence import Adherence
from protocol.moments import local_date
from protocol.visits import TO_COME, Procedure, VisitState
from reports.adherence import adherence_report
from reports.days import participant_days
from reports.visits import VisitRow, visit_report
from web.cookies import language_of
from web.desk import Desk, desk_of, signed_in
from web.errors import refusal
from web.marks import Cell, Mark, cells
from web.person_words import PersonWords
from web.rendering import Frame, frame_of, render
from web.sight import note_reading

DAY: Final = timedelta(days=1)
PLAIN: Final = (Mark.TAKEN, Mark.OPEN)
"""Days that need no line of their own."""


@dataclass(frozen=True, slots=True)
class Since:
    """The doses from the day after they last came (else from the first one) up to today or the day of the visit."""

    last: VisitRow | None
    cells: tuple[Cell, ...]
    counts: Mapping[Mark, int]
    adherence: Adherence | None

    @property
    def to_speak_of(self) -> list[Cell]:
        """Days on which something else happened than a dose taken in time."""
        return [cell for cell in self.cells if cell.mark not in PLAIN]


async def show_visit_sheet(request: Request) -> Response:
    """`?visit=` names the visit by its key; without it, the next one to come. The reading is audited."""
    desk, who = desk_of(request), signed_in(request)
    frame, code = await frame_of(request), request.path_params["code"]
    try:
        async with desk.store.read() as session:
            person = await access_participant(session, who.actor, code)
    except AccessDeniedError:
        return refusal(request, 404)
    await note_reading(request, "read_visit_sheet", "participant", person.id, participant_id=person.id)
    try:
        report = await visit_report(desk.study, desk.trial, as_of=frame.as_of, code=code)
        row = chosen(report.rows, request.query_params.get("visit", ""), _today(frame, person))
        since = await _since(desk, frame, person, report.rows, row) if row else None
    except DBAPIError:
        return refusal(request, 503)
    language = language_of(request, who)
    plans = {plan.key: plan for plan in desk.trial.visits}
    plan = plans.get(row.visit.key) if row else None
    page: Response = render(
        request,
        "visit_sheet.html",
        frame=frame,
        person=person,
        row=row,
        rows=report.rows,
        plan=plan,
        names={key: plan.label for key, plan in plans.items()},
        due=procedures(desk.trial.procedures, plans[row.visit.key].procedures)
        if row and row.visit.key in plans
        else [],
        since=since,
        person_says=PersonWords(catalogue(language), desk.trial.sheet, language),
    )
    return page


def chosen(rows: Sequence[VisitRow], key: str, today: date) -> VisitRow | None:
    """The visit of this key, else the next one to come, else the last one; None where there is none."""
    named = [row for row in rows if row.visit.key == key]
    to_come = [row for row in rows if row.visit.state in TO_COME and row.visit.planned_on >= today]
    return next(iter([*named, *to_come, *reversed(rows)]), None)


def procedures(known: Sequence[Procedure], keys: Sequence[str]) -> list[Procedure]:
    """What is done at a visit, in the order of the protocol file."""
    return [one for one in known if one.key in keys]


def last_before(rows: Sequence[VisitRow], row: VisitRow) -> VisitRow | None:
    """The visit before this one to which they came."""
    came = [one for one in rows if one.visit.state is VisitState.ATTENDED and one.visit.attended_on is not None]
    before = [one for one in came if one is not row and (one.visit.attended_on or date.max) < row.visit.planned_on]
    return max(before, key=lambda one: one.visit.attended_on or date.min, default=None)


async def _since(desk: Desk, frame: Frame, person: Participant, rows: Sequence[VisitRow], row: VisitRow) -> Since:
    last = last_before(rows, row)
    from_on = last.visit.attended_on + DAY if last and last.visit.attended_on else None
    to_on = min(row.visit.attended_on or row.visit.planned_on, _today(frame, person))
    days = await participant_days(desk.study, person.code, from_on=from_on, to_on=to_on)
    marked = cells(days, desk.trial, as_of=frame.as_of)
    report = await adherence_report(
        desk.study, desk.trial, as_of=frame.as_of, code=person.code, from_on=from_on, to_on=to_on
    )
    counted = report.rows[0].counted.adherence if report.rows else None
    return Since(last, tuple(marked), Counter(cell.mark for cell in marked), counted)


def _today(frame: Frame, person: Participant) -> date:
    return local_date(frame.as_of, ZoneInfo(person.tz))
