"""The walk through one symptom check: computed from the answers so far, so that a restart loses no place in it.

Stopping needs no function: what is answered is kept, and the next question is the same one later.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from protocol.answers import Answer, Answers, AnswerState, holds
from protocol.symptoms import Applies, Ask, Item, Occasion, SymptomSheet


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is being asked. `applies`: what of the restricted items concerns this participant."""

    applies: frozenset[Applies] = frozenset()
    helper: bool = False
    photos: bool = False  # the site takes photos


def questions(sheet: SymptomSheet, occasion: Occasion, asked: Asked, answers: Answers) -> tuple[Item, ...]:
    """The questions of this check as far as the answers call for them, in order.

    Raise the count of a progress line from this: it grows when an answer opens further questions.
    """
    return tuple(_open(sheet, occasion, asked, answers))


def next_question(sheet: SymptomSheet, occasion: Occasion, asked: Asked, answers: Answers) -> Item | None:
    """The first question without a finished answer; None when the check is complete."""
    return next((item for item in _open(sheet, occasion, asked, answers) if not _is_done(item, answers)), None)


def question_before(sheet: SymptomSheet, occasion: Occasion, asked: Asked, answers: Answers, key: str) -> Item | None:
    """Where "back" leads from the question `key`; None from the first one, and from one that is not asked."""
    open_items = questions(sheet, occasion, asked, answers)
    places = [place for place, item in enumerate(open_items) if item.key == key]
    return open_items[places[0] - 1] if places and places[0] > 0 else None


def may_ask(item: Item, occasion: Occasion, asked: Asked) -> bool:
    """True when this person may be shown the item at all: asked again by whoever records an answer to it."""
    if occasion not in item.occasions or (asked.helper and item.self_only):
        return False
    if item.ask is Ask.PHOTO and not asked.photos:
        return False
    return item.applies is None or item.applies in asked.applies


def skipped(item: Item) -> Answer:
    return Answer(item.key, "", AnswerState.SKIPPED)


def finished(item: Item, answers: Answers) -> Answer:
    """The answer after "done" with options marked, or "none of these": an explicit none is an answer too."""
    kept = answers.get(item.key)
    return Answer(item.key, kept.value if kept and kept.state is not AnswerState.SKIPPED else "")


def unanswered(sheet: SymptomSheet, occasion: Occasion, asked: Asked, answers: Answers) -> tuple[str, ...]:
    """The items that were skipped or never reached: what staff must not read as "no"."""
    return tuple(
        item.key
        for item in _open(sheet, occasion, asked, answers)
        if not _is_done(item, answers) or answers[item.key].state is AnswerState.SKIPPED
    )


def _open(sheet: SymptomSheet, occasion: Occasion, asked: Asked, answers: Answers) -> Iterator[Item]:
    for item in sheet.items.values():
        called_for = not item.asked_if or any(holds(one, answers, {}, sheet) for one in item.asked_if)
        if called_for and may_ask(item, occasion, asked):
            yield item


def _is_done(item: Item, answers: Answers) -> bool:
    kept = answers.get(item.key)
    return kept is not None and kept.state is not AnswerState.CHOOSING
