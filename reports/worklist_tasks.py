"""What waits for a human beside alerts and doses: questions, forms, guards, visits, decisions, orders."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from models.dose import DoseOrderRow
from models.journey import JourneyRow
from models.order_proposal import OrderProposal
from models.participant import Participant
from models.visit import Visit
from protocol.moments import local_date, moment
from protocol.terms import Channel
from protocol.trial import Trial
from protocol.visits import VisitState
from reports.guard_tasks import GuardTask, guard_tasks
from reports.lab_tasks import unverified
from reports.month_six_tasks import undecided
from reports.order_tasks import open_proposals, open_read_backs
from reports.proposed_draws import proposed_draws
from reports.silent_checks import SilentCheck, silent_checks
from reports.unsigned_forms import UnsignedForms, unsigned_forms
from reports.visits_at_hand import visits_at_hand
from reports.visits_away import visits_away
from reports.worklist_rows import UNSIGNED, Row, Section, Why


async def task_rows(session: AsyncSession, trial: Trial, as_of: datetime, site: str | None) -> list[Row]:
    """In no order yet; in all sites or in one."""
    rows = [_check_row(one) for one in await silent_checks(session, trial, as_of)]
    rows += [_form_row(one) for one in await unsigned_forms(session, as_of)]
    rows += [_guard_row(one) for one in await guard_tasks(session, trial, as_of)]
    rows += [_draw_row(one, visit) for one, visit in await proposed_draws(session, as_of, site)]
    rows += [_visit_row(one, visit, as_of) for one, visit in await visits_at_hand(session, as_of)]
    rows += [_away_row(one, visit, journey) for one, visit, journey in await visits_away(session, as_of)]
    rows += [_month_row(one, on) for one, on in await undecided(session, trial, as_of)]
    rows += [_told_row(one, since) for one, since in await unverified(session, as_of)]
    rows += [_proposal_row(one, step) for one, step in await open_proposals(session, as_of)]
    rows += [_read_back_row(one, order) for one, order in await open_read_backs(session, as_of)]
    return [row for row in rows if site in (None, row.site_code)]


def _check_row(silent: SilentCheck) -> Row:
    one = silent.participant
    why = Why.CHECK_BY_PHONE if silent.by_phone else Why.CHECK_UNANSWERED
    return Row(Section.CHECK, why, one.code, one.site_code, silent.since, tz=one.tz)


def _guard_row(one: GuardTask) -> Row:
    person = one.participant
    return Row(
        Section.GUARD,
        Why.GUARD_BY_PHONE if one.by_phone else Why.GUARD_NOT_COUNSELLED,
        person.code,
        person.site_code,
        moment(one.since, time(0), ZoneInfo(person.tz)),
        tz=person.tz,
        guards=one.guards,
    )


def _form_row(unsigned: UnsignedForms) -> Row:
    one = unsigned.participant
    why = UNSIGNED[unsigned.kind]
    return Row(Section.FORM, why, one.code, one.site_code, unsigned.since, tz=one.tz, times=unsigned.count)


def _draw_row(one: Participant, visit: Visit) -> Row:
    since, on = visit.recorded_at, visit.planned_on
    return Row(Section.VISIT, Why.TROUGH_PROPOSED, one.code, one.site_code, since, tz=one.tz, due_on=on)


def _away_row(one: Participant, visit: Visit, journey: JourneyRow) -> Row:
    since, on = max(journey.recorded_at, visit.recorded_at), visit.planned_on
    return Row(Section.VISIT, Why.VISIT_AWAY, one.code, one.site_code, since, tz=one.tz, due_on=on, draw=visit.draw)


def _visit_row(one: Participant, visit: Visit, as_of: datetime) -> Row:
    """The day is that of the participant's wall; one still to come waits since the list shows it."""
    zone = ZoneInfo(one.tz)
    today, on = local_date(as_of, zone), visit.planned_on
    why = Why.VISIT_TODAY if on == today else Why.VISIT_TOMORROW if on > today else Why.VISIT_NOT_RECORDED
    since = min(as_of, moment(on, visit.planned_time or time(0), zone))
    by_phone = one.channel is Channel.PHONE
    return Row(
        Section.VISIT,
        why,
        one.code,
        one.site_code,
        since,
        tz=one.tz,
        due_on=on,
        draw=visit.draw,
        by_phone=by_phone,
        confirmed=visit.state is VisitState.CONFIRMED,
    )


def _month_row(one: Participant, on: date) -> Row:
    since = moment(on, time(0), ZoneInfo(one.tz))
    return Row(Section.DECISION, Why.MONTH_SIX_UNDECIDED, one.code, one.site_code, since, tz=one.tz, due_on=on)


def _told_row(one: Participant, since: datetime) -> Row:
    on = local_date(since, ZoneInfo(one.tz))
    return Row(Section.DECISION, Why.LAB_UNVERIFIED, one.code, one.site_code, since, tz=one.tz, due_on=on)


def _proposal_row(one: Participant, step: OrderProposal) -> Row:
    why = Why.PROPOSAL_UNSIGNED
    return Row(Section.ORDER, why, one.code, one.site_code, step.recorded_at, tz=one.tz, due_on=step.from_on)


def _read_back_row(one: Participant, order: DoseOrderRow) -> Row:
    """`until` is when it becomes an alert."""
    since, until = order.recorded_at, order.read_back_due_at
    why = Why.READ_BACK_OPEN
    return Row(Section.ORDER, why, one.code, one.site_code, since, tz=one.tz, until=until, due_on=order.from_on)
