"""Today's worklist from the operational store: who needs a human, why, and since when; the worst first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.alert import Alert
from models.dose import ScheduledDose
from models.identity import ChatLink
from models.open_alerts import RankedAlert, ranked_alerts, still_open
from models.participant import Invitation, Participant
from models.session import Store
from protocol.moments import local_date
from protocol.terms import Cause, Channel, DoseState, Level, LinkRole, ParticipantState
from protocol.trial import Trial
from reports.prepared import is_prepared
from reports.worklist_rows import Row as Row
from reports.worklist_rows import Section as Section
from reports.worklist_rows import Why as Why
from reports.worklist_tasks import task_rows

SILENT_AFTER = timedelta(hours=2)  # the last repeat of the proposed ladder has gone out by then
LOOKS_BACK = timedelta(days=3)  # today and yesterday in every zone
TOOK = (DoseState.TAKEN, DoseState.TAKEN_PARTLY)


@dataclass(frozen=True, slots=True)
class Counts:
    """Today's doses whose time has come, in numbers; `to_call` counts people."""

    red: int
    due_today: int
    taken_today: int
    open_today: int
    to_call: int


@dataclass(frozen=True, slots=True)
class Worklist:
    """The list as of a moment."""

    as_of: datetime
    site: str | None
    counts: Counts
    rows: tuple[Row, ...]

    def section(self, section: Section) -> tuple[Row, ...]:
        """The rows of one part."""
        return tuple(row for row in self.rows if row.section is section)


async def worklist_report(store: Store, trial: Trial, *, as_of: datetime, site: str | None = None) -> Worklist:
    """Everything that waits for a human as of a moment, in all sites or in one; nothing in an unprepared store."""
    if not await is_prepared(store):
        return Worklist(as_of, site, Counts(0, 0, 0, 0, 0), ())
    async with store.read() as session:
        alerts = await _alerts(session, as_of, site)
        people = await _people(session, as_of, site)
        tasks = await task_rows(session, trial, as_of, site)
    told = [_rows(person, as_of) for person in people] + [tasks]
    rows = sorted((row for rows in told for row in rows), key=_order)
    return Worklist(as_of, site, _counts(alerts, people, rows, as_of), (*alerts, *rows))


@dataclass(frozen=True, slots=True)
class _Person:
    participant: Participant
    doses: Sequence[ScheduledDose]  # of the last days, those whose time has come, earliest first
    ever_took: bool
    linked: bool
    invitation: Invitation | None

    def dose_of(self, days_ago: int, as_of: datetime) -> ScheduledDose | None:
        on = local_date(as_of, ZoneInfo(self.participant.tz)) - timedelta(days=days_ago)
        return next((dose for dose in reversed(self.doses) if dose.due_on == on), None)

    @property
    def by_phone(self) -> bool:
        return self.participant.channel is Channel.PHONE or (
            self.participant.state is ParticipantState.ACTIVE and not self.linked
        )


def _of_site(column: Any, site: str | None) -> ColumnElement[bool]:
    return true() if site is None else col(column) == site


async def _alerts(session: AsyncSession, as_of: datetime, site: str | None) -> list[Row]:
    here = (still_open(), col(Alert.opened_at) <= as_of, _of_site(Alert.site_code, site))
    return [alert_row(one) for one in await ranked_alerts(session, as_of, *here)]


def alert_row(one: RankedAlert) -> Row:
    """An open alert as a row of the list."""
    alert, participant = one.alert, one.participant
    return Row(
        Section.ALERT,
        Why.ALERT,
        participant.code if participant else None,
        alert.site_code,
        alert.opened_at,
        tz=participant.tz if participant else None,
        alert_id=alert.id,
        kind=alert.kind,
        level=alert.level,
        times=alert.times,
        paged=alert.paged,
        possible_sae=one.standing.possible_sae,
        overdue=one.standing.overdue,
        acknowledged_at=alert.acknowledged_at,
        acknowledged_by=alert.acknowledged_by,
    )


async def _people(session: AsyncSession, as_of: datetime, site: str | None) -> list[_Person]:
    here = (
        col(Participant.state).in_((ParticipantState.ENROLLED, ParticipantState.ACTIVE)),
        _of_site(Participant.site_code, site),
    )
    participants = list((await session.execute(select(Participant).where(*here))).scalars())
    doses = await _recent_doses(session, as_of)
    took = select(ScheduledDose.participant_id).where(col(ScheduledDose.state).in_(TOOK)).distinct()
    ever_took = set((await session.execute(took)).scalars())
    own = (col(ChatLink.unlinked_at).is_(None), col(ChatLink.role) == LinkRole.OWN)
    linked = set((await session.execute(select(ChatLink.participant_id).where(*own))).scalars())
    invitations = await _newest_invitations(session)
    return [
        _Person(one, doses.get(one.id, []), one.id in ever_took, one.id in linked, invitations.get(one.id))
        for one in participants
    ]


async def _recent_doses(session: AsyncSession, as_of: datetime) -> dict[str, list[ScheduledDose]]:
    recent = (
        col(ScheduledDose.due_at) > as_of - LOOKS_BACK,
        col(ScheduledDose.due_at) <= as_of,
        col(ScheduledDose.cancelled_at).is_(None),
    )
    found: dict[str, list[ScheduledDose]] = {}
    for dose in (
        await session.execute(select(ScheduledDose).where(*recent).order_by(col(ScheduledDose.due_at)))
    ).scalars():
        found.setdefault(dose.participant_id, []).append(dose)
    return found


async def _newest_invitations(session: AsyncSession) -> dict[str, Invitation]:
    own = (col(Invitation.role) == LinkRole.OWN, col(Invitation.revoked_at).is_(None))
    query = select(Invitation).where(*own).order_by(col(Invitation.created_at))
    return {found.participant_id: found for found in (await session.execute(query)).scalars()}


def _rows(person: _Person, as_of: datetime) -> list[Row]:
    """One person's rows: at most one about doses, and one about the chat."""
    if person.participant.state is ParticipantState.ENROLLED:
        return [_entry(person, as_of)]
    dose_row = _first_dose(person, as_of) or (_call(person, as_of) if _calls(person) else _dose(person, as_of))
    return [row for row in (dose_row, _chat(person)) if row]


def _calls(person: _Person) -> bool:
    """Whether only a call reaches this person."""
    one = person.participant
    return person.by_phone or one.unreachable_at is not None or one.messages_stopped_at is not None


def _entry(person: _Person, as_of: datetime) -> Row:
    one, invitation = person.participant, person.invitation
    if person.linked:
        return _row(person, Section.ENTRY, Why.ENTRY_UNFINISHED, one.enrolled_at)
    if invitation is not None and invitation.expires_at > as_of and invitation.used_at is None:
        return _row(person, Section.ENTRY, Why.NOT_LINKED, invitation.created_at, until=invitation.expires_at)
    return _row(person, Section.ENTRY, Why.INVITATION_EXPIRED, invitation.expires_at if invitation else one.enrolled_at)


def _first_dose(person: _Person, as_of: datetime) -> Row | None:
    """No dose was ever taken, and one of an earlier day was neither held nor answered."""
    today = local_date(as_of, ZoneInfo(person.participant.tz))
    waiting = [dose for dose in person.doses if dose.due_on < today and dose.state is not DoseState.HELD]
    if person.ever_took or not waiting:
        return None
    return _row(person, Section.FIRST_DOSE, Why.FIRST_DOSE_UNKNOWN, waiting[0].due_at, dose=waiting[0])


def _call(person: _Person, as_of: datetime) -> Row | None:
    """Today's dose, else yesterday's, of somebody whom no chat asks."""
    for days_ago, why in ((0, Why.CALL_TODAY), (1, Why.CALL_YESTERDAY)):
        dose = person.dose_of(days_ago, as_of)
        if dose is not None and _unasked(dose):
            return _row(person, Section.CALL, why, dose.due_at, dose=dose)
    return None


def _unasked(dose: ScheduledDose) -> bool:
    return dose.state is DoseState.OPEN or (dose.state is DoseState.NOT_ASKED and dose.cause is not Cause.SAFETY)


def _dose(person: _Person, as_of: datetime) -> Row | None:
    """What the newest dose says, where it says that somebody should look."""
    today, yesterday = person.dose_of(0, as_of), person.dose_of(1, as_of)
    for dose in (today, yesterday):
        if dose is None:
            continue
        if dose.state in TOOK and dose.state is not DoseState.TAKEN_PARTLY:
            return None
        why = _why(dose, as_of)
        if why is not None:
            return _row(person, Section.DOSE, why, dose.due_at, dose=dose)
    return None


def _why(dose: ScheduledDose, as_of: datetime) -> Why | None:
    if dose.state is DoseState.OPEN:
        return Why.SILENT if as_of - dose.due_at >= SILENT_AFTER else None
    told = {
        DoseState.NOT_TAKEN: Why.NOT_TAKEN,
        DoseState.TAKEN_PARTLY: Why.TAKEN_PARTLY,
        DoseState.UNREPORTED: Why.UNREPORTED,
    }
    return told.get(dose.state)


def _chat(person: _Person) -> Row | None:
    one = person.participant
    if one.unreachable_at is not None:
        return _row(person, Section.UNREACHABLE, Why.CHAT_REFUSED, one.unreachable_at)
    if one.messages_stopped_at is not None:
        return _row(person, Section.UNREACHABLE, Why.MESSAGES_STOPPED, one.messages_stopped_at)
    return None


def _row(
    person: _Person,
    section: Section,
    why: Why,
    since: datetime,
    *,
    dose: ScheduledDose | None = None,
    until: datetime | None = None,
) -> Row:
    return Row(
        section,
        why,
        person.participant.code,
        person.participant.site_code,
        since,
        tz=person.participant.tz,
        until=until,
        due_on=dose.due_on if dose else None,
        state=dose.state if dose else None,
        units=dose.units if dose else None,
    )


def _order(row: Row) -> tuple[int, datetime, str]:
    return (list(Section).index(row.section), row.since, row.code or "")


def _counts(alerts: Sequence[Row], people: Sequence[_Person], rows: Sequence[Row], as_of: datetime) -> Counts:
    doses = [
        dose for person in people if (dose := person.dose_of(0, as_of)) is not None and dose.state is not DoseState.HELD
    ]
    return Counts(
        red=sum(row.level is Level.RED for row in alerts),
        due_today=len(doses),
        taken_today=sum(dose.state in TOOK for dose in doses),
        open_today=sum(dose.state is DoseState.OPEN for dose in doses),
        to_call=sum(row.section in (Section.CALL, Section.FIRST_DOSE) for row in rows),
    )
