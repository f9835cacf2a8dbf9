"""PRO-CTCAE without its wording: item numbers, attributes, branching and the composite grade 0 to 3.

The items' wording is NCI's and is neither shipped nor replaced here; a site loads it from a file of its own. A
composite grade is no CTCAE grade, triggers no alert and is never shown to a participant. The grades are the published
table (Basch 2021); self-answered only, about the last 7 days, so at most once in 7 days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from protocol.terms import Source
from protocol.texts import Texts

RECALL = timedelta(days=7)
SCORE_MAX = 4


class Attribute(StrEnum):
    """What one question of an item asks for; 0 to 4, and 0 or 1 for presence."""

    FREQUENCY = "frequency"
    SEVERITY = "severity"
    INTERFERENCE = "interference"
    PRESENCE = "presence"


F, S, I, P = Attribute.FREQUENCY, Attribute.SEVERITY, Attribute.INTERFERENCE, Attribute.PRESENCE  # noqa: E741

ATTRIBUTES: Mapping[int, tuple[Attribute, ...]] = {
    **dict.fromkeys((15, 26, 28, 61), (S,)),
    16: (F,),
    **dict.fromkeys((9, 10, 23, 74, 78), (F, S)),
    **dict.fromkeys((3, 8, 19, 20, 40, 53), (S, I)),
    **dict.fromkeys((17, 22, 49, 50, 51), (F, S, I)),
    **dict.fromkeys((24, 57, 58, 64, 73), (P,)),
}
"""The attributes of each item by its number, in the order of asking: the items that matter for this drug."""

ONE: Mapping[tuple[Attribute, ...], str] = {(F,): "01123", (S,): "01233", (I,): "01122"}
"""The grade by the only score."""

TWO: Mapping[tuple[Attribute, ...], tuple[str, ...]] = {
    (F, S): ("11122", "11222", "11233", "11233"),
    (F, I): ("11122", "11122", "11233", "11233"),
    (S, I): ("11122", "11223", "12233", "22233"),
}
"""A row for the first score 1 to 4, in it a grade for the second score 0 to 4."""

THREE: tuple[tuple[str, ...], ...] = (
    ("01122", "01122", "11122", "11122"),
    ("11122", "11122", "11122", "11223"),
    ("12223", "22233", "22233", "22233"),
    ("22233", "22233", "22333", "22333"),
    ("22333", "22333", "22333", "22333"),
)
"""A row for severity 0 to 4, in it a group for frequency 1 to 4, in it a grade for interference 0 to 4."""


@dataclass(frozen=True, slots=True)
class ProWording:
    """A site's own copy of the official wording; ours never stands in its place."""

    questions: Mapping[tuple[int, Attribute], Texts]
    answers: Mapping[Attribute, tuple[Texts, ...]]  # from score 0 on
    version: str  # SHA-256 of the file


@dataclass(frozen=True, slots=True)
class Composite:
    """0 to 3. `branch_imputed`: interference was not asked because severity was 0, and counts as 0."""

    grade: int
    branch_imputed: bool = False


def scores_of(attribute: Attribute) -> range:
    """The scores an attribute can have."""
    return range(2 if attribute is Attribute.PRESENCE else SCORE_MAX + 1)


def may_be_answered_by(source: Source) -> bool:
    """Self-answered only, in the own chat: neither helpers nor staff fill it in, and nobody does from a count."""
    return source is Source.PARTICIPANT


def may_be_asked_on(on: date, last_on: date | None) -> bool:
    """The recall is 7 days, so two rounds never lie closer."""
    return last_on is None or on - last_on >= RECALL


def next_attribute(number: int, scores: Mapping[Attribute, int]) -> Attribute | None:
    """What is asked next about an item; the next attribute only when the one before is above 0.

    A refused question is not in `scores`: ask once, and then go on to the next item.
    """
    for attribute in ATTRIBUTES.get(number, ()):
        if attribute not in scores:
            return attribute
        if scores[attribute] <= 0:
            return None
    return None


def composite(number: int, scores: Mapping[Attribute, int]) -> Composite | None:
    """The composite grade of an item; None where it has none, or where an answer is missing or impossible."""
    attributes = ATTRIBUTES.get(number, ())
    return None if attributes in ((), (P,)) else composite_of(attributes, scores)


def composite_of(attributes: tuple[Attribute, ...], scores: Mapping[Attribute, int]) -> Composite | None:
    """The grade for these attributes in the order of asking; a first score of 0 is grade 0 whatever follows."""
    asked = [attribute for attribute in attributes if attribute in scores]
    if any(not 0 <= scores[attribute] <= SCORE_MAX for attribute in asked) or attributes[:1] != tuple(asked[:1]):
        return None
    if scores[attributes[0]] == 0:
        return Composite(0)
    imputed = attributes == (F, S, I) and scores.get(S) == 0 and I not in scores
    values = [scores.get(attribute, 0 if imputed else None) for attribute in attributes]
    known = tuple(value for value in values if value is not None)
    return Composite(_grade(attributes, known), imputed) if len(known) == len(attributes) else None


def _grade(attributes: tuple[Attribute, ...], values: tuple[int, ...]) -> int:
    match values:
        case (only,):
            return int(ONE[attributes][only])
        case (first, second):
            return int(TWO[attributes][first - 1][second])
        case (frequency, severity, interference):
            return int(THREE[severity][frequency - 1][interference])
        case _:  # pragma: no cover - no item has another number of attributes
            raise AssertionError(attributes)
