"""The last look before a message goes out: is it still called for, allowed, and in time? Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from protocol.amount_notice import amount_notice
from protocol.draw_day import DrawDay, Wait, wait_of
from protocol.ladder import TAKE_NOW, take_now_until
from protocol.late import late_advice
from protocol.moments import first_wall_time, local_date, within_wall_times
from protocol.orders import DoseOrder, FirstNewDose, units_of
from protocol.read_back import choices
from protocol.screens import (
    AskTeam,
    DoseReminder,
    DrawNotice,
    DrawWait,
    EveningQuestion,
    FirstDoseQuestion,
    GuardNotice,
    OrderNotice,
    RecordQuestion,
    RefillNotice,
    ResumeNotice,
    Screen,
    SelfRatedOffer,
    Shown,
    StaffWrites,
    SymptomOffer,
)
from protocol.silence import BLOCKED, STOPPED
from protocol.standing import may_be_prompted
from protocol.symptoms import Occasion
from protocol.terms import DoseState, FoodMode, Language, OrderKind, ParticipantState, PromptKind
from protocol.trial import Trial
from protocol.visit_prompts import ABOUT_A_VISIT
from protocol.visits import TO_COME, VisitState
from scheduler.resumes import Resumed
from scheduler.visits import VisitFact, visit_screen

DAY = timedelta(days=1)
ON_TIME = timedelta(minutes=10)  # a reminder this close to the chosen time beats quiet hours
PUT_OFF = timedelta(hours=1)
A_MOMENT = timedelta(minutes=1)
SAFETY = (PromptKind.SYMPTOM_CHECK, PromptKind.SYMPTOM_AGAIN)  # also of who has stopped the treatment
OF_THE_DRAW = frozenset({PromptKind.DRAW_NOTICE, PromptKind.DRAW_WAIT})
ASKS = TAKE_NOW | OF_THE_DRAW | {PromptKind.DOSE_EVENING, PromptKind.FIRST_DOSE_QUESTION}
CHOSEN = frozenset(
    {PromptKind.DOSE_REMINDER, PromptKind.DOSE_SNOOZED, PromptKind.FIRST_DOSE_QUESTION, PromptKind.DRAW_WAIT}
)
OF_A_PERSON = frozenset({PromptKind.REFILL, PromptKind.SELF_RATED, PromptKind.STAFF_MESSAGE, PromptKind.GUARD})
BESIDE = frozenset({PromptKind.DOSE_RECORD, PromptKind.GUARD})
LEFT = "left_treatment"


@dataclass(frozen=True, slots=True)
class OrderFact:
    """The order that a notice is about."""

    order_id: str
    order: DoseOrder
    asked: FirstNewDose | None = None  # what is read back, where a dose of it comes
    superseded: bool = False
    resumed: Resumed | None = None  # where it is a resume

    @property
    def kind(self) -> OrderKind:
        return self.order.kind


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
    tz: str  # where the participant is
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
    dose_tz: str | None  # of the wall on which the dose is due
    dose_cancelled: bool
    later_rung_is_due: bool
    take_now_is_near: bool
    order: OrderFact | None
    guard: str = ""  # which one is said
    follows: str = ""  # the check after which it asks again
    is_begun: bool = False  # the check that it offers, or one that takes its place; the refill was given out
    written: str | None = None  # a text of staff's own
    draw: DrawDay | None = None  # blood for a level is to be taken on the dose's day
    visit: VisitFact | None = None  # what it is about, or what the draw is part of


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
    return _person(facts) or _matter(facts, trial) or _time(facts, trial, at) or _screen(facts, trial, at)


def _person(facts: PromptFacts) -> Skip | None:
    if not may_be_prompted(facts.participant_state, facts.kind, of_a_dose=facts.dose is not None):
        return Skip(LEFT)  # doses before the last day still count; those after it are cancelled
    if facts.stopped:
        return Skip(STOPPED)
    if facts.link_id is None:
        return Skip("no_chat")
    if facts.unreachable:
        return Skip(BLOCKED)
    return None


def _matter(facts: PromptFacts, trial: Trial) -> Skip | None:
    return _visit(facts) if facts.kind in ABOUT_A_VISIT else _dose(facts, trial)


def _dose(facts: PromptFacts, trial: Trial) -> Skip | None:
    if facts.kind in SAFETY:
        return Skip("answered") if facts.is_begun else None
    if facts.kind in OF_A_PERSON:
        return None if _is_called_for(facts, trial) else Skip("not_called_for")
    if facts.dose is None:
        return None if facts.order is not None else Skip("not_called_for")
    if facts.dose_cancelled or facts.dose_state is DoseState.HELD:
        return Skip("not_called_for")
    if facts.dose_state not in (DoseState.OPEN, DoseState.UNREPORTED, DoseState.NOT_ASKED):
        return Skip("answered")
    if facts.blocked and facts.kind in ASKS:
        return Skip("safety")
    if facts.later_rung_is_due and facts.kind is not PromptKind.DOSE_RECORD:
        return Skip("merged")
    return None


def _is_called_for(facts: PromptFacts, trial: Trial) -> bool:
    """Whether a message about no dose still has its cause."""
    return {
        PromptKind.REFILL: not facts.is_begun,
        PromptKind.SELF_RATED: trial.self_rated is not None,
        PromptKind.STAFF_MESSAGE: bool(facts.written),
        PromptKind.GUARD: any(one.key == facts.guard for one in trial.guards),
    }[facts.kind]


def _visit(facts: PromptFacts) -> Skip | None:
    """Nothing is said of a day that the visit does not have any more."""
    fact = facts.visit
    if fact is None:
        return Skip("not_called_for")
    if facts.kind is PromptKind.VISIT_CANCELLED:
        return None if fact.state is VisitState.CANCELLED else Skip("not_called_for")
    if fact.state is VisitState.CANCELLED:
        return Skip("visit_cancelled")
    if fact.planned_for != fact.shown.slot().written():
        return Skip("visit_moved")
    if fact.state not in TO_COME or (facts.kind is PromptKind.VISIT_ASKED and fact.is_drawn):
        return Skip("answered")
    return Skip("merged") if fact.said_at is not None else None


def _time(facts: PromptFacts, trial: Trial, at: datetime) -> Skip | Later | None:
    if at >= facts.expires_at:
        return Skip("outage", expired=True)
    wait = _wait(facts, trial)
    if facts.kind in OF_THE_DRAW and (wait is None or at >= wait.until):
        return Skip("not_called_for")
    if facts.kind in TAKE_NOW and wait is not None and at < wait.until:
        return Later(wait.until)  # blood first, then the dose
    if facts.visit is not None and facts.visit.is_said_at is not None:
        then = max(facts.visit.is_said_at, at) + A_MOMENT  # the draw's own message speaks of the visit, if it goes out
        return Later(then) if then < facts.expires_at else Skip("merged")
    if facts.kind is PromptKind.SYMPTOM_CHECK and _repeat_is_due(facts, trial, at):
        return Skip("merged")
    if facts.kind in BESIDE and facts.take_now_is_near:
        return Later(at + PUT_OFF)  # never beside "take now"
    chosen = facts.kind in CHOSEN
    if chosen and at < facts.due_at + ON_TIME:
        return None
    ladder, zone = trial.ladder, ZoneInfo(facts.tz)
    if within_wall_times(at, ladder.quiet_from, ladder.quiet_until, zone):
        wakes_at = first_wall_time(at, ladder.quiet_until, zone)
        return Later(wakes_at) if wakes_at < facts.expires_at else Skip("quiet_hours", expired=True)
    return None


def _wait(facts: PromptFacts, trial: Trial) -> Wait | None:
    dose = facts.dose
    if facts.draw is None or dose is None or facts.dose_tz is None:
        return None
    return wait_of(
        due_at=dose.due_at,
        due_on=dose.due_on,
        is_first=dose.is_first,
        draws=(facts.draw,),
        zone=ZoneInfo(facts.dose_tz),
        rules=trial.draw_day,
    )


def _repeat_is_due(facts: PromptFacts, trial: Trial, at: datetime) -> bool:
    """After an outage one offer comes, and no burst."""
    offered_at = facts.expires_at - trial.check.closes_after
    return any(facts.due_at < offered_at + after <= at for after in trial.check.repeats)


def _notice(order: OrderFact, trial: Trial) -> Screen | Skip:
    if order.superseded:
        return Skip("not_called_for")
    if order.kind is OrderKind.DOSE:
        return amount_notice(order.order_id, order.order, order.asked, trial.product)
    if order.resumed is None:
        held = order.kind is OrderKind.HOLD
        return OrderNotice(order.order_id, order.order.from_on, 0, 1, held=held, choices=())
    now = order.resumed
    if now.is_over:
        return Skip("not_called_for")
    if now.unread is None:
        return ResumeNotice(order.order_id, order.order.from_on, now.due_at, now.units)
    amount, first = now.unread
    numbers, asked_on = choices(units_of(first.dose_mg, trial.product)), first.on if now.alternates else None
    return ResumeNotice(amount, order.order.from_on, now.due_at, now.units, numbers, asked_on)


def _screen(facts: PromptFacts, trial: Trial, at: datetime) -> Screen | Skip:
    if facts.kind in SAFETY:
        occasion = Occasion.WEEKLY if facts.kind is PromptKind.SYMPTOM_CHECK else Occasion.AGAIN
        return SymptomOffer(occasion, local_date(at, ZoneInfo(facts.tz)), facts.follows)
    if facts.kind in (PromptKind.REFILL, PromptKind.SELF_RATED):
        is_refill = facts.kind is PromptKind.REFILL
        return RefillNotice() if is_refill else SelfRatedOffer(local_date(facts.due_at, ZoneInfo(facts.tz)))
    if facts.kind is PromptKind.GUARD:
        return (
            GuardNotice(facts.guard) if any(one.key == facts.guard for one in trial.guards) else Skip("not_called_for")
        )
    if facts.kind in ABOUT_A_VISIT and facts.visit is not None:
        return visit_screen(facts.kind, facts.visit)
    if facts.written is not None:
        return StaffWrites(facts.written)
    if facts.order is not None:
        return _notice(facts.order, trial)
    return Skip("not_called_for") if facts.dose is None else _of_a_dose(facts, facts.dose, trial, at)


def _of_a_dose(facts: PromptFacts, dose: Shown, trial: Trial, at: datetime) -> Screen:
    if facts.draw is not None and facts.kind in OF_THE_DRAW:
        tomorrow = facts.kind is PromptKind.DRAW_NOTICE
        visit = facts.visit.shown if facts.visit is not None else None
        return (DrawNotice if tomorrow else DrawWait)(dose, facts.draw.fasting, visit)
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
