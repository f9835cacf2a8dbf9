"""Screens while a chat is set up."""

from dataclasses import dataclass
from datetime import datetime, time

from protocol.terms import FoodMode, Purpose


@dataclass(frozen=True, slots=True)
class LanguageQuestion:
    first: bool


@dataclass(frozen=True, slots=True)
class PrivacyNotice:
    """`asks`: an answer is expected, else it is only shown again."""

    asks: bool


@dataclass(frozen=True, slots=True)
class ConsentQuestion:
    purpose: Purpose
    step: int
    steps: int


@dataclass(frozen=True, slots=True)
class ConsentRefused:
    """Without it the chat stays silent; the study team calls instead."""

    purpose: Purpose


@dataclass(frozen=True, slots=True)
class ReminderTimeQuestion:
    choices: tuple[time, ...]
    current: time | None


@dataclass(frozen=True, slots=True)
class FoodQuestion:
    current: FoodMode | None


@dataclass(frozen=True, slots=True)
class PracticeQuestion:
    """The test message: one tap, before leaving the clinic."""


@dataclass(frozen=True, slots=True)
class SetUpDone:
    reminder_time: time
    food: FoodMode
    next_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class HelperConsentQuestion:
    """A family member's own agreement, in the helper's own chat."""


@dataclass(frozen=True, slots=True)
class HelperReady:
    accepted: bool


@dataclass(frozen=True, slots=True)
class InvitationRefused:
    """One polite text for wrong, used and expired links alike."""
