"""Symptoms that a participant told on the phone: what staff write down is one check, all of it or nothing."""

from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from actions.guard_times import next_time, treated
from actions.guards import take_back
from actions.symptoms import (
    Reporter,
    Said,
    answers_of,
    begin_check,
    finish_check,
    judged,
    record_answer,
    unfinished_check,
)
from models.participant import Participant
from models.session import Change
from models.site import Staff
from models.symptom import SymptomCheck
from protocol.answers import Answer, AnswerState
from protocol.check import Asked, may_ask, next_question, skipped, unanswered
from protocol.moments import local_date
from protocol.symptoms import Applies, Ask, Item, Occasion
from protocol.terms import Source
from protocol.triage import Triage
from protocol.trial import Trial
from protocol.typed_answers import AskAgain, tapped_answer, typed_answer

NONE, SKIPPED = "none", "skipped"
TYPED = (Ask.TEMPERATURE, Ask.DATE, Ask.TEXT)


class SymptomCallError(ValueError):
    """Some of it cannot be recorded so, hence nothing was; `problems` has one line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


async def record_told(
    change: Change,
    participant: Participant,
    told: Mapping[str, str],
    staff: Staff,
    trial: Trial,
    *,
    occasion: Occasion,
) -> tuple[SymptomCheck, Triage, tuple[str, ...]]:
    """The check, what its answers call for, and the items that were not asked or skipped.

    `told`: item to value as on the command line. A check of the same staff and occasion that is unfinished goes on; it
    is finished once nothing is left to be asked. Raises SymptomCallError. `participant` is locked by the caller.
    """
    asked = _asked(participant)
    answers = _read(told, asked, occasion, trial, local_date(change.at, ZoneInfo(participant.tz)))
    reporter = Reporter(Source.STAFF_CALL, staff.name)
    check = await unfinished_check(change, participant, reporter.name)
    if check is None or check.occasion is not occasion:
        check = await begin_check(change, participant, occasion, reporter, trial)
    for answer in answers:
        said = Said(f"call:{change.new_id()}", change.at)
        await record_answer(change, participant, check, answer, said, reporter, trial)
    kept = await answers_of(change, check.id, trial)
    if next_question(trial.sheet, occasion, asked, kept) is None:
        finish_check(change, check)
    found = await judged(change, participant, check, kept, trial)
    return check, found, unanswered(trial.sheet, occasion, asked, kept)


async def set_pregnancy_item(
    change: Change, participant: Participant, concerns: Applies | None, reason: str, trial: Trial
) -> None:
    """Which of the items about a pregnancy this participant is asked; None: neither. Raises ValueError."""
    if not reason.strip():
        raise ValueError("a reason is needed")
    old, participant.pregnancy_item = participant.pregnancy_item, concerns
    await take_back(change, participant.id)  # whom a guard concerns is seen anew
    if treated(participant) is not None:
        participant.guards_at = next_time(participant, trial, change.at)
    change.audit(
        "set_pregnancy_item",
        "participant",
        participant.id,
        participant_id=participant.id,
        old={"pregnancy_item": old},
        new={"pregnancy_item": concerns},
        reason=reason.strip(),
    )


def _asked(participant: Participant) -> Asked:
    """On the phone the participant speaks; a photo cannot be shown."""
    concerns = participant.pregnancy_item
    return Asked(applies=frozenset() if concerns is None else frozenset({concerns}))


def _read(told: Mapping[str, str], asked: Asked, occasion: Occasion, trial: Trial, today: date) -> list[Answer]:
    answers, problems = [], []
    for key, value in told.items():
        item = trial.sheet.item(key)
        if item is None:
            problems.append(f"{key}: there is no such question; `anshi symptom items` lists them")
        elif not may_ask(item, occasion, asked):
            problems.append(f"{key}: is not asked at {occasion}, or not of this participant")
        elif isinstance(found := _answer(item, value.strip(), today), Answer):
            answers.append(found)
        else:
            problems.append(f"{key}: {value!r} is {found.replace('_', ' ')}; {hint(item)}")
    if problems or not answers:
        raise SymptomCallError(problems or ["nothing was told"])
    return answers


def _answer(item: Item, value: str, today: date) -> Answer | AskAgain:
    if value == SKIPPED:
        return skipped(item)
    if item.ask in TYPED:
        return typed_answer(item, value, today)
    if item.ask is Ask.AMOUNT:
        number, _, unit = value.partition(" ")
        return typed_answer(item, number, today, unit=unit)
    if item.ask is Ask.SEVERAL:
        marked = "" if value == NONE else ",".join(sorted(part.strip() for part in value.split(",") if part.strip()))
        return AskAgain.UNREADABLE if not marked and value != NONE else tapped_answer(item, marked)
    return tapped_answer(item, value)


def hint(item: Item) -> str:
    """What may stand after the equals sign."""
    texts = {
        Ask.SEVERITY: "none, light, moderate, bad or very_bad",
        Ask.YES_NO: "no or yes",
        Ask.TEMPERATURE: "degrees, as 38.2",
        Ask.CHOICE: " or ".join(item.options),
        Ask.SEVERAL: f"none, or some of: {','.join(item.options)}",
        Ask.AMOUNT: f"a number, a blank and {' or '.join(item.options)}",
        Ask.DATE: "a day, as 2026-03-02",
        Ask.TEXT: "their own words",
        Ask.PHOTO: "not on the phone",
    }
    return f"{texts[item.ask]}; or {SKIPPED}"


def newest_state(answer: Answer) -> str:
    """One word for a table: what was told, or that nothing was."""
    return SKIPPED if answer.state is AnswerState.SKIPPED else answer.value or NONE
