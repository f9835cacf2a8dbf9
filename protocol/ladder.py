"""The ladder of prompts of one dose: reminder, repeats, end-of-day question, and the record question next morning."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from protocol.draw_day import Wait
from protocol.moments import first_wall_time, moment, within_wall_times
from protocol.terms import PromptKind
from protocol.trial import Trial

RECORD_AFTER = timedelta(hours=1)  # where the lead falls into quiet hours the record question follows instead
EVENING_AFTER = timedelta(hours=2)  # an end-of-day question this close to the reminder would only repeat it

TAKE_NOW = frozenset({PromptKind.DOSE_REMINDER, PromptKind.DOSE_REPEAT, PromptKind.DOSE_SNOOZED})
"""Kinds that ask to take the dose; the rest only ask or tell."""

OF_ITS_DAY = TAKE_NOW | {PromptKind.DOSE_EVENING}
"""Kinds whose delivery means that the participant was asked about this dose in time."""


@dataclass(frozen=True, slots=True)
class PlannedPrompt:
    """One message to come about one dose, by ordinal; sent in [due_at, expires_at) or not at all."""

    ordinal: int
    kind: PromptKind
    rung: int
    due_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Dose:
    ordinal: int
    due_at: datetime
    due_on: date
    next_due_at: datetime
    zone: ZoneInfo
    trial: Trial

    @property
    def next_opens_at(self) -> datetime:
        return self.next_due_at - self.trial.windows.opens_before

    def quiet(self, at: datetime) -> bool:
        return within_wall_times(at, self.trial.ladder.quiet_from, self.trial.ladder.quiet_until, self.zone)

    def awake(self, at: datetime) -> datetime:
        """The moment itself, or the end of the quiet hours it falls into."""
        return first_wall_time(at, self.trial.ladder.quiet_until, self.zone) if self.quiet(at) else at

    def prompt(self, kind: PromptKind, rung: int, due_at: datetime, expires_at: datetime) -> PlannedPrompt:
        return PlannedPrompt(self.ordinal, kind, rung, due_at, expires_at)


def take_now_until(due_at: datetime, next_due_at: datetime, trial: Trial, *, is_first: bool) -> datetime:
    """Until when "take it now" may be said. The cut-off does not apply to the first dose."""
    opens_at = next_due_at - trial.windows.opens_before
    return opens_at if is_first else min(due_at + trial.windows.late_cutoff, opens_at)


def prompts_of(  # noqa: PLR0913  the facts of one dose, each named at the call
    *,
    ordinal: int,
    due_at: datetime,
    due_on: date,
    next_due_at: datetime,
    is_first: bool,
    first_is_unknown: bool,
    blocked: bool,
    snoozed_until: datetime | None,
    snoozes: int,
    zone: ZoneInfo,
    trial: Trial,
    at_chosen_time: bool = True,
    wait: Wait | None = None,
) -> list[PlannedPrompt]:
    """The whole ladder of one open dose; what has been sent or answered is the caller's to leave out.

    `at_chosen_time` is False for a dose that the minimum gap has moved: only a chosen time beats quiet hours.
    With `wait` nothing asks for the dose before blood is taken or the hour of release has come.
    """
    dose = _Dose(ordinal, due_at, due_on, next_due_at, zone, trial)
    asked_at = due_at if at_chosen_time else dose.awake(due_at)
    until = take_now_until(due_at, next_due_at, trial, is_first=is_first)
    if blocked:
        return [dose.prompt(PromptKind.ASK_TEAM, 0, asked_at, until)] if asked_at < until else []
    if first_is_unknown:
        return list(_first_dose_questions(dose, asked_at, until))
    draw = [] if wait is None else list(_of_the_draw(dose, wait, asked_at))
    asked_at = asked_at if wait is None else max(asked_at, wait.until)
    take_now = draw + list(_take_now(dose, asked_at, until, snoozed_until, snoozes))
    # An unanswered first dose is asked about by the next dose's own question, before any amount is named.
    record = [] if is_first else [_record(dose)]
    return take_now + list(_evening(dose)) + record


def _first_dose_questions(dose: _Dose, asked_at: datetime, until: datetime) -> Iterator[PlannedPrompt]:
    if asked_at < until:
        yield dose.prompt(PromptKind.FIRST_DOSE_QUESTION, 0, asked_at, until)
    for rung, due_at in _repeats(dose, asked_at, until):
        yield dose.prompt(PromptKind.FIRST_DOSE_QUESTION, rung, due_at, until)


def _of_the_draw(dose: _Dose, wait: Wait, asked_at: datetime) -> Iterator[PlannedPrompt]:
    """A notice the evening before, and the wait text in the reminder's place."""
    if wait.notice_at < asked_at:
        yield dose.prompt(PromptKind.DRAW_NOTICE, 0, wait.notice_at, asked_at)
    if asked_at < wait.until:
        yield dose.prompt(PromptKind.DRAW_WAIT, 0, asked_at, wait.until)


def _take_now(
    dose: _Dose, asked_at: datetime, until: datetime, snoozed_until: datetime | None, snoozes: int
) -> Iterator[PlannedPrompt]:
    """The reminder beats quiet hours, since its time was chosen; repeats never fall into them."""
    if asked_at < until:
        yield dose.prompt(PromptKind.DOSE_REMINDER, 0, asked_at, until)
    if snoozed_until is not None and asked_at <= snoozed_until < until:
        yield dose.prompt(PromptKind.DOSE_SNOOZED, snoozes, snoozed_until, until)
    for rung, due_at in _repeats(dose, asked_at, until):
        if snoozed_until is None or due_at > snoozed_until:
            yield dose.prompt(PromptKind.DOSE_REPEAT, rung, due_at, until)


def _repeats(dose: _Dose, asked_at: datetime, until: datetime) -> Iterator[tuple[int, datetime]]:
    for rung, step in enumerate(dose.trial.ladder.repeats, start=1):
        if asked_at + step < until and not dose.quiet(asked_at + step):
            yield rung, asked_at + step


def _evening(dose: _Dose) -> Iterator[PlannedPrompt]:
    """On the dose's own date, until quiet hours begin, after midnight too."""
    due_at = moment(dose.due_on, dose.trial.ladder.evening_time, dose.zone)
    expires_at = min(first_wall_time(due_at, dose.trial.ladder.quiet_from, dose.zone), dose.next_opens_at)
    if due_at >= dose.due_at + EVENING_AFTER and due_at < expires_at:
        yield dose.prompt(PromptKind.DOSE_EVENING, 0, due_at, expires_at)


def _record(dose: _Dose) -> PlannedPrompt:
    """For the record only, on a screen of its own, before today's reminder or well after it."""
    due_at = dose.next_due_at - dose.trial.ladder.record_lead
    if dose.quiet(due_at):
        due_at = dose.awake(dose.next_due_at + RECORD_AFTER)
    return dose.prompt(PromptKind.DOSE_RECORD, 0, due_at, dose.next_due_at + timedelta(days=1))
