"""The parts of a participant's page below the calendar: course, visits, tablets, events, closed alerts, audit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from actions.forms import F, newest_forms, signature_of
from models.adverse_event import AdverseEvent
from models.alert import Alert
from models.dose import DoseOrderRow
from models.form import FormSignature
from models.medication import Medication
from models.open_alerts import RankedAlert, ranked_alerts
from models.participant import Participant
from models.pregnancy import Pregnancy
from models.session import Change
from protocol.moments import local_date
from reports.person_audit import PersonAudit, person_audit
from reports.tablets import TabletReport, tablet_report
from reports.timeline import course_report
from reports.visits import VisitRow, visit_report
from web.desk import Desk
from web.marks import Cell
from web.timeline import Drawing, Facts, drawing, facts_of

AUDIT_SHOWN: Final = 30
ALERTS_SHOWN: Final = 50
WIDTHS: Final = ((960, "wide-only"), (360, "narrow-only"))


@dataclass(frozen=True, slots=True)
class Records:
    """What the operational store keeps about one person; forms with the signature under their newest version."""

    events: tuple[tuple[AdverseEvent, FormSignature | None], ...]
    medications: tuple[tuple[Medication, FormSignature | None], ...]
    pregnancies: tuple[tuple[Pregnancy, FormSignature | None], ...]
    closed: tuple[RankedAlert, ...]
    audit: PersonAudit


@dataclass(frozen=True, slots=True)
class Studied:
    """What the study database has about one person."""

    facts: Facts
    drawings: tuple[tuple[Drawing, str], ...]
    visits: tuple[VisitRow, ...]
    tablets: TabletReport


async def records_of(change: Change, person: Participant) -> Records:
    """Within the transaction that let the reader through the site wall."""
    session = change.session
    mine = (col(Alert.participant_id) == person.id, col(Alert.closed_at).is_not(None))
    closed = sorted(await ranked_alerts(session, change.at, *mine), key=_closed_at, reverse=True)
    return Records(
        await _forms(session, AdverseEvent, person),
        await _forms(session, Medication, person),
        await _forms(session, Pregnancy, person),
        tuple(closed[:ALERTS_SHOWN]),
        await person_audit(session, person.id, as_of=change.at, most=AUDIT_SHOWN),
    )


async def _forms(
    session: AsyncSession, table: type[F], person: Participant
) -> tuple[tuple[F, FormSignature | None], ...]:
    """The newest version of each, without those that were entered in error."""
    rows = [row for row in await newest_forms(session, table, person.id) if not row.in_error]
    return tuple([(row, await signature_of(session, row)) for row in rows])


async def studied(
    desk: Desk, person: Participant, marked: Sequence[Cell], orders: Sequence[DoseOrderRow], at: datetime
) -> Studied | None:
    """Each part from its report; None where the study database does not answer."""
    told: dict[str, Any] = {"as_of": at, "code": person.code}
    try:
        course = await course_report(desk.study, desk.trial, **told)
        visits = await visit_report(desk.study, desk.trial, **told)
        tablets = await tablet_report(desk.study, desk.trial, **told)
    except DBAPIError:
        return None
    today = local_date(at, ZoneInfo(person.tz))
    facts = facts_of(course, marked, [row.order() for row in orders], today=today, tz=person.tz)
    rules = desk.trial.trough
    drawn = tuple(
        (drawing(facts, width=width, band=(rules.target_low, rules.target_high)), css) for width, css in WIDTHS
    )
    return Studied(facts, drawn, visits.rows, tablets)


def _closed_at(one: RankedAlert) -> datetime:
    closed_at = one.alert.closed_at
    if closed_at is None:
        raise ValueError(f"alert {one.alert.id} is open")
    return closed_at
