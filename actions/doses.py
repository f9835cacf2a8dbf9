"""Doses: what was reported is recorded, corrected, undone or put off; one transaction, one effect per report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, bindparam, insert, or_, select, update
from sqlalchemy.orm.attributes import set_committed_value

from actions.alerts import open_alert
from actions.draw_days import draws_of, tell_of_early_doses
from actions.planning import bring_to_the_orders, replan
from actions.runs import block, look_at_runs
from models.dose import DoseEvent, ScheduledDose
from models.participant import Participant
from models.prompt import Prompt
from models.session import Change
from models.statements import Statement
from models.tables import table_of
from protocol.ladder import take_now_until
from protocol.terms import AlertKind, DoseAnswer, DoseState, NotTakenReason, PromptState, Source
from protocol.trial import Trial

UNITS_MAX = 20  # more tablets at once than anyone is given is a slip of the finger

_EVENT: Final = table_of(DoseEvent)
_DOSE: Final = table_of(ScheduledDose)
_PROMPT: Final = table_of(Prompt)
_STANDS: Final = and_(_EVENT.c.dose_id == bindparam("dose"), _EVENT.c.superseded.is_(False))
_CURRENT: Final = Statement(select(*_EVENT.c).where(_STANDS).order_by(_EVENT.c.recorded_at))
_CURRENT_OR_CAUSED: Final = Statement(
    select(*_EVENT.c).where(or_(_STANDS, _EVENT.c.cause_key == bindparam("cause"))).order_by(_EVENT.c.recorded_at)
)
_RECORD: Final = Statement(insert(_EVENT).returning(*_EVENT.c))
_SET_STATE: Final = Statement(update(_DOSE).where(_DOSE.c.id == bindparam("row_id")))
_NEXT_DOSE: Final = Statement(
    select(_DOSE.c.nominal_at).where(
        _DOSE.c.participant_id == bindparam("participant"), _DOSE.c.ordinal == bindparam("next_ordinal")
    )
)
_TAKE_BACK: Final = Statement(
    update(_PROMPT).where(_PROMPT.c.dose_id == bindparam("dose"), _PROMPT.c.state == PromptState.WAITING)
)


@dataclass(frozen=True, slots=True)
class Report:
    """What was said about one dose. `cause_key` makes it take effect once, however often it arrives."""

    answer: DoseAnswer
    source: Source
    reported_by: str
    reported_at: datetime
    cause_key: str
    units: int = 0
    taken_at: datetime | None = None
    reason: NotTakenReason | None = None
    correction_reason: str = ""


class ImpossibleReportError(ValueError):
    """The report cannot be true: a future time, or no tablets."""


async def current_events(change: Change, dose_id: str) -> list[Any]:
    """The events of a dose that nothing has superseded, oldest first: rows of `dose_event`, to be read only."""
    return await change.rows(_CURRENT, dose=dose_id)


async def record_dose(
    change: Change, participant: Participant, dose: ScheduledDose, report: Report, trial: Trial
) -> Any:
    """Records one report; a different answer supersedes the one before it.

    Gives the row of `dose_event`, to be read only; None: it had been recorded already.

    Raises ImpossibleReportError.
    """
    _check(report, change.at)
    events = await change.rows(_CURRENT_OR_CAUSED, dose=dose.id, cause=report.cause_key)
    if any(event.cause_key == report.cause_key for event in events):
        return None
    await bring_to_the_orders(change, participant, dose, trial)
    is_extra = report.answer is DoseAnswer.EXTRA
    superseded = [] if is_extra else [await change.session.get_one(DoseEvent, old.id) for old in events]
    for old in superseded:
        old.superseded = True
        change.owe(old, participant_id=participant.id)
    if participant.silent_at is not None:
        participant.silent_at = None
    (event,) = await change.rows(_RECORD, **_new_event(change, dose, report, superseded, trial))
    change.owe_values("dose_event", event.id, event._asdict(), participant_id=participant.id)
    was_held = dose.state is DoseState.HELD or _against_the_wait(participant, report)
    standing = [*events, event] if is_extra else [event]
    await change.write(_SET_STATE, dose, **_state(dose, standing, trial, change.at))
    change.owe(dose, participant_id=participant.id)
    _audit(change, participant, dose, event, superseded)
    await _close_prompts(change, dose)
    await _raise_alerts(change, participant, dose, event, trial, was_held=was_held)
    if event.taken_at is not None and not dose.is_first:
        draws = await draws_of(change, participant.id, dose.due_at)
        await tell_of_early_doses(change, participant, [dose], draws, trial)
    if dose.is_first or superseded or await _comes_close_to_next(change, dose, trial):
        await replan(change, participant, trial)
    return event


def _against_the_wait(participant: Participant, report: Report) -> bool:
    """Swallowed although an investigator had to decide first: recorded as it was, and told to staff."""
    since, taken_at = participant.blocked_at, report.taken_at
    return since is not None and taken_at is not None and taken_at >= since


def _check(report: Report, at: datetime) -> None:
    if report.answer in (DoseAnswer.TAKEN, DoseAnswer.EXTRA) and not 1 <= report.units <= UNITS_MAX:
        raise ImpossibleReportError(f"a dose taken has 1 to {UNITS_MAX} tablets")
    if report.taken_at is not None and report.taken_at > at + timedelta(minutes=1):
        raise ImpossibleReportError("the time lies in the future")


def _new_event(
    change: Change, dose: ScheduledDose, report: Report, superseded: list[DoseEvent], trial: Trial
) -> dict[str, Any]:
    return {
        "id": change.new_id(),
        "dose_id": dose.id,
        "participant_id": dose.participant_id,
        "answer": report.answer,
        "units": report.units,
        "dose_mg": report.units * trial.product.strength_mg,
        "taken_at": report.taken_at,
        "recorded_at": change.at,
        "reported_at": report.reported_at,
        "source": report.source,
        "reported_by": report.reported_by,
        "reason": report.reason,
        "supersedes_id": superseded[-1].id if superseded else None,
        "superseded": False,
        "correction_reason": report.correction_reason,
        "is_late": report.reported_at - dose.due_at > trial.windows.late_report_after,
        "cause_key": report.cause_key,
    }


def _state(dose: ScheduledDose, events: Sequence[Any], trial: Trial, at: datetime) -> dict[str, Any]:
    """State, units and time of a dose by its standing events."""
    taken = [event for event in events if event.answer in (DoseAnswer.TAKEN, DoseAnswer.EXTRA)]
    times = [event.taken_at for event in taken if event.taken_at is not None]
    units = sum(event.units for event in taken)
    settle_at: datetime | None = None
    if taken:
        state = DoseState.TAKEN if units >= dose.units else DoseState.TAKEN_PARTLY
    elif any(event.answer is DoseAnswer.NOT_TAKEN for event in events):
        state = DoseState.NOT_TAKEN
    else:
        state, settle_at = DoseState.OPEN, max(at, dose.due_at + trial.windows.unreported_after)
    taken_at = max(times, default=None)
    return {"state": state, "cause": None, "units_taken": units, "taken_at": taken_at, "settle_at": settle_at}


async def _comes_close_to_next(change: Change, dose: ScheduledDose, trial: Trial) -> bool:
    """True when the next dose has to wait because this one was taken late; every other report leaves the plan alone."""
    if dose.taken_at is None:
        return False
    following = await change.rows(_NEXT_DOSE, participant=dose.participant_id, next_ordinal=dose.ordinal + 1)
    return bool(following) and dose.taken_at + trial.windows.minimum_gap > following[0].nominal_at


async def _close_prompts(change: Change, dose: ScheduledDose) -> None:
    """What waits for this dose is taken back; a message under way is checked again just before it is sent."""
    if dose.state is DoseState.OPEN:
        return
    values = {"state": PromptState.CANCELLED, "reason": "answered", "settled_at": change.at}
    await change.run(_TAKE_BACK, dose=dose.id, **values)
    for row in [row for row in change.session if isinstance(row, Prompt) and row.dose_id == dose.id]:
        if row.state is PromptState.WAITING:
            for name, value in values.items():
                set_committed_value(row, name, value)


def _audit(
    change: Change, participant: Participant, dose: ScheduledDose, event: Any, superseded: list[DoseEvent]
) -> None:
    change.audit(
        "record_dose" if not superseded else "correct_dose",
        "dose_event",
        event.id,
        participant_id=participant.id,
        old={"events": [old.id for old in superseded]} if superseded else None,
        new={
            "dose": dose.id,
            "ordinal": dose.ordinal,
            "answer": event.answer,
            "units": event.units,
            "taken_at": event.taken_at,
            "source": event.source,
        },
        reason=event.correction_reason or (event.reason or ""),
    )


async def _raise_alerts(
    change: Change, participant: Participant, dose: ScheduledDose, event: Any, trial: Trial, *, was_held: bool
) -> None:
    if event.answer is DoseAnswer.EXTRA:
        await open_alert(change, AlertKind.DOUBLE_DOSE, participant, cause=dose.id, dose_id=dose.id)
        await block(change, participant, "double_dose", trial)
    if dose.state is DoseState.TAKEN_PARTLY:
        kind = AlertKind.FIRST_DOSE_PARTLY if dose.is_first else AlertKind.TAKEN_PARTLY
        await open_alert(change, kind, participant, cause=dose.id, dose_id=dose.id)
    if was_held and dose.state in (DoseState.TAKEN, DoseState.TAKEN_PARTLY):
        await open_alert(change, AlertKind.TAKEN_ON_HOLD, participant, cause=dose.id, dose_id=dose.id)
    until = take_now_until(dose.due_at, dose.due_at + timedelta(days=1), trial, is_first=dose.is_first)
    if dose.state is DoseState.NOT_TAKEN and change.at >= until and event.source is not Source.STAFF_CALL:
        await open_alert(change, AlertKind.LATE_BEYOND_CUTOFF, participant, cause=dose.id, dose_id=dose.id)
    if dose.state is DoseState.NOT_TAKEN:
        await look_at_runs(change, participant, dose, trial)


async def snooze(change: Change, participant: Participant, dose: ScheduledDose, until: datetime, trial: Trial) -> None:
    """Puts the dose's next prompt off to `until`."""
    dose.snoozed_until = until
    dose.snoozes += 1
    change.audit(
        "snooze_dose",
        "scheduled_dose",
        dose.id,
        participant_id=participant.id,
        new={"until": until, "times": dose.snoozes},
    )
    await replan(change, participant, trial)
