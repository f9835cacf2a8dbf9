"""Participants: the list with the last 14 days, and one person's calendar, adherence, orders and open alerts."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select
from starlette.requests import Request
from starlette.responses import Response

from messages.text import catalogue
from models.access import AccessDeniedError, access_participant, access_participants
from models.alert import Alert
from models.dose import DoseOrderRow
from models.participant import Participant
from models.session import Change
from protocol.adherence import Adherence
from protocol.moments import local_date
from protocol.terms import OrderKind
from reports.adherence import adherence_report
from reports.days import CohortMember, ReportedDay, cohort
from reports.worklist import Row, alert_row, urgency
from web.cookies import language_of
from web.days import days_of, months, recent_cells
from web.desk import Desk, desk_of, signed_in
from web.errors import refusal
from web.figures import figures
from web.marks import cells
from web.rendering import frame_of, render

STRIP_DAYS = 14
CODE_MAX = 32
TOLD = ("acknowledged", "closed", "gone", "outcome_missing")


async def show_participants(request: Request) -> Response:
    """Everybody this reader may see; the reading is audited."""
    desk, who = desk_of(request), signed_in(request)
    frame = await frame_of(request)
    async with desk.store.change(at=frame.as_of, actor=who.actor) as change:
        people = await access_participants(change.session, who.actor)
        change.audit("read_participants", "site", who.staff.site_code or "all", new={"shown": len(people)})
    members = await _members(desk, who.staff.site_code)
    strips = await recent_cells(desk, [one.code for one in people], as_of=frame.as_of, days=STRIP_DAYS)
    page: Response = render(request, "participants.html", frame=frame, people=people, members=members, strips=strips)
    return page


async def show_participant(request: Request) -> Response:
    """One person; the reading is audited, and so is a refused one."""
    desk, who = desk_of(request), signed_in(request)
    frame, code = await frame_of(request), request.path_params["code"]
    async with desk.store.change(at=frame.as_of, actor=who.actor) as change:
        try:
            person = await access_participant(change.session, who.actor, code)
        except AccessDeniedError:
            change.audit("read_participant_refused", "participant", code if _like_a_code(code) else "")
            return refusal(request, 404)
        orders, alerts = await _orders(change, person), await _alerts(change, person)
        change.audit("read_participant", "participant", person.id, participant_id=person.id)
    found = await days_of(desk, code)
    marked = cells(found or [], desk.trial, as_of=frame.as_of)
    adherence = await _adherence(desk, code, frame.as_of) if found else None
    today = local_date(frame.as_of, ZoneInfo(person.tz))
    told = request.query_params.get("told", "")
    page: Response = render(
        request,
        "participant.html",
        frame=frame,
        person=person,
        orders=orders,
        alerts=alerts,
        study_answers=found is not None,
        months=months(marked),
        current=_current(orders, today),
        adherence=adherence,
        figures=figures(adherence, desk.trial.metrics, catalogue(language_of(request, who))) if adherence else [],
        day_of_study=_day_of_study(found or [], today),
        told=told if told in TOLD else "",
    )
    return page


async def _members(desk: Desk, site: str | None) -> dict[str, CohortMember] | None:
    try:
        return {member.code: member for member in await cohort(desk.study, site)}
    except DBAPIError:
        return None


async def _adherence(desk: Desk, code: str, as_of: datetime) -> Adherence | None:
    try:
        report = await adherence_report(desk.study, desk.trial, as_of=as_of, code=code)
    except DBAPIError:
        return None
    return report.rows[0].counted.adherence if report.rows else None


async def _orders(change: Change, person: Participant) -> Sequence[DoseOrderRow]:
    mine = select(DoseOrderRow).where(col(DoseOrderRow.participant_id) == person.id)
    return (await change.session.execute(mine.order_by(col(DoseOrderRow.version).desc()))).scalars().all()


async def _alerts(change: Change, person: Participant) -> list[Row]:
    mine = (col(Alert.participant_id) == person.id, col(Alert.closed_at).is_(None))
    found = (await change.session.execute(select(Alert).where(*mine))).scalars()
    return sorted((alert_row(alert, person) for alert in found), key=urgency)


def _current(orders: Sequence[DoseOrderRow], on: date) -> DoseOrderRow | None:
    """The dose in force on a date; the newest version decides. None before the first and after the last."""
    begun = (one for one in orders if one.from_on <= on and one.kind in (OrderKind.DOSE, OrderKind.DISCONTINUE))
    newest = next(begun, None)
    return newest if newest is not None and newest.kind is OrderKind.DOSE else None


def _day_of_study(days: Sequence[ReportedDay], on: date) -> int | None:
    """Today's number: day 1 is the day of the first dose taken, and there is no day 0."""
    numbered = next((day for day in days if day.study_day is not None and day.study_day > 0), None)
    if numbered is None or numbered.study_day is None:
        return None
    return numbered.study_day + (on - numbered.due_on).days


def _like_a_code(text: str) -> bool:
    """A code may be kept in the audit; whatever else somebody typed may be a name."""
    return len(text) <= CODE_MAX and text.isascii() and text.replace("-", "").isalnum()
