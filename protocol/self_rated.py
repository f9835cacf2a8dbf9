"""The walk through the self-rated items: which question comes next, and what a round says, from the answers alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from protocol.pro_ctcae import ATTRIBUTES, Attribute, Composite, composite

Question = tuple[int, Attribute]
Given = Mapping[Question, int | None]
"""The newest answer to each question; None where it was skipped."""


def walked(items: Sequence[int], given: Given) -> tuple[Question, ...]:
    """The questions these answers lead through, in order; the last one may have no answer yet.

    The next attribute of an item is asked only when the one before is above 0; a skipped one ends its item.
    """
    found: list[Question] = []
    for number in items:
        for attribute in ATTRIBUTES.get(number, ()):
            question = (number, attribute)
            found.append(question)
            if question not in given:
                return tuple(found)
            if (given[question] or 0) <= 0:
                break
    return tuple(found)


def next_question(items: Sequence[int], given: Given) -> Question | None:
    """None when all that the answers call for is answered."""
    path = walked(items, given)
    return path[-1] if path and path[-1] not in given else None


def question_before(items: Sequence[int], given: Given, question: Question) -> Question | None:
    """The question to go back to."""
    path = walked(items, given)
    place = path.index(question) if question in path else 0
    return path[place - 1] if place else None


def scores_given(items: Sequence[int], given: Given) -> dict[int, dict[Attribute, int]]:
    """The scores that count, by item: of questions that a corrected answer has left standing, none skipped."""
    found: dict[int, dict[Attribute, int]] = {}
    for number, attribute in walked(items, given):
        score = given.get((number, attribute))
        if score is not None:
            found.setdefault(number, {})[attribute] = score
    return found


@dataclass(frozen=True, slots=True)
class Rated:
    """What one round says about one item. `composite` is None where the item has none, or where it cannot be told."""

    number: int
    scores: Mapping[Attribute, int]
    composite: Composite | None

    @property
    def is_missing(self) -> bool:
        """Nothing can be said: not answered, skipped, or broken off before its last attribute. Never the same as 0."""
        has_grade = ATTRIBUTES.get(self.number) != (Attribute.PRESENCE,)
        return self.composite is None if has_grade else Attribute.PRESENCE not in self.scores


def rated(number: int, given: Given) -> Rated:
    """One item by itself, so that what a later file asks besides leaves an earlier round as it was."""
    scores = scores_given((number,), given).get(number, {})
    return Rated(number, scores, composite(number, scores))
