"""What a symptom check asks: items in the project's own plain words, and conditions that can only say "at least"."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from typing import TypeAlias

from protocol.texts import Texts


class Ask(StrEnum):
    """How an item is answered; the kept value of each kind is a short text (protocol.answers)."""

    SEVERITY = "severity"  # one of Severity
    YES_NO = "yes_no"  # "no" or "yes"
    TEMPERATURE = "temperature"  # degrees Celsius, one decimal
    CHOICE = "choice"  # one option
    SEVERAL = "several"  # any options, also none of them
    AMOUNT = "amount"  # a number and one option as its unit
    DATE = "date"  # a day, not in the future
    TEXT = "text"  # the participant's own words
    PHOTO = "photo"  # offered only where the site takes photos


class Severity(StrEnum):
    """The five steps of every severity question, from the best to the worst."""

    NONE = "none"
    LIGHT = "light"
    MODERATE = "moderate"
    BAD = "bad"
    VERY_BAD = "very_bad"


class Occasion(StrEnum):
    """Why a check is being walked through."""

    BASELINE = "baseline"  # once, at enrolment
    WEEKLY = "weekly"
    UNWELL = "unwell"  # "I feel unwell", at any time
    AGAIN = "again"  # a raised temperature is asked about again


class Tier(StrEnum):
    """How fast a report needs a human, from the least to the most."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Applies(StrEnum):
    """Items that are asked of some participants only."""

    PREGNANCY_SELF = "pregnancy_self"
    PREGNANCY_PARTNER = "pregnancy_partner"


class ScaleWord(StrEnum):
    """Buttons that many items share; their words stand in the protocol file."""

    NONE = "none"
    LIGHT = "light"
    MODERATE = "moderate"
    BAD = "bad"
    VERY_BAD = "very_bad"
    YES = "yes"
    NO = "no"
    NONE_OF_THESE = "none_of_these"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The answer stands at this place of its item's scale, or worse. `value` is written as an answer is kept."""

    item: str
    value: str


@dataclass(frozen=True, slots=True)
class Has:
    """This option is among those chosen."""

    item: str
    option: str


@dataclass(frozen=True, slots=True)
class WorseBy:
    """So many steps worse than at the baseline; without a baseline, than none at all."""

    item: str
    steps: int


Condition: TypeAlias = AtLeast | Has | WorseBy
"""There is no other kind: each one still holds when the answer gets worse, so no rule can fall."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question on one screen. Options of a ranked choice stand from the best to the worst."""

    key: str
    ask: Ask
    text: Texts
    occasions: tuple[Occasion, ...]
    options: Mapping[str, Texts]
    ranked: bool
    asked_if: tuple[Condition, ...]  # any of them; none: always asked
    applies: Applies | None
    self_only: bool  # never shown to a helper
    min: float | None  # a number outside [min, max] is asked for again
    max: float | None
    days_back: int | None  # how far back a date may lie


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the triage: when all its conditions hold, the report is of this tier at least."""

    key: str
    tier: Tier  # amber or red
    when: tuple[Condition, ...]
    emergency: bool  # red: the emergency text is shown
    possible_sae: bool
    pages_investigator: bool
    holds_dose: bool  # a red one always does
    again_after: timedelta | None


@dataclass(frozen=True, slots=True)
class CheckTimes:
    """When the check is offered unless the participant chooses otherwise. `weekday`: Monday is 1."""

    weekday: int
    wall_time: time
    repeats: tuple[timedelta, ...]  # offered again so long after the first time, while not begun
    closes_after: timedelta  # an unfinished check is closed, its answers stay
    goes_on_after_drug: timedelta  # after the last dose of who has stopped the drug; the last one is offered by then


@dataclass(frozen=True, slots=True)
class SymptomSheet:
    """Everything that is asked, in order, with the words of the shared buttons."""

    items: Mapping[str, Item]  # by key, in the order of asking
    scale: Mapping[ScaleWord, Texts]

    def item(self, key: str) -> Item | None:
        return self.items.get(key)
