"""Screens about the guards that keep watching beside the doses."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GuardNotice:
    """One guard, said again; `guard` is its key in the protocol file."""

    guard: str


@dataclass(frozen=True, slots=True)
class GuardUnderstood:
    """It was read and understood."""

    guard: str
