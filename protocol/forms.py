"""The forms that staff keep: which there are, what a short text in one may hold, and how a refusal reads."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum

from protocol.partial_day import PartialDay, surely_before

SHORT_MAX = 100
"""Characters of a short text: it goes to the study database, where nobody looks for a story."""

NUMBER_LIKE = re.compile(r"\d(?:[\s.\-/·()]*\d){5,}")
"""Six digits or more, however they are written apart: a phone number, an identity number, a date."""


class FormKind(StrEnum):
    """A form of the trial."""

    ADVERSE_EVENT = "adverse_event"
    MEDICATION = "medication"
    PREGNANCY = "pregnancy"


class FormError(ValueError):
    """The form cannot stand so, hence nothing was recorded; `problems` has one line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def checked(problems: Iterable[str]) -> None:
    """Raises FormError where there is a problem."""
    if found := tuple(problems):
        raise FormError(found)


def short_text(text: str) -> str:
    """The same text in one line, without blanks at its ends; not a character else is changed."""
    return " ".join(text.split())


def text_problems(name: str, text: str, *, needed: bool = True) -> Iterable[str]:
    """What is wrong with a short text that goes to the study database."""
    if needed and not text:
        yield f"{name}: is missing; write it in a few words"
    if len(text) > SHORT_MAX:
        yield f"{name}: has {len(text)} characters; keep it to {SHORT_MAX}, the rest is for the narrative"
    if NUMBER_LIKE.search(text) or "@" in text:
        yield f"{name}: holds what may be a number or an address of a person; a day has its own field"


def names_person(text: str, name: str) -> bool:
    """True where the text holds the participant's own name, however it is spaced."""
    looked_for = _squeezed(name)
    return len(looked_for) > 1 and looked_for in _squeezed(text)


def _squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def day_problems(name: str, on: PartialDay | date | None, today: date) -> Iterable[str]:
    """What has happened cannot lie ahead, with every day that it can be."""
    if on is not None and surely_before(today, on):
        yield f"{name}: {on} lies ahead; today is {today}"


def span_problems(
    first: str, from_on: PartialDay | date | None, last: str, until_on: PartialDay | date | None
) -> Iterable[str]:
    """An end cannot stand before its beginning; what overlaps may be in order."""
    if from_on is not None and until_on is not None and surely_before(until_on, from_on):
        yield f"{last}: {until_on} is before the {first}, {from_on}; correct one of the two"
