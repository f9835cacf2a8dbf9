"""Screens about how many tablets are left."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TabletQuestion:
    """How many are left; the answer is typed. `again`: the number that was typed cannot be."""

    again: bool = False


@dataclass(frozen=True, slots=True)
class TabletCountKept:
    """What was typed is kept. `told`: it cannot be, so staff look at it. `refill`: they know that more are needed."""

    units: int
    told: bool = False
    refill: bool = False


@dataclass(frozen=True, slots=True)
class RefillNotice:
    """The tablets will be used up in some days."""
