"""Standing: what a participant's state still allows; every place that asks who has left asks here."""

from typing import Final

from protocol.terms import ParticipantState, PromptKind
from protocol.visit_prompts import ABOUT_A_VISIT

_LEFT: Final = frozenset({ParticipantState.WITHDRAWN, ParticipantState.DIED})
_ON_TREATMENT: Final = frozenset({ParticipantState.ENROLLED, ParticipantState.ACTIVE})
_OF_FOLLOW_UP: Final = frozenset(
    {PromptKind.SYMPTOM_CHECK, PromptKind.SYMPTOM_AGAIN, PromptKind.GUARD, PromptKind.STAFF_MESSAGE} | ABOUT_A_VISIT
)
FOLLOWED: Final = (ParticipantState.ACTIVE, ParticipantState.DISCONTINUED)
"""For a question to a database; in Python ask `in_follow_up`."""


def has_left(state: ParticipantState) -> bool:
    """Out of the study for good: no order, no invitation, no question."""
    return state in _LEFT


def may_be_written_to(state: ParticipantState) -> bool:
    """A text of staff's own may go out."""
    return state not in _LEFT


def in_follow_up(state: ParticipantState) -> bool:
    """The weekly check goes on, with the drug or without it."""
    return state in FOLLOWED


def on_treatment(state: ParticipantState) -> bool:
    """Doses are called for, as far as there is an order."""
    return state in _ON_TREATMENT


def may_get_orders(state: ParticipantState) -> bool:
    """An order may be given, also to somebody whose drug was stopped."""
    return on_treatment(state) or state is ParticipantState.DISCONTINUED


def may_be_prompted(state: ParticipantState, kind: PromptKind, *, of_a_dose: bool) -> bool:
    """A planned message may go out. After the drug is stopped: of doses before the last day, and of follow-up; who has
    completed the study or is out of reach hears only what staff write.
    """
    if on_treatment(state):
        return True
    if state is ParticipantState.DISCONTINUED:
        return of_a_dose or kind in _OF_FOLLOW_UP
    return may_be_written_to(state) and kind is PromptKind.STAFF_MESSAGE
