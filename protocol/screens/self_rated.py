"""Screens of the self-rated items: the wording travels in the screen, since it is the site's own."""

from dataclasses import dataclass
from datetime import date

from protocol.pro_ctcae import Attribute
from protocol.texts import Texts


@dataclass(frozen=True, slots=True)
class SelfRatedOffer:
    """A round can begin."""

    on: date  # the day it is offered, on the participant's wall


@dataclass(frozen=True, slots=True)
class SelfRatedQuestion:
    """One attribute of one item. `answers` stand for the scores from 0 on; `marked` is the score given before."""

    check_id: str
    number: int
    attribute: Attribute
    question: Texts
    answers: tuple[Texts, ...]
    place: int
    count: int
    marked: int | None = None
    can_go_back: bool = False


@dataclass(frozen=True, slots=True)
class SelfRatedStopped:
    """Kept as far as it goes; goes on where it was."""

    check_id: str


@dataclass(frozen=True, slots=True)
class SelfRatedThanks:
    """The end of a round: thanks, and nothing about what was answered."""

    already: bool = False  # it was answered before this press
