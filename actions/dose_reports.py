"""One report from a chat on its way into the record, and the screen of what stands afterwards."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from actions.doses import Report, current_events, record_dose
from actions.draw_days import wait_for_draw
from actions.hearing import Heard, newer_open_dose, shown
from models.dose import ScheduledDose
from protocol.ladder import take_now_until
from protocol.late import late_advice
from protocol.plan import STILL_UNKNOWN
from protocol.screens import (
    AskTeam,
    CorrectQuestion,
    DoseReminder,
    DrawWait,
    FirstDoseQuestion,
    LateAdvice,
    Recorded,
    Screen,
    Undone,
)
from protocol.taps import Sure, Tap
from protocol.terms import DoseAnswer, DoseState, NotTakenReason, Source
from protocol.trial import Trial

ANSWERED = (DoseState.TAKEN, DoseState.TAKEN_PARTLY, DoseState.NOT_TAKEN)
DAY = timedelta(days=1)


async def report_dose(
    heard: Heard,
    dose: ScheduledDose,
    answer: DoseAnswer,
    *,
    units: int = 0,
    taken_at: datetime | None = None,
    reason: NotTakenReason | None = None,
    suffix: str = "",
) -> Any:
    """The row that was recorded; None: it had been."""
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


async def newest_event(heard: Heard, dose: ScheduledDose) -> Any:
    """The newest event that nothing has superseded, as a row to be read; None where there is none."""
    events = await current_events(heard.change, dose.id)
    return events[-1] if events else None


async def recorded(
    heard: Heard, dose: ScheduledDose, event: Any = None, *, already: bool = False, second: Tap | None = None
) -> Screen:
    """What stands for this dose now; `event` is its newest one, where that is at hand."""
    event = event or await newest_event(heard, dose)
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
        by_team=event.source is Source.STAFF_CALL,
        second=second,
    )


async def first_is_asked(heard: Heard, dose: ScheduledDose) -> bool:
    """True while the dose before this one may have been the first one taken, so that no amount may be named."""
    if not dose.is_first:
        return False
    before: DoseState | None = await heard.change.session.scalar(
        select(ScheduledDose.state)
        .where(
            ScheduledDose.participant_id == heard.participant.id,
            ScheduledDose.ordinal < dose.ordinal,
            ScheduledDose.state != DoseState.HELD,
            col(ScheduledDose.cancelled_at).is_(None),
        )
        .order_by(col(ScheduledDose.ordinal).desc())
        .limit(1)
    )
    return before in STILL_UNKNOWN


def has_to_wait(reach: Sequence[ScheduledDose], at: datetime, trial: Trial) -> bool:
    """True for the newest dose in reach until the minimum gap to the one taken before is over.

    Asking brings no dose sooner: neither one that the gap has moved, nor one whose window opens within the gap.
    """
    dose, *before = reach
    taken = [other.taken_at for other in before if other.taken_at is not None]
    is_close = bool(taken) and at < max(taken) + trial.windows.minimum_gap
    return is_close or (dose.due_at > dose.nominal_at and at < dose.due_at)


async def dose_screen(heard: Heard, dose: ScheduledDose) -> Screen:
    """What this dose asks for at this moment."""
    if dose.state in ANSWERED:
        return await recorded(heard, dose, already=True)
    newer = await newer_open_dose(heard, dose)
    if newer is not None:
        return CorrectQuestion(shown(dose), is_today=False, sure=Sure.DAY)
    if heard.participant.blocked_at is not None:
        return AskTeam(shown(dose))
    if await first_is_asked(heard, dose):
        return FirstDoseQuestion(shown(dose))
    until = take_now_until(dose.due_at, dose.due_at + DAY, heard.trial, is_first=dose.is_first)
    if heard.at >= until:
        return CorrectQuestion(shown(dose), is_today=True)
    wait = await wait_for_draw(heard.change, dose, heard.trial)
    if wait is not None and heard.at < wait.until:
        return DrawWait(shown(dose), wait.draw.fasting)
    return DoseReminder(shown(dose), heard.participant.food)
