"""One participant: calendar, course, adherence, orders, visits, tablets, alerts, events and the audit."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select
from starlette.requests import Request
from starlette.responses import Response

from actions.travel import journey_at_hand
from messages.text import catalogue
from models.access import AccessDeniedError, access_participant
from models.alert import Alert
from models.dose import DoseOrderRow
from models.open_alerts import ranked_alerts, still_open
from models.participant import Participant
from models.session import Change
from protocol.adherence import Adherence
from protocol.moments import local_date
from protocol.terms import OrderKind
from reports.adherence import adherence_report
from reports.days import ReportedDay
from reports.worklist import Row, alert_row
from web.alerts_page import TOLD
from web.cookies import language_of
from web.days import days_of, months
from web.deed_words import DeedWords
from web.deeds import actions_of, deed_named
from web.desk import Desk, desk_of, signed_in
from web.errors import refusal
from web.figures import figures
from web.form_words import FormWords
from web.marks import cells
from web.people import like_a_code
from web.permissions import ROLES
from web.person_sections import records_of, studied
from web.person_words import PersonWords
from web.rendering import frame_of, render
from web.sight import note_reading
from web.travel_deeds import journey_line


async def show_participant(request: Request) -> Response:
    """One person; the reading is audited, and so is a refused one."""
    desk, who = desk_of(request), signed_in(request)
    frame, code = await frame_of(request), request.path_params["code"]
    async with desk.store.change(at=frame.as_of, actor=who.actor) as change:
        try:
            person = await access_participant(change.session, who.actor, code)
        except AccessDeniedError:
            change.audit("read_participant_refused", "participant", code if like_a_code(code) else "")
            return refusal(request, 404)
        orders, alerts = await _orders(change, person), await _alerts(change, person)
        records = await records_of(change, person)
        journey = await journey_at_hand(change.session, person.id, frame.as_of) if person.turns_at else None
    await note_reading(request, "read_participant", "participant", person.id, participant_id=person.id)
    found = await days_of(desk, code)
    marked = cells(found or [], desk.trial, as_of=frame.as_of)
    adherence = await _adherence(desk, code, frame.as_of) if found else None
    today = local_date(frame.as_of, ZoneInfo(person.tz))
    told, language = request.query_params.get("told", ""), language_of(request, who)
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
        figures=figures(adherence, desk.trial.metrics, catalogue(language)) if adherence else [],
        day_of_study=_day_of_study(found or [], today),
        records=records,
        journey=journey_line(journey, language, catalogue(language)) if journey else "",
        studied=await studied(desk, person, marked, orders, frame.as_of) if found is not None else None,
        form_says=FormWords(catalogue(language)),
        person_says=PersonWords(catalogue(language), desk.trial.sheet, language),
        names={plan.key: plan.label for plan in desk.trial.visits},
        told=told if told in TOLD else "",
        done=deed_named(told),
        deeds=actions_of(person, ROLES[who.staff.role]),
        deed_words=DeedWords(catalogue(language)),
    )
    return page


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
    ranked = await ranked_alerts(change.session, change.at, col(Alert.participant_id) == person.id, still_open())
    return [alert_row(one) for one in ranked]


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
