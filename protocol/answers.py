"""One answer of a check as it is kept, and what it reads as; a kept value that nobody can read is no exception."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeAlias

from protocol.symptoms import Ask, AtLeast, Condition, Has, Item, Severity, SymptomSheet, WorseBy

TENTH = Decimal("0.1")
YES_NO = ("no", "yes")
SENT = "sent"


class AnswerState(StrEnum):
    """How far one answer has come."""

    CHOOSING = "choosing"  # options are being marked; what is marked already counts
    ANSWERED = "answered"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Answer:
    """The newest answer to one item.

    `value`, by kind: a Severity; "no" or "yes"; "38.2"; an option; options by comma, sorted; "2 cn_u" (a number, a
    blank, a unit); "2026-03-04"; the text itself; "sent" for a photo. Empty where none of the options was marked.
    """

    item: str
    value: str
    state: AnswerState = AnswerState.ANSWERED


Answers: TypeAlias = Mapping[str, Answer]
"""The newest answer by item."""


def holds(condition: Condition, answers: Answers, baseline: Answers, sheet: SymptomSheet) -> bool:
    """True when the kept answers fulfil the condition. What is missing, skipped or unreadable fulfils none."""
    item, answer = sheet.item(condition.item), answers.get(condition.item)
    if item is None or answer is None or answer.state is AnswerState.SKIPPED:
        return False
    match condition:
        case Has():
            return condition.option in (chosen(item, answer.value) or ())
        case AtLeast():
            found, least = rank(item, answer.value), rank(item, condition.value)
            return found is not None and least is not None and found >= least
        case WorseBy():
            found = rank(item, answer.value)
            return found is not None and found - _usual(item, baseline) >= condition.steps


def has_baseline(item: Item, baseline: Answers) -> bool:
    return _baseline_rank(item, baseline) is not None


def readable(item: Item, answer: Answer) -> bool:
    """False for a kept value that this item could not have given."""
    if answer.state is AnswerState.SKIPPED:
        return True
    match item.ask:
        case Ask.SEVERAL:
            return chosen(item, answer.value) is not None
        case Ask.AMOUNT:
            return amount(item, answer.value) is not None
        case Ask.DATE:
            return day(answer.value) is not None
        case Ask.TEMPERATURE:
            found = rank(item, answer.value)
            return found is not None and within(item, found)
        case _:
            return rank(item, answer.value) is not None


def rank(item: Item, value: str) -> float | None:
    """The place of a value on its item's scale, from 0, the best; degrees for a temperature. None: no such place."""
    match item.ask:
        case Ask.TEMPERATURE:
            return degrees(value)
        case Ask.TEXT:
            return float(bool(value.strip()))
        case Ask.PHOTO:
            return {"": 0.0, SENT: 1.0}.get(value)
        case _:
            scale = scale_of(item)
            return float(scale.index(value)) if value in scale else None


def scale_of(item: Item) -> tuple[str, ...]:
    """The values of an item from the best to the worst; empty for a kind that has no such order."""
    match item.ask:
        case Ask.SEVERITY:
            return tuple(Severity)
        case Ask.YES_NO:
            return YES_NO
        case Ask.CHOICE:
            return tuple(item.options)
        case _:
            return ()


def chosen(item: Item, value: str) -> frozenset[str] | None:
    """The options that are marked. None when one of them is no option of the item."""
    found = frozenset(part for part in value.split(",") if part)
    return found if found <= set(item.options) else None


def toggled(item: Item, answer: Answer | None, option: str) -> Answer:
    """The answer after one more press on an option; the next screen is the same one until "done" or "none of these"."""
    before = chosen(item, answer.value) or frozenset() if answer else frozenset()
    return Answer(item.key, ",".join(sorted(before ^ {option})), AnswerState.CHOOSING)


def amount(item: Item, value: str) -> tuple[float, str] | None:
    """The number and its unit, an option of the item; units are never converted here."""
    number, _, unit = value.partition(" ")
    found = _number(number)
    if found is None or found <= 0 or unit not in item.options:
        return None
    return float(found), unit


def day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def degrees(value: str) -> float | None:
    """Degrees to one decimal, half up: 37.95 is 38.0, so that no temperature falls between two thresholds."""
    found = _number(value)
    return None if found is None else float(found.quantize(TENTH, ROUND_HALF_UP))


def within(item: Item, number: float) -> bool:
    """True when the number is plausible for the item."""
    return (item.min is None or number >= item.min) and (item.max is None or number <= item.max)


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() and math.fabs(found) < 1e6 else None  # noqa: PLR2004 - no quantity is larger


def _usual(item: Item, baseline: Answers) -> float:
    found = _baseline_rank(item, baseline)
    return 0.0 if found is None else found


def _baseline_rank(item: Item, baseline: Answers) -> float | None:
    kept = baseline.get(item.key)
    return None if kept is None or kept.state is AnswerState.SKIPPED else rank(item, kept.value)
