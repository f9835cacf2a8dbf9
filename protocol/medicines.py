"""Medicines, herbs and fruit that interact: recognised by name in a text, as a hint for staff and never advice."""

from dataclasses import dataclass
from enum import StrEnum

from protocol.red_words import plain, stands_in, without_blanks


class Effect(StrEnum):
    """What a group is known to do, as staff are told."""

    RAISES = "raises"  # the level of the study drug rises
    LOWERS = "lowers"
    SAFETY = "safety"  # not the level, but the two together


@dataclass(frozen=True, slots=True)
class MedicineGroup:
    """Names of one group, in both languages together. A strong one pages the investigator at once."""

    key: str
    effect: Effect
    strong: bool
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recognised:
    """One group found in a text, with the names that were found, as the file writes them."""

    group: str
    effect: Effect
    strong: bool
    names: tuple[str, ...]


def recognised(text: str, groups: tuple[MedicineGroup, ...]) -> tuple[Recognised, ...]:
    """Every interacting group that a text names. A negation changes nothing: staff read the text."""
    spaced = plain(text)
    squeezed = without_blanks(spaced)
    hits = ((group, tuple(name for name in group.names if stands_in(name, spaced, squeezed))) for group in groups)
    return tuple(Recognised(group.key, group.effect, group.strong, names) for group, names in hits if names)
