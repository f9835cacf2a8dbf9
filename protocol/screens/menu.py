"""Screens that can be asked for at any time."""

from dataclasses import dataclass
from datetime import datetime, time

from protocol.screens.doses import Shown
from protocol.taps import MediaKind
from protocol.terms import FoodMode, Language, StopKind


@dataclass(frozen=True, slots=True)
class Settings:
    language: Language
    reminder_time: time
    food: FoodMode
    messages_stopped: bool


@dataclass(frozen=True, slots=True)
class SettingChanged:
    """`what` is language, time or food."""

    what: str
    reminder_time: time
    food: FoodMode
    next_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Help:
    pass


@dataclass(frozen=True, slots=True)
class Contact:
    pass


@dataclass(frozen=True, slots=True)
class StopQuestion:
    pass


@dataclass(frozen=True, slots=True)
class StopConfirm:
    """Asked once more before messages stop."""


@dataclass(frozen=True, slots=True)
class StopAnswered:
    kind: StopKind


@dataclass(frozen=True, slots=True)
class MessagesResumed:
    next_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unwell:
    """The approved emergency text, before anything else; then how to reach the team."""


@dataclass(frozen=True, slots=True)
class KeptForStaff:
    """Kept, and not watched: if unwell tap here, or call 120."""

    media: MediaKind | None = None


@dataclass(frozen=True, slots=True)
class AskAgain:
    """A typed answer that is not a whole known phrase: asks, records nothing."""

    dose: Shown | None


@dataclass(frozen=True, slots=True)
class Slower:
    """Too many messages in a short time; nothing was lost that was answered."""
