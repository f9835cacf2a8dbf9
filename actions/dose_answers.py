"""Answers about a dose: each press or typed word becomes a record, or the next question, never a guess."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from actions.alerts import open_alert
from actions.doses import Report, current_events, record_dose, snooze
from actions.hearing import Heard, ask_typed, forget_question, newer_open_dose, own_dose, shown
from actions.runs import block
from models.dose import DoseEvent, ScheduledDose
from protocol.ladder import take_now_until
from protocol.late import late_advice
from protocol.moments import moment, within_wall_times
from protocol.screens import (
    Answer,
    AskTeam,
    CorrectQuestion,
    DoseReminder,
    DoubleDoseQuestion,
    DoubleDoseTold,
    How,
    HowManyQuestion,
    LateAdvice,
    NothingChanged,
    Recorded,
    ReportClosed,
    Screen,
    Snoozed,
    SnoozeQuestion,
    Undone,
    WhenQuestion,
    WhichDayQuestion,
    WhyQuestion,
)
from protocol.taps import Sure, Tap, Verb
from protocol.terms import AlertKind, DoseAnswer, DoseState, NotTakenReason, Source

ANSWERED = (DoseState.TAKEN, DoseState.TAKEN_PARTLY, DoseState.NOT_TAKEN)
WALL_FORMAT = "%Y%m%dT%H%M"
EARLIER_STEPS = (timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2), timedelta(hours=4))
DAY = timedelta(days=1)

OPENING = frozenset({Verb.TAKEN, Verb.EARLIER, Verb.HOW_MANY, Verb.NOT_TAKEN, Verb.LATER, Verb.USUAL_TIME})
"""Verbs of a prompt's own buttons: pressed on an old message they may mean the newer dose."""


async def answer_tap(heard: Heard, tap: Tap) -> list[Answer]:
    """What one press about a dose leads to; in place of the message it stood on."""
    dose = await own_dose(heard, tap.record_id)
    if dose is None:
        return [Answer(NothingChanged(), How.SEND)]
    screen = await _screen(heard, tap, dose)
    return [Answer(screen, How.EDIT)]


async def _screen(heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen:
    if heard.at > dose.nominal_at + heard.trial.windows.report_closes_after:
        return ReportClosed(shown(dose))
    if tap.verb in OPENING and not tap.confirmed(Sure.DAY) and dose.state not in ANSWERED:
        newer = await newer_open_dose(heard, dose)
        if newer is not None:
            return _which_day(dose, newer, tap)
    return await STEPS[tap.verb](heard, tap, dose)


def _which_day(older: ScheduledDose, newer: ScheduledDose, tap: Tap) -> WhichDayQuestion:
    sure = tap.sure + Sure.DAY
    return WhichDayQuestion(
        older=shown(older),
        newer=shown(newer),
        older_tap=replace(tap, record_id=older.id, sure=sure),
        newer_tap=replace(tap, record_id=newer.id, sure=sure),
    )


# --- taken ----------------------------------------------------------------------------------------------------------


async def _taken(heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen:
    """Taken: now, or, for an earlier day's dose, at a time that is asked for."""
    units = _units(tap.argument, dose)
    if await newer_open_dose(heard, dose) is not None:
        return await _ask_when(heard, dose, units, tap.sure)
    return await take(heard, dose, units, heard.said_at, tap)


async def _taken_at(heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen:
    units, _, wall = tap.argument.partition("@")
    taken_at = _moment(wall, ZoneInfo(heard.participant.tz))
    if taken_at is None:
        return await _ask_when(heard, dose, _units(units, dose), tap.sure)
    return await take(heard, dose, _units(units, dose), taken_at, tap)


async def _usual_time(heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen:
    return await take(heard, dose, _units(tap.argument, dose), min(dose.due_at, heard.at), tap)


async def take(heard: Heard, dose: ScheduledDose, units: int, taken_at: datetime, tap: Tap) -> Screen:
    """Records a dose taken, once it is clear that it is neither a slip nor a second one."""
    already = await _already(heard, dose)
    if already is not None and already.answer is DoseAnswer.TAKEN and not tap.confirmed(Sure.DOUBLE):
        return await _already_taken(heard, dose, already, units, taken_at)
    too_close = await _too_close(heard, dose, taken_at)
    asks = too_close is not None or units > dose.units
    if asks and already is None and not tap.confirmed(Sure.DOUBLE):
        earlier = too_close or taken_at
        return _double_question(dose, earlier, _tap_at(heard, dose, units, taken_at, tap.sure + Sure.DOUBLE))
    is_extra = tap.confirmed(Sure.DOUBLE) and already is not None and already.answer is DoseAnswer.TAKEN
    answer = DoseAnswer.EXTRA if is_extra else DoseAnswer.TAKEN
    event = await _record(heard, dose, answer, units=units, taken_at=taken_at)
    await forget_question(heard)
    if event is not None and asks and not is_extra:
        await _double_without_extra(heard, dose)
    if is_extra or (asks and tap.confirmed(Sure.DOUBLE)):
        return DoubleDoseTold(shown(dose))
    return await recorded(heard, dose)


async def _already(heard: Heard, dose: ScheduledDose) -> DoseEvent | None:
    events = await current_events(heard.change, dose.id)
    return events[-1] if events else None


async def _already_taken(
    heard: Heard, dose: ScheduledDose, already: DoseEvent, units: int, taken_at: datetime
) -> Screen:
    """A second "taken": the same moment is a double tap, a partly taken dose may be completed, the rest asks."""
    same_press = abs(heard.said_at - already.reported_at) < timedelta(minutes=2)
    if same_press or already.cause_key == heard.cause_key:
        return await recorded(heard, dose, already=True)
    yes = _tap_at(heard, dose, units, taken_at, Sure.DAY + Sure.DOUBLE)
    return _double_question(dose, already.taken_at or already.recorded_at, yes)


def _double_question(dose: ScheduledDose, earlier: datetime, yes: Tap) -> DoubleDoseQuestion:
    return DoubleDoseQuestion(shown(dose), earlier, yes=yes, no=Tap(Verb.KEEP, dose.id))


async def _too_close(heard: Heard, dose: ScheduledDose, taken_at: datetime) -> datetime | None:
    """When another dose was taken within the protocol's minimum gap of this time."""
    gap = heard.trial.windows.minimum_gap
    found: datetime | None = await heard.change.session.scalar(
        select(DoseEvent.taken_at)
        .where(
            DoseEvent.participant_id == heard.participant.id,
            DoseEvent.dose_id != dose.id,
            col(DoseEvent.superseded).is_(False),
            col(DoseEvent.answer).in_((DoseAnswer.TAKEN, DoseAnswer.EXTRA)),
            col(DoseEvent.taken_at) > taken_at - gap,
            col(DoseEvent.taken_at) < taken_at + gap,
        )
        .limit(1)
    )
    return found


async def _double_without_extra(heard: Heard, dose: ScheduledDose) -> None:
    """More tablets than ordered, or two doses too close: red for staff, and "take now" waits for an investigator."""
    await open_alert(heard.change, AlertKind.DOUBLE_DOSE, heard.participant, cause=dose.id, dose_id=dose.id)
    await block(heard.change, heard.participant, "double_dose", heard.trial)


async def _how_many(_heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen:
    return HowManyQuestion(shown(dose), tap.sure)


async def _earlier(heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen:
    return await _ask_when(heard, dose, _units(tap.argument, dose), tap.sure)


async def _ask_when(heard: Heard, dose: ScheduledDose, units: int, sure: str) -> Screen:
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


# --- not taken, later -----------------------------------------------------------------------------------------------


async def _not_taken(_heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen:
    return WhyQuestion(shown(dose), tap.sure)


async def _reason(heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen:
    reason = NotTakenReason(tap.argument) if tap.argument in set(NotTakenReason) else NotTakenReason.OTHER
    await _record(heard, dose, DoseAnswer.NOT_TAKEN, reason=reason)
    await forget_question(heard)
    return await recorded(heard, dose)


async def _later(heard: Heard, _tap: Tap, dose: ScheduledDose) -> Screen:
    """Offers only times inside the window and outside quiet hours."""
    minutes = _snoozes_left(heard, dose)
    if dose.state is not DoseState.OPEN or not minutes:
        return CorrectQuestion(shown(dose), is_today=True)
    return SnoozeQuestion(shown(dose), minutes)


def _snoozes_left(heard: Heard, dose: ScheduledDose) -> tuple[int, ...]:
    ladder, zone = heard.trial.ladder, ZoneInfo(heard.participant.tz)
    if dose.snoozes >= ladder.snoozes_max:
        return ()
    until = take_now_until(dose.due_at, dose.due_at + DAY, heard.trial, is_first=dose.is_first)
    fits = [
        step
        for step in ladder.snoozes
        if heard.at + step < until
        and not within_wall_times(heard.at + step, ladder.quiet_from, ladder.quiet_until, zone)
    ]
    return tuple(int(step.total_seconds() // 60) for step in fits)


async def _snooze(heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen:
    offered = _snoozes_left(heard, dose)
    if dose.state is not DoseState.OPEN:
        return await recorded(heard, dose, already=True)
    if not tap.argument.isdigit() or int(tap.argument) not in offered:
        return SnoozeQuestion(shown(dose), offered) if offered else CorrectQuestion(shown(dose), is_today=True)
    until = heard.at + timedelta(minutes=int(tap.argument))
    await snooze(heard.change, heard.participant, dose, until, heard.trial)
    return Snoozed(shown(dose), until)


# --- afterwards -----------------------------------------------------------------------------------------------------


async def _correct(heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen:
    newer = await newer_open_dose(heard, dose)
    return CorrectQuestion(shown(dose), is_today=newer is None, sure=tap.sure + ("" if newer is None else Sure.DAY))


async def _undo(heard: Heard, _tap: Tap, dose: ScheduledDose) -> Screen:
    if dose.state in ANSWERED:
        await _record(heard, dose, DoseAnswer.UNDONE)
    is_today = await newer_open_dose(heard, dose) is None
    return Undone(shown(dose), can_take_now=is_today)


async def _keep(heard: Heard, _tap: Tap, dose: ScheduledDose) -> Screen:
    return await recorded(heard, dose) if dose.state in ANSWERED else NothingChanged()


async def _first_yes(heard: Heard, _tap: Tap, dose: ScheduledDose) -> Screen:
    """The first dose was taken: how many and when is asked about the dose it belongs to."""
    first = await _unanswered_first(heard, dose)
    units = first[-1] if first else dose
    return HowManyQuestion(shown(units), Sure.DAY)


async def _first_no(heard: Heard, _tap: Tap, dose: ScheduledDose) -> Screen:
    """Not taken yet: the earlier ones are recorded so, and today's first dose may be named."""
    for earlier in await _unanswered_first(heard, dose):
        await _record(heard, earlier, DoseAnswer.NOT_TAKEN, reason=NotTakenReason.OTHER, suffix=str(earlier.ordinal))
    if heard.participant.blocked_at is not None:
        return AskTeam(shown(dose))
    return DoseReminder(shown(dose), heard.participant.food)


async def _unanswered_first(heard: Heard, dose: ScheduledDose) -> list[ScheduledDose]:
    rows = await heard.change.session.scalars(
        select(ScheduledDose)
        .where(
            ScheduledDose.participant_id == heard.participant.id,
            ScheduledDose.ordinal < dose.ordinal,
            col(ScheduledDose.is_first).is_(True),
            col(ScheduledDose.cancelled_at).is_(None),
            col(ScheduledDose.state).in_((DoseState.OPEN, DoseState.UNREPORTED, DoseState.NOT_ASKED)),
        )
        .order_by(col(ScheduledDose.ordinal))
    )
    return list(rows)


async def _show(heard: Heard, _tap: Tap, dose: ScheduledDose) -> Screen:
    return await dose_screen(heard, dose)


async def dose_screen(heard: Heard, dose: ScheduledDose) -> Screen:
    """What this dose asks for at this moment."""
    if dose.state in ANSWERED:
        return await recorded(heard, dose, already=True)
    newer = await newer_open_dose(heard, dose)
    if newer is not None:
        return CorrectQuestion(shown(dose), is_today=False, sure=Sure.DAY)
    if heard.participant.blocked_at is not None:
        return AskTeam(shown(dose))
    until = take_now_until(dose.due_at, dose.due_at + DAY, heard.trial, is_first=dose.is_first)
    if heard.at >= until:
        return CorrectQuestion(shown(dose), is_today=True)
    return DoseReminder(shown(dose), heard.participant.food)


async def recorded(heard: Heard, dose: ScheduledDose, *, already: bool = False) -> Screen:
    """What stands for this dose now."""
    event = await _already(heard, dose)
    if event is None or event.answer is DoseAnswer.UNDONE:
        return Undone(shown(dose), can_take_now=await newer_open_dose(heard, dose) is None)
    advice: LateAdvice | None = None
    if event.answer is DoseAnswer.NOT_TAKEN and await newer_open_dose(heard, dose) is None:
        until = take_now_until(dose.due_at, dose.due_at + DAY, heard.trial, is_first=dose.is_first)
        advice = late_advice(heard.at, dose.due_at, until, is_first=dose.is_first)
        if heard.participant.blocked_at is not None or event.reason is NotTakenReason.DOCTORS_ADVICE:
            advice = None
    return Recorded(
        dose=shown(dose),
        answer=event.answer,
        units=dose.units_taken,
        taken_at=event.taken_at,
        recorded_at=event.recorded_at,
        reason=event.reason,
        advice=advice,
        already=already,
        by_other=event.source is not heard.source,
    )


async def _record(
    heard: Heard,
    dose: ScheduledDose,
    answer: DoseAnswer,
    *,
    units: int = 0,
    taken_at: datetime | None = None,
    reason: NotTakenReason | None = None,
    suffix: str = "",
) -> DoseEvent | None:
    report = Report(
        answer=answer,
        source=heard.source,
        reported_by=heard.chat.link_id,
        reported_at=heard.said_at,
        cause_key=f"{heard.cause_key}{suffix and ':'}{suffix}",
        units=units,
        taken_at=taken_at,
        reason=reason,
        correction_reason="" if heard.source is Source.PARTICIPANT else str(heard.source),
    )
    return await record_dose(heard.change, heard.participant, dose, report, heard.trial)


def _units(argument: str, dose: ScheduledDose) -> int:
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


async def typed_time(heard: Heard, dose: ScheduledDose, clock: time, units: int, sure: str) -> Screen:
    """A typed clock time is the last such time that lies behind us and belongs to this dose."""
    zone = ZoneInfo(heard.participant.tz)
    candidates = [moment(dose.due_on + step, clock, zone) for step in (-DAY, timedelta(0), DAY)]
    opens_at = dose.due_at - heard.trial.windows.opens_before
    behind = [item for item in candidates if opens_at <= item <= min(heard.at, opens_at + DAY)]
    if not behind:
        return await _ask_when(heard, dose, units, sure)
    return await take(heard, dose, units, behind[-1], Tap(Verb.TAKEN_AT, dose.id, sure=sure))


STEPS: dict[Verb, Callable[[Heard, Tap, ScheduledDose], Awaitable[Screen]]] = {
    Verb.TAKEN: _taken,
    Verb.TAKEN_AT: _taken_at,
    Verb.USUAL_TIME: _usual_time,
    Verb.HOW_MANY: _how_many,
    Verb.EARLIER: _earlier,
    Verb.NOT_TAKEN: _not_taken,
    Verb.REASON: _reason,
    Verb.LATER: _later,
    Verb.SNOOZE: _snooze,
    Verb.CORRECT: _correct,
    Verb.UNDO: _undo,
    Verb.KEEP: _keep,
    Verb.FIRST_YES: _first_yes,
    Verb.FIRST_NO: _first_no,
    Verb.SHOW: _show,
}
