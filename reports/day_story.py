"""What happened around one participant's doses of one date, in order of time; reads only the operational store."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, or_, select

from models.alert import Alert
from models.dose import DoseEvent, DoseOrderRow, ScheduledDose
from models.identity import ParticipantMessage
from models.inbox import ReceivingGap
from models.ledger import AuditEntry
from models.participant import Participant
from models.prompt import Prompt
from models.session import Store
from models.site import Staff
from models.staff_chat import StaffMessage
from models.symptom import SymptomCheck
from models.visit import Visit
from protocol.moments import moment
from protocol.orders import ordered_day
from protocol.terms import Cause, DoseState, Source
from reports.prepared import is_prepared

ONE_DAY = timedelta(days=1)


class StoryKind(StrEnum):
    """What one line of a day tells of; in this order where two have the same moment."""

    GAP = "gap"  # from here on nothing could be received
    PROMPT = "prompt"  # a message that was planned, and how its delivery went
    REPORT = "report"  # what was told about a dose, and stored
    CORRECTION = "correction"  # the same, superseding what was told before
    CHECK = "check"  # a symptom check was begun
    MESSAGE = "message"  # a text, photo or voice message of theirs came, never what it says
    ANSWERED = "answered"  # staff wrote to them, never what
    ALERT = "alert"  # a matter for staff was opened
    DRAW = "draw"  # blood was taken
    CHANGE = "change"  # who changed the record, from the audit chain


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One thing that happened. `at`: sent, or due where nothing was sent; said to us; changed.

    `what` is a member of the set that `kind` speaks of, or the name of an audited action; `by` an actor, a source or
    empty. `details` hold plain values by name, never a text of a participant's.
    """

    at: datetime
    kind: StoryKind
    what: str
    ordinal: int | None = None
    by: str = ""
    reason: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoryDose:
    """One dose of the date. `state`, `cause` and `cancelled` are those that are stored now."""

    ordinal: int
    due_at: datetime
    dose_mg: float
    units: int
    order_version: int
    state: DoseState
    cause: Cause | None
    units_taken: int
    taken_at: datetime | None
    cancelled: bool


@dataclass(frozen=True, slots=True)
class DayStory:
    """One date of one participant, on the wall of `tz`. `protocol_version`: the one enrolled under.

    `order_version`: of the dose in force, by the orders recorded up to `as_of`; None before the first and after the
    last. `hold_version`: of the hold in force. `draw_planned`: blood was to be taken that day.
    """

    as_of: datetime
    code: str
    site_code: str
    on: date
    tz: str
    protocol_version: str
    order_version: int | None
    hold_version: int | None
    draw_planned: bool
    doses: tuple[StoryDose, ...]
    lines: tuple[StoryLine, ...]


async def day_story(store: Store, code: str, on: date, *, as_of: datetime, site: str | None = None) -> DayStory | None:
    """The story of a date; what happened after `as_of` is left out, and a delivery stands as it is known now.

    A message belongs to it that was due on the date, or that asked about one of its doses, on whichever date; so do
    all reports and corrections of its doses. None for a participant that is not there, or not at `site`.
    """
    if not await is_prepared(store):
        return None
    async with store.read() as session:
        person = await _person(session, code, site)
        return None if person is None else await _story(session, person, on, as_of)


async def _story(session: AsyncSession, person: Participant, on: date, as_of: datetime) -> DayStory:
    begins, ends = (moment(day, time(0), ZoneInfo(person.tz)) for day in (on, on + ONE_DAY))
    doses = await _doses(session, person, on)
    reports = await _reports(session, [dose.id for dose in doses], as_of)
    prompts = await _prompts(session, person, [dose.id for dose in doses], (begins, ends), as_of)
    visits = await _visits(session, person)
    ordinals = await _ordinals(session, {*(one.dose_id for one in prompts), *(one.dose_id for one in reports)})
    drawn = [one for one in visits if one.drawn_at and begins <= one.drawn_at < ends and one.drawn_at <= as_of]
    of_day = [one for one in visits if one.planned_on == on or one in drawn]
    here = {*(one.id for one in doses), *(one.id for one in reports)}
    here |= {*(one.id for one in prompts), *(one.id for one in of_day)}
    lines = [
        *[_gap_line(gap) for gap in await _gaps(session, begins, min(ends, as_of))],
        *[_prompt_line(prompt, ordinals) for prompt in prompts],
        *[_report_line(event, ordinals) for event in reports],
        *[_check_line(check) for check in await _checks(session, person, begins, ends, as_of)],
        *[_message_line(one) for one in await _messages(session, person, begins, ends, as_of)],
        *[_answered_line(one, name) for one, name in await _answered(session, person, begins, ends, as_of)],
        *[_alert_line(one, as_of) for one in await _alerts(session, person, begins, ends, as_of)],
        *[StoryLine(visit.drawn_at, StoryKind.DRAW, visit.key) for visit in drawn if visit.drawn_at],
        *[change_line(entry) for entry in await _changes(session, person, here, as_of)],
    ]
    order_version, hold_version = await _in_force(session, person, on, as_of)
    return DayStory(
        as_of=as_of,
        code=person.code,
        site_code=person.site_code,
        on=on,
        tz=person.tz,
        protocol_version=person.protocol_version,
        order_version=order_version,
        hold_version=hold_version,
        draw_planned=any(visit.draw and visit.planned_on == on for visit in of_day),
        doses=tuple(_dose(dose) for dose in doses),
        lines=tuple(sorted(lines, key=lambda line: (line.at, list(StoryKind).index(line.kind)))),
    )


async def _person(session: AsyncSession, code: str, site: str | None) -> Participant | None:
    query = select(Participant).where(Participant.code == code)
    if site is not None:
        query = query.where(Participant.site_code == site)
    return (await session.execute(query)).scalar_one_or_none()


async def _doses(session: AsyncSession, person: Participant, on: date) -> Sequence[ScheduledDose]:
    query = select(ScheduledDose).where(ScheduledDose.participant_id == person.id, ScheduledDose.due_on == on)
    return (await session.scalars(query.order_by(col(ScheduledDose.ordinal)))).all()


async def _reports(session: AsyncSession, doses: Sequence[str], as_of: datetime) -> Sequence[DoseEvent]:
    query = select(DoseEvent).where(col(DoseEvent.dose_id).in_(doses), col(DoseEvent.recorded_at) <= as_of)
    return (await session.scalars(query.order_by(col(DoseEvent.recorded_at), col(DoseEvent.id)))).all()


async def _prompts(
    session: AsyncSession, person: Participant, doses: Sequence[str], day: tuple[datetime, datetime], as_of: datetime
) -> Sequence[Prompt]:
    due_that_day = (col(Prompt.due_at) >= day[0]) & (col(Prompt.due_at) < day[1])
    query = select(Prompt).where(
        Prompt.participant_id == person.id,
        or_(due_that_day, col(Prompt.dose_id).in_(doses)),
        col(Prompt.due_at) <= as_of,
    )
    return (await session.scalars(query.order_by(col(Prompt.due_at), col(Prompt.key)))).all()


async def _visits(session: AsyncSession, person: Participant) -> Sequence[Visit]:
    query = select(Visit).where(Visit.participant_id == person.id)
    return (await session.scalars(query.order_by(col(Visit.planned_on), col(Visit.key)))).all()


async def _ordinals(session: AsyncSession, doses: set[str | None]) -> dict[str, int]:
    query = select(ScheduledDose).where(col(ScheduledDose.id).in_([one for one in doses if one is not None]))
    return {row.id: row.ordinal for row in await session.scalars(query)}


async def _gaps(session: AsyncSession, begins: datetime, ends: datetime) -> Sequence[ReceivingGap]:
    query = select(ReceivingGap).where(col(ReceivingGap.from_at) < ends, col(ReceivingGap.until_at) > begins)
    return (await session.scalars(query.order_by(col(ReceivingGap.from_at)))).all()


async def _checks(
    session: AsyncSession, person: Participant, begins: datetime, ends: datetime, as_of: datetime
) -> Sequence[SymptomCheck]:
    query = select(SymptomCheck).where(
        SymptomCheck.participant_id == person.id,
        col(SymptomCheck.begun_at) >= begins,
        col(SymptomCheck.begun_at) < ends,
        col(SymptomCheck.begun_at) <= as_of,
    )
    return (await session.scalars(query.order_by(col(SymptomCheck.begun_at)))).all()


async def _messages(
    session: AsyncSession, person: Participant, begins: datetime, ends: datetime, as_of: datetime
) -> Sequence[ParticipantMessage]:
    query = select(ParticipantMessage).where(
        ParticipantMessage.participant_id == person.id,
        *_within(col(ParticipantMessage.received_at), begins, ends, as_of),
    )
    return (await session.scalars(query)).all()


async def _answered(
    session: AsyncSession, person: Participant, begins: datetime, ends: datetime, as_of: datetime
) -> Sequence[tuple[StaffMessage, str]]:
    """What staff wrote, with the writer's name."""
    query = select(StaffMessage, Staff.name).join(Staff, col(Staff.id) == col(StaffMessage.staff_id))
    mine = StaffMessage.participant_id == person.id
    found = await session.execute(query.where(mine, *_within(col(StaffMessage.written_at), begins, ends, as_of)))
    return [(message, name) for message, name in found]


async def _alerts(
    session: AsyncSession, person: Participant, begins: datetime, ends: datetime, as_of: datetime
) -> Sequence[Alert]:
    query = select(Alert).where(Alert.participant_id == person.id, *_within(col(Alert.opened_at), begins, ends, as_of))
    return (await session.scalars(query)).all()


def _within(column: Any, begins: datetime, ends: datetime, as_of: datetime) -> tuple[Any, ...]:
    return (column >= begins, column < ends, column <= as_of)


async def _changes(
    session: AsyncSession, person: Participant, records: set[str], as_of: datetime
) -> Sequence[AuditEntry]:
    query = select(AuditEntry).where(
        AuditEntry.participant_id == person.id,
        col(AuditEntry.record_id).in_(records),
        col(AuditEntry.at) <= as_of,
    )
    return (await session.scalars(query.order_by(col(AuditEntry.seq)))).all()


async def _in_force(
    session: AsyncSession, person: Participant, on: date, as_of: datetime
) -> tuple[int | None, int | None]:
    """The versions of the dose and of the hold in force, by what had been ordered by then."""
    query = select(DoseOrderRow).where(DoseOrderRow.participant_id == person.id, col(DoseOrderRow.recorded_at) <= as_of)
    day = ordered_day([row.order() for row in await session.scalars(query)], on)
    return (day.dose.version if day.dose else None, day.held_by.version if day.held_by else None)


def _dose(row: ScheduledDose) -> StoryDose:
    return StoryDose(
        ordinal=row.ordinal,
        due_at=row.due_at,
        dose_mg=row.dose_mg,
        units=row.units,
        order_version=row.order_version,
        state=row.state,
        cause=row.cause,
        units_taken=row.units_taken,
        taken_at=row.taken_at,
        cancelled=row.cancelled_at is not None,
    )


def _gap_line(gap: ReceivingGap) -> StoryLine:
    return StoryLine(gap.from_at, StoryKind.GAP, "receiving_gap", details={"until_at": gap.until_at})


def _prompt_line(prompt: Prompt, ordinals: dict[str, int]) -> StoryLine:
    details = {"kind": prompt.kind, "rung": prompt.rung, "due_at": prompt.due_at, "attempts": prompt.attempts}
    return StoryLine(
        prompt.sent_at or prompt.due_at,
        StoryKind.PROMPT,
        prompt.state,
        ordinals.get(prompt.dose_id or ""),
        reason=prompt.reason,
        details=details | {"sent_at": prompt.sent_at, "settled_at": prompt.settled_at},
    )


def _report_line(event: DoseEvent, ordinals: dict[str, int]) -> StoryLine:
    """Staff by their name; who spoke from a chat by what they are, as a link's id tells a reader nothing."""
    corrects = event.supersedes_id is not None
    by_staff = event.source is Source.STAFF_CALL
    return StoryLine(
        event.recorded_at,
        StoryKind.CORRECTION if corrects else StoryKind.REPORT,
        event.answer,
        ordinals.get(event.dose_id),
        by=event.reported_by if by_staff else event.source,
        reason=event.correction_reason or (event.reason or ""),
        details={
            "source": event.source,
            "units": event.units,
            "taken_at": event.taken_at,
            "reported_at": event.reported_at,
            "late": event.is_late,
            "superseded": event.superseded,
        },
    )


def _check_line(check: SymptomCheck) -> StoryLine:
    by = check.reported_by if check.source is Source.STAFF_CALL else check.source
    details = {"tier": check.tier, "finished_at": check.finished_at, "protocol_version": check.protocol_version}
    return StoryLine(check.begun_at, StoryKind.CHECK, check.occasion, by=by, details=details)


def _message_line(message: ParticipantMessage) -> StoryLine:
    return StoryLine(
        message.received_at, StoryKind.MESSAGE, message.kind, by=Source.PARTICIPANT, details={"tier": message.tier}
    )


def _answered_line(message: StaffMessage, name: str) -> StoryLine:
    return StoryLine(message.written_at, StoryKind.ANSWERED, "staff_message", by=name)


def _alert_line(alert: Alert, as_of: datetime) -> StoryLine:
    """Without what was written about it; what became of it after `as_of` had not happened."""
    known = {name: getattr(alert, name) for name in ("acknowledged_at", "closed_at")}
    details = {"level": alert.level} | {name: at for name, at in known.items() if at is not None and at <= as_of}
    return StoryLine(alert.opened_at, StoryKind.ALERT, alert.kind, details=details)


def change_line(entry: AuditEntry) -> StoryLine:
    """One link of the audit chain as a line; its payload may have been blanked."""
    payload = json.loads(entry.payload) if entry.payload else {}
    kind, _, name = entry.actor.partition(":")
    return StoryLine(
        entry.at,
        StoryKind.CHANGE,
        entry.action,
        by=name if kind in ("staff", "system") else kind,
        reason=payload.get("reason", ""),
        details={"seq": entry.seq},
    )
