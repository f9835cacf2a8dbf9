"""Screens of the symptom check: one question a screen, and what is said before and after it."""

from dataclasses import dataclass
from datetime import date, datetime, time

from protocol.symptoms import Occasion
from protocol.typed_answers import AskAgain as Again


@dataclass(frozen=True, slots=True)
class Emergency:
    """The approved emergency text with the site's phone, before anything else; it claims nothing was recorded."""


@dataclass(frozen=True, slots=True)
class SymptomOffer:
    """A check can begin. `follows` is the check after which a raised temperature is asked about again."""

    occasion: Occasion
    on: date  # the day it is offered, on the participant's wall
    follows: str = ""


@dataclass(frozen=True, slots=True)
class SymptomQuestion:
    """One item. `marked`: the options chosen so far; `unit`: the one chosen for an amount; `again`: why once more."""

    check_id: str
    item: str
    place: int
    count: int
    marked: tuple[str, ...] = ()
    unit: str = ""
    can_go_back: bool = False
    again: Again | None = None
    days: tuple[date, ...] = ()  # likely answers to a question for a date


@dataclass(frozen=True, slots=True)
class SymptomStopped:
    """Kept as far as it goes; goes on where it was."""

    check_id: str


@dataclass(frozen=True, slots=True)
class SymptomThanks:
    """The end of a check: thanks, and nothing that reassures. `told`: staff have been told."""

    emergency: bool
    told: bool
    already: bool = False  # it was answered before this press


@dataclass(frozen=True, slots=True)
class CheckTimeQuestion:
    """The weekly check: on which day (Monday is 1), then at what time. `weekday` is None while it is asked for."""

    choices: tuple[time, ...]
    current_weekday: int
    current_time: time
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class CheckTimeChanged:
    """`next_at`: when the check comes next; None while it does not."""

    weekday: int
    wall_time: time
    next_at: datetime | None
