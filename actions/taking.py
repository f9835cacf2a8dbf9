"""Taken: now or at some other time, once it is clear that it is neither a slip nor a second dose."""

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, or_, select

from actions.alerts import open_alert
from actions.dose_reports import newest_event, recorded, report_dose
from actions.hearing import Heard, ask_typed, forget_question, newer_open_dose, shown
from actions.runs import block
from models.dose import DoseEvent, ScheduledDose
from models.statements import Statement
from models.tables import table_of
from protocol.moments import moment
from protocol.screens import (
    DoubleDoseQuestion,
    DoubleDoseTold,
    Screen,
    WhenQuestion,
)
from protocol.taps import Sure, Tap, Verb, also
from protocol.terms import AlertKind, DoseAnswer

WALL_FORMAT = "%Y%m%dT%H%M"
EARLIER_STEPS = (timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2), timedelta(hours=4))
DAY = timedelta(days=1)

_EVENT: Final = table_of(DoseEvent)
_TAKEN_NEAR: Final = Statement(
    select(_EVENT.c.taken_at)
    .where(
        _EVENT.c.participant_id == bindparam("participant"),
        _EVENT.c.dose_id != bindparam("dose"),
        _EVENT.c.superseded.is_(False),
        or_(_EVENT.c.answer == DoseAnswer.TAKEN, _EVENT.c.answer == DoseAnswer.EXTRA),
        _EVENT.c.taken_at > bindparam("after", type_=_EVENT.c.taken_at.type),
        _EVENT.c.taken_at < bindparam("before", type_=_EVENT.c.taken_at.type),
    )
    .limit(1)
)


async def taken(heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen:
    """Taken: now, or, for an earlier day's dose, at a time that is asked for."""
    if await newer_open_dose(heard, dose) is not None:
        return await ask_when(heard, dose, units_of_tap(tap.argument, dose), tap.sure)
    return await taken_now(heard, tap, dose)


async def taken_now(heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen:
    """Taken at the moment of the press: no newer dose is open."""
    return await take(heard, dose, units_of_tap(tap.argument, dose), heard.said_at, tap)


async def taken_at_time(heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen:
    units, _, wall = tap.argument.partition("@")
    taken_at = _moment(wall, ZoneInfo(heard.participant.tz))  # of home, so that an old button means what it did
    opens_at = dose.nominal_at - heard.trial.windows.opens_before
    if taken_at is None or not opens_at <= taken_at <= heard.at:
        return await ask_when(heard, dose, units_of_tap(units, dose), tap.sure)
    return await take(heard, dose, units_of_tap(units, dose), taken_at, tap)


async def take(heard: Heard, dose: ScheduledDose, units: int, taken_at: datetime, tap: Tap) -> Screen:
    """Records a dose taken, once it is clear that it is neither a slip nor a second one."""
    already = None if tap.confirmed(Sure.REPLACE) else await newest_event(heard, dose)
    if already is not None and already.answer is DoseAnswer.TAKEN and not tap.confirmed(Sure.DOUBLE):
        return await _already_taken(heard, dose, already, units, taken_at)
    too_close = await _too_close(heard, dose, taken_at)
    asks = too_close is not None or units > dose.units
    if asks and not tap.confirmed(Sure.DOUBLE):
        earlier = too_close or taken_at
        return _double_question(dose, earlier, _tap_at(heard, dose, units, taken_at, also(tap.sure, Sure.DOUBLE)))
    is_extra = tap.confirmed(Sure.DOUBLE) and already is not None and already.answer is DoseAnswer.TAKEN
    answer = DoseAnswer.EXTRA if is_extra else DoseAnswer.TAKEN
    event = await report_dose(heard, dose, answer, units=units, taken_at=taken_at)
    await forget_question(heard)
    if event is not None and asks and not is_extra:
        await _double_without_extra(heard, dose)
    if is_extra or (asks and tap.confirmed(Sure.DOUBLE)):
        return DoubleDoseTold(shown(dose))
    return await recorded(heard, dose, event)


async def _already_taken(heard: Heard, dose: ScheduledDose, already: Any, units: int, taken_at: datetime) -> Screen:
    """A second "taken": the same moment is a double tap, a partly taken dose may be completed, the rest asks."""
    same_press = abs(heard.said_at - already.reported_at) < timedelta(minutes=2)
    if same_press or already.cause_key == heard.cause_key:
        return await recorded(heard, dose, already=True)
    yes = _tap_at(heard, dose, units, taken_at, also(Sure.DAY, Sure.DOUBLE))
    return _double_question(dose, already.taken_at or already.recorded_at, yes)


def second_tap(heard: Heard, dose: ScheduledDose) -> Tap:
    """Another one was taken just now besides the one that stands: this asks whether it is true."""
    return _tap_at(heard, dose, dose.units, heard.said_at, Sure.DAY)


def _double_question(dose: ScheduledDose, earlier: datetime, yes: Tap) -> DoubleDoseQuestion:
    return DoubleDoseQuestion(shown(dose), earlier, yes=yes, no=Tap(Verb.KEEP, dose.id))


async def _too_close(heard: Heard, dose: ScheduledDose, taken_at: datetime) -> datetime | None:
    """When another dose was taken within the protocol's minimum gap of this time."""
    gap = heard.trial.windows.minimum_gap
    found = await heard.change.rows(
        _TAKEN_NEAR, participant=heard.participant.id, dose=dose.id, after=taken_at - gap, before=taken_at + gap
    )
    return found[0].taken_at if found else None


async def _double_without_extra(heard: Heard, dose: ScheduledDose) -> None:
    """More tablets than ordered, or two doses too close: red for staff, and "take now" waits for an investigator."""
    await open_alert(heard.change, AlertKind.DOUBLE_DOSE, heard.participant, cause=dose.id, dose_id=dose.id)
    await block(heard.change, heard.participant, "double_dose", heard.trial)


async def ask_when(heard: Heard, dose: ScheduledDose, units: int, sure: str) -> Screen:
    await ask_typed(heard, "when", dose.id, f"{units}:{sure}")
    return WhenQuestion(shown(dose), units, _times(heard, dose), sure)


def _times(heard: Heard, dose: ScheduledDose) -> tuple[datetime, ...]:
    """Likely times, newest first: steps back from now today, steps on from the due time for an earlier day."""
    latest = min(heard.at, dose.nominal_at + DAY)
    earliest = dose.due_at - heard.trial.windows.opens_before
    if heard.at - dose.due_at < DAY:
        found = [heard.at - step for step in EARLIER_STEPS] + [dose.due_at]
    else:
        found = [dose.due_at + step for step in (timedelta(0), *EARLIER_STEPS[1:])]
    rounded = {_to_five_minutes(item) for item in found if earliest <= item <= latest}
    return tuple(sorted(rounded, reverse=True))[:4]


def _to_five_minutes(at: datetime) -> datetime:
    return at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0)


async def typed_time(heard: Heard, dose: ScheduledDose, clock: time, units: int, sure: str) -> Screen:
    """A typed clock time is the last such time that lies behind us and belongs to this dose."""
    zone = heard.participant.wall
    candidates = [moment(dose.due_on + step, clock, zone) for step in (-DAY, timedelta(0), DAY)]
    opens_at = dose.due_at - heard.trial.windows.opens_before
    behind = [item for item in candidates if opens_at <= item <= min(heard.at, opens_at + DAY)]
    if not behind:
        return await ask_when(heard, dose, units, sure)
    return await take(heard, dose, units, behind[-1], Tap(Verb.TAKEN_AT, dose.id, sure=sure))


def units_of_tap(argument: str, dose: ScheduledDose) -> int:
    return int(argument) if argument.isdigit() and 1 <= int(argument) <= 20 else dose.units  # noqa: PLR2004


def _moment(wall: str, zone: ZoneInfo) -> datetime | None:
    try:
        on = datetime.strptime(wall, WALL_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment(on.date(), on.time(), zone)


def _tap_at(heard: Heard, dose: ScheduledDose, units: int, taken_at: datetime, sure: str) -> Tap:
    wall = taken_at.astimezone(ZoneInfo(heard.participant.tz)).strftime(WALL_FORMAT)
    return Tap(Verb.TAKEN_AT, dose.id, f"{units}@{wall}", sure)
