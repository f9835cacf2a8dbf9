"""Answers about a dose: each press becomes a record, or the next question, never a guess."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from sqlmodel import col, select

from actions.dose_reports import ANSWERED, dose_screen, newest_event, recorded, report_dose
from actions.doses import snooze
from actions.draw_answers import drawn
from actions.hearing import Heard, doses_in_reach, forget_question, newer_open, newer_open_dose, own_dose, shown
from actions.taking import ask_when, second_tap, taken, taken_at_time, taken_now, units_of_tap
from models.dose import ScheduledDose
from protocol.ladder import take_now_until
from protocol.moments import within_wall_times
from protocol.screens import (
    Answer,
    CorrectQuestion,
    How,
    HowManyQuestion,
    NothingChanged,
    Recorded,
    RecordQuestion,
    ReportClosed,
    Screen,
    Snoozed,
    SnoozeQuestion,
    Undone,
    WhichDayQuestion,
    WhyQuestion,
)
from protocol.taps import Sure, Tap, Verb, also
from protocol.terms import Cause, DoseAnswer, DoseState, NotTakenReason, Source

DAY = timedelta(days=1)

OPENING = frozenset({Verb.TAKEN, Verb.EARLIER, Verb.HOW_MANY, Verb.NOT_TAKEN, Verb.LATER})
"""Verbs of a prompt's own buttons: pressed on an old message they may mean the newer dose."""

SWALLOWED = frozenset({DoseState.TAKEN, DoseState.TAKEN_PARTLY})


async def answer_tap(heard: Heard, tap: Tap) -> list[Answer]:
    """What one press about a dose leads to; in place of the message it stood on."""
    reach = await doses_in_reach(heard)
    dose = next((dose for dose in reach if dose.id == tap.record_id), None) or await own_dose(heard, tap.record_id)
    if dose is None or dose.nominal_at > heard.at + heard.trial.windows.opens_before:
        return [Answer(NothingChanged(), How.SEND)]
    screen = await _screen(heard, tap, dose, newer_open(reach, dose))
    answers = [Answer(screen, How.EDIT)]
    if isinstance(screen, Recorded) and tap.confirmed(Sure.DAY):
        answers += await _rest_of_the_gap(heard, dose)
    return answers


async def _rest_of_the_gap(heard: Heard, dose: ScheduledDose) -> list[Answer]:
    """After an outage each day that nobody was asked about is asked once, one at a time, for the record only."""
    for other in await doses_in_reach(heard):
        lost = other.state is DoseState.NOT_ASKED and other.cause is Cause.OUTAGE
        if other.ordinal < dose.ordinal and (lost or other.state is DoseState.OPEN):
            return [Answer(RecordQuestion(shown(other)))]
    return []


async def _screen(heard: Heard, tap: Tap, dose: ScheduledDose, newer: ScheduledDose | None) -> Screen:
    if heard.at > dose.nominal_at + heard.trial.windows.report_closes_after:
        return ReportClosed(shown(dose))
    if tap.verb in OPENING and not tap.confirmed(Sure.DAY) and dose.state not in ANSWERED:
        if newer is not None:
            return _which_day(dose, newer, tap)
        if tap.verb is Verb.TAKEN:
            return await taken_now(heard, tap, dose)
    if (told := await _told_by_phone(heard, tap, dose)) is not None:
        return told
    step = STEPS.get(tap.verb)
    return await step(heard, tap, dose) if step is not None else NothingChanged()


async def _told_by_phone(heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen | None:
    """A button that was open while staff wrote down a call: it says that the dose is recorded, and counts nothing.

    Who has really taken another one besides can say so with one more tap.
    """
    is_open = tap.verb in OPENING or tap.verb is Verb.REASON
    if not is_open or tap.confirmed(Sure.REPLACE) or tap.confirmed(Sure.DOUBLE) or dose.state not in SWALLOWED:
        return None
    standing = await newest_event(heard, dose)
    if standing is None or standing.source is not Source.STAFF_CALL:
        return None
    await forget_question(heard)
    second = second_tap(heard, dose) if tap.verb is Verb.TAKEN else None
    return await recorded(heard, dose, standing, already=True, second=second)


def _which_day(older: ScheduledDose, newer: ScheduledDose, tap: Tap) -> WhichDayQuestion:
    sure = also(tap.sure, Sure.DAY)
    return WhichDayQuestion(
        older=shown(older),
        newer=shown(newer),
        older_tap=replace(tap, record_id=older.id, sure=sure),
        newer_tap=replace(tap, record_id=newer.id, sure=sure),
    )


async def _how_many(_heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen:
    return HowManyQuestion(shown(dose), tap.sure)


async def _earlier(heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen:
    return await ask_when(heard, dose, units_of_tap(tap.argument, dose), tap.sure)


async def _not_taken(_heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen:
    return WhyQuestion(shown(dose), tap.sure)


async def _reason(heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen:
    reason = NotTakenReason(tap.argument) if tap.argument in set(NotTakenReason) else NotTakenReason.OTHER
    await report_dose(heard, dose, DoseAnswer.NOT_TAKEN, reason=reason)
    await forget_question(heard)
    return await recorded(heard, dose)


async def _later(heard: Heard, _tap: Tap, dose: ScheduledDose) -> Screen:
    """Offers only times inside the window and outside quiet hours."""
    minutes = _snoozes_left(heard, dose)
    if dose.state is not DoseState.OPEN or not minutes:
        return CorrectQuestion(shown(dose), is_today=True)
    return SnoozeQuestion(shown(dose), minutes)


def _snoozes_left(heard: Heard, dose: ScheduledDose) -> tuple[int, ...]:
    ladder, zone = heard.trial.ladder, heard.participant.wall
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


async def _correct(heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen:
    newer = await newer_open_dose(heard, dose)
    sure = also(tap.sure if newer is None else also(tap.sure, Sure.DAY), Sure.REPLACE)
    return CorrectQuestion(shown(dose), is_today=newer is None, sure=sure)


async def _undo(heard: Heard, _tap: Tap, dose: ScheduledDose) -> Screen:
    if dose.state in ANSWERED:
        await report_dose(heard, dose, DoseAnswer.UNDONE)
    is_today = await newer_open_dose(heard, dose) is None
    return Undone(shown(dose), can_take_now=is_today)


async def _keep(heard: Heard, _tap: Tap, dose: ScheduledDose) -> Screen:
    return await recorded(heard, dose) if dose.state in ANSWERED else NothingChanged()


async def _first_yes(heard: Heard, _tap: Tap, dose: ScheduledDose) -> Screen:
    """The first dose was taken: how many and when is asked about the dose it belongs to."""
    unanswered = await _unanswered_first(heard, dose)
    first = unanswered[-1] if unanswered else dose
    return HowManyQuestion(shown(first), Sure.DAY)


async def _first_no(heard: Heard, _tap: Tap, dose: ScheduledDose) -> Screen:
    """Not taken yet: the earlier ones are recorded so, and what this one asks for by now is shown. An old question may
    be answered late: by then its dose may have been taken, or another one is open.
    """
    for earlier in await _unanswered_first(heard, dose):
        await report_dose(
            heard, earlier, DoseAnswer.NOT_TAKEN, reason=NotTakenReason.OTHER, suffix=str(earlier.ordinal)
        )
    return NothingChanged() if dose.state is DoseState.HELD else await dose_screen(heard, dose)


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


STEPS: dict[Verb, Callable[[Heard, Tap, ScheduledDose], Awaitable[Screen]]] = {
    Verb.TAKEN: taken,
    Verb.TAKEN_AT: taken_at_time,
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
    Verb.DRAWN: drawn,
}
