"""Calls: what a participant said on the phone about several days is recorded together, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from actions.alerts import open_alert
from actions.doses import UNITS_MAX, Report, current_events, record_dose
from actions.planning import bring_to_the_orders, replan
from actions.runs import block
from models.dose import DoseEvent, ScheduledDose
from models.participant import Participant
from models.session import Change
from models.site import Staff
from protocol.moments import moment
from protocol.terms import AlertKind, DoseAnswer, NotTakenReason, Source
from protocol.trial import Trial

REACH = timedelta(hours=36)  # a time further from the dose's own belongs to another day
TOOK = (DoseAnswer.TAKEN, DoseAnswer.EXTRA)


@dataclass(frozen=True, slots=True)
class DayEntry:
    """What was said about one day. `units` None: all that were due. Times are the participant's wall."""

    on: date
    answer: DoseAnswer
    units: int | None = None
    taken_on: date | None = None  # None: the same day
    taken_time: time | None = None  # None: the time is not known
    reason: NotTakenReason | None = None


@dataclass(frozen=True, slots=True)
class DayRecorded:
    """What stands for one day after the call. `event_id` None: the same was recorded already."""

    on: date
    dose: ScheduledDose
    event_id: str | None


class CallError(ValueError):
    """Some days cannot be recorded so, hence none was; `problems` has one line for each, with its day."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class _DayError(Exception):
    """Why one day cannot be recorded."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One call under way."""

    change: Change
    participant: Participant
    by: Staff
    trial: Trial
    reason: str
    sure: bool
    call_id: str


async def record_call(
    change: Change,
    participant: Participant,
    entries: Sequence[DayEntry],
    staff: Staff,
    trial: Trial,
    *,
    reason: str = "",
    sure: bool = False,
) -> list[DayRecorded]:
    """Records all days, in their order. `reason`: needed for a correction and past the protocol's limit.

    `sure`: more than was due, or two doses too close, has been asked about and is true. Raises CallError.
    """
    await replan(change, participant, trial)  # where no loop runs, the days up to now have no rows yet
    call = _Call(change, participant, staff, trial, reason.strip(), sure, change.new_id())
    problems = _twice(entries)
    recorded: list[DayRecorded] = []
    for entry in sorted(entries, key=lambda one: one.on):
        try:
            recorded.append(await _record_day(call, entry))
        except _DayError as error:
            problems.append(f"{entry.on}: {error}")
    if problems or not entries:
        raise CallError(problems or ["name at least one day"])
    return recorded


def _twice(entries: Sequence[DayEntry]) -> list[str]:
    days = [entry.on for entry in entries]
    return [f"{on}: is named more than once" for on in sorted(set(days)) if days.count(on) > 1]


async def _record_day(call: _Call, entry: DayEntry) -> DayRecorded:
    dose = await _dose_of(call, entry.on)
    await bring_to_the_orders(call.change, call.participant, dose, call.trial)
    units = _units(entry, dose)
    taken_at = _taken_at(call, entry, dose)
    standing = [one for one in await current_events(call.change, dose.id) if one.answer is not DoseAnswer.UNDONE]
    if any(_says_the_same(one, entry, units, taken_at) for one in standing):
        return DayRecorded(entry.on, dose, None)
    _check_reason(call, entry, dose, standing)
    doubled = await _is_double(call, entry, dose, units, taken_at)
    report = Report(
        answer=entry.answer,
        source=Source.STAFF_CALL,
        reported_by=call.by.name,
        reported_at=call.change.at,
        cause_key=f"call:{call.call_id}:{dose.id}",
        units=units,
        taken_at=taken_at,
        reason=entry.reason if entry.answer is DoseAnswer.NOT_TAKEN else None,
        correction_reason=call.reason,
    )
    event = await record_dose(call.change, call.participant, dose, report, call.trial)
    if doubled:
        await _tell_double(call, dose)
    return DayRecorded(entry.on, dose, event.id if event else None)


async def _dose_of(call: _Call, on: date) -> ScheduledDose:
    dose = await call.change.session.scalar(
        select(ScheduledDose)
        .where(
            ScheduledDose.participant_id == call.participant.id,
            ScheduledDose.due_on == on,
            col(ScheduledDose.cancelled_at).is_(None),
        )
        .order_by(col(ScheduledDose.ordinal).desc())
        .limit(1)
        .with_for_update()
    )
    if dose is None:
        raise _DayError("no dose was due on this day")
    if dose.nominal_at > call.change.at + call.trial.windows.opens_before:
        raise _DayError("the time of this dose has not come")
    return dose


def _units(entry: DayEntry, dose: ScheduledDose) -> int:
    if entry.answer not in TOOK:
        return 0
    units = dose.units if entry.units is None else entry.units
    if not 1 <= units <= UNITS_MAX:
        raise _DayError(f"a dose taken has 1 to {UNITS_MAX} tablets")
    return units


def _taken_at(call: _Call, entry: DayEntry, dose: ScheduledDose) -> datetime | None:
    if entry.answer not in TOOK or entry.taken_time is None:
        return None
    taken_at = moment(entry.taken_on or entry.on, entry.taken_time, ZoneInfo(call.participant.tz))
    if taken_at > call.change.at:
        raise _DayError("the time lies in the future")
    if abs(taken_at - dose.nominal_at) > REACH:
        raise _DayError("the time belongs to another day's dose")
    return taken_at


def _says_the_same(event: DoseEvent, entry: DayEntry, units: int, taken_at: datetime | None) -> bool:
    """Whether the same was heard before; a call that names no time or reason takes none away."""
    return (
        event.answer is entry.answer
        and event.units == units
        and taken_at in (None, event.taken_at)
        and entry.reason in (None, event.reason)
    )


def _check_reason(call: _Call, entry: DayEntry, dose: ScheduledDose, standing: Sequence[DoseEvent]) -> None:
    if entry.answer is DoseAnswer.UNDONE and not standing:
        raise _DayError("nothing is recorded that could be withdrawn")
    if call.reason:
        return
    if standing and entry.answer is not DoseAnswer.EXTRA:
        raise _DayError(f"{standing[-1].answer} is recorded; a correction needs its reason (--reason)")
    closes_after = call.trial.windows.report_closes_after
    if call.change.at > dose.nominal_at + closes_after:
        hours = closes_after // timedelta(hours=1)
        raise _DayError(f"lies more than {hours} hours back; an entry so late needs its reason (--reason)")


async def _is_double(call: _Call, entry: DayEntry, dose: ScheduledDose, units: int, taken_at: datetime | None) -> bool:
    """More than was due, or two doses too close: refused until it has been asked about."""
    if entry.answer is not DoseAnswer.TAKEN:
        return False
    other = None if taken_at is None else await _too_close(call, dose, taken_at)
    if units <= dose.units and other is None:
        return False
    if not call.sure:
        what = f"{units} tablets where {dose.units} were due" if other is None else f"too close to the dose of {other}"
        raise _DayError(f"{what}; ask again, and add --sure if it is true")
    return True


async def _too_close(call: _Call, dose: ScheduledDose, taken_at: datetime) -> date | None:
    gap = call.trial.windows.minimum_gap
    found: date | None = await call.change.session.scalar(
        select(col(ScheduledDose.due_on))
        .join(DoseEvent, col(DoseEvent.dose_id) == col(ScheduledDose.id))
        .where(
            DoseEvent.participant_id == call.participant.id,
            DoseEvent.dose_id != dose.id,
            col(DoseEvent.superseded).is_(False),
            col(DoseEvent.answer).in_(TOOK),
            col(DoseEvent.taken_at) > taken_at - gap,
            col(DoseEvent.taken_at) < taken_at + gap,
        )
        .limit(1)
    )
    return found


async def _tell_double(call: _Call, dose: ScheduledDose) -> None:
    """Red for staff; "take now" waits for an investigator unless it is long past."""
    await open_alert(call.change, AlertKind.DOUBLE_DOSE, call.participant, cause=dose.id, dose_id=dose.id)
    if call.change.at <= dose.nominal_at + call.trial.windows.report_closes_after:
        await block(call.change, call.participant, "double_dose", call.trial)
