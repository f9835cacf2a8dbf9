"""The last look before a message goes out: is it still called for, allowed, and in time? Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from protocol.ladder import TAKE_NOW, take_now_until
from protocol.late import late_advice
from protocol.moments import first_wall_time, within_wall_times
from protocol.screens import (
    AskTeam,
    DoseReminder,
    EveningQuestion,
    FirstDoseQuestion,
    OrderNotice,
    RecordQuestion,
    Screen,
    Shown,
)
from protocol.silence import BLOCKED, STOPPED
from protocol.terms import DoseState, FoodMode, Language, OrderKind, ParticipantState, PromptKind
from protocol.trial import Trial

DAY = timedelta(days=1)
ON_TIME = timedelta(minutes=10)  # a reminder this close to the chosen time beats quiet hours
PUT_OFF = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class OrderFact:
    """The order that a notice is about."""

    order_id: str
    kind: OrderKind
    from_on: date
    units: int
    every_days: int


@dataclass(frozen=True, slots=True)
class PromptFacts:
    """One claimed prompt with everything the last look needs, read in one go."""

    prompt_id: str
    kind: PromptKind
    rung: int
    due_at: datetime
    expires_at: datetime
    participant_id: str
    participant_state: ParticipantState
    language: Language
    tz: str
    food: FoodMode
    contact_name: str
    contact_phone: str
    stopped: bool
    unreachable: bool
    blocked: bool
    silent: bool
    link_id: str | None
    chat: str | None
    dose: Shown | None
    dose_state: DoseState | None
    dose_cancelled: bool
    later_rung_is_due: bool
    take_now_is_near: bool
    order: OrderFact | None


@dataclass(frozen=True, slots=True)
class Skip:
    """Not to be sent; `expired` where its time has passed through the system's fault."""

    reason: str
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Not now."""

    at: datetime


def last_look(facts: PromptFacts, trial: Trial, at: datetime) -> Screen | Skip | Later:
    """What becomes of one claimed prompt at this moment."""
    return _person(facts) or _dose(facts) or _time(facts, trial, at) or _screen(facts, trial, at)


def _person(facts: PromptFacts) -> Skip | None:
    if facts.participant_state in (ParticipantState.WITHDRAWN, ParticipantState.DIED):
        return Skip("left_treatment")
    if facts.participant_state is ParticipantState.DISCONTINUED and facts.dose is None:
        return Skip("left_treatment")  # doses before the last day still count; those after it are cancelled
    if facts.stopped:
        return Skip(STOPPED)
    if facts.link_id is None:
        return Skip("no_chat")
    if facts.unreachable:
        return Skip(BLOCKED)
    return None


def _dose(facts: PromptFacts) -> Skip | None:
    if facts.dose is None:
        return None if facts.order is not None else Skip("not_called_for")
    if facts.dose_cancelled or facts.dose_state is DoseState.HELD:
        return Skip("not_called_for")
    if facts.dose_state not in (DoseState.OPEN, DoseState.UNREPORTED, DoseState.NOT_ASKED):
        return Skip("answered")
    if facts.blocked and facts.kind in TAKE_NOW | {PromptKind.DOSE_EVENING, PromptKind.FIRST_DOSE_QUESTION}:
        return Skip("safety")
    if facts.later_rung_is_due and facts.kind is not PromptKind.DOSE_RECORD:
        return Skip("merged")
    return None


def _time(facts: PromptFacts, trial: Trial, at: datetime) -> Skip | Later | None:
    if at >= facts.expires_at:
        return Skip("outage", expired=True)
    if facts.kind is PromptKind.DOSE_RECORD and facts.take_now_is_near:
        return Later(at + PUT_OFF)  # never beside "take now"
    chosen = facts.kind in (PromptKind.DOSE_REMINDER, PromptKind.DOSE_SNOOZED, PromptKind.FIRST_DOSE_QUESTION)
    if chosen and at < facts.due_at + ON_TIME:
        return None
    ladder, zone = trial.ladder, ZoneInfo(facts.tz)
    if within_wall_times(at, ladder.quiet_from, ladder.quiet_until, zone):
        wakes_at = first_wall_time(at, ladder.quiet_until, zone)
        return Later(wakes_at) if wakes_at < facts.expires_at else Skip("quiet_hours", expired=True)
    return None


def _screen(facts: PromptFacts, trial: Trial, at: datetime) -> Screen | Skip:
    if facts.order is not None:
        order = facts.order
        return OrderNotice(
            order_id=order.order_id,
            from_on=order.from_on,
            units=order.units,
            every_days=order.every_days,
            held=order.kind is OrderKind.HOLD,
            choices=tuple(range(max(1, order.units - 1), order.units + 2)),
        )
    if facts.dose is None:
        return Skip("not_called_for")
    dose = facts.dose
    if facts.kind in TAKE_NOW:
        return DoseReminder(dose, facts.food, again=facts.kind is not PromptKind.DOSE_REMINDER, silent=facts.silent)
    if facts.kind is PromptKind.DOSE_EVENING:
        until = take_now_until(dose.due_at, dose.due_at + DAY, trial, is_first=dose.is_first)
        return EveningQuestion(dose, facts.food, late_advice(at, dose.due_at, until, is_first=dose.is_first))
    if facts.kind is PromptKind.FIRST_DOSE_QUESTION:
        return FirstDoseQuestion(dose)
    if facts.kind is PromptKind.DOSE_RECORD:
        return RecordQuestion(dose)
    return AskTeam(dose)
