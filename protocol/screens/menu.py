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
    """`own`: the participant's own chat, set up: settings and stopping stand one tap away."""

    own: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """`own` as in Help."""

    own: bool = False


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
    """After the emergency text: the team has been told, and words are welcome."""


@dataclass(frozen=True, slots=True)
class KeptForStaff:
    """Kept, and not watched: if unwell tap here, or call 120. `call`: the phone too, something is urgent."""

    media: MediaKind | None = None
    call: bool = False


@dataclass(frozen=True, slots=True)
class PhotoNotKept:
    """Nothing was fetched: photos cannot be kept here. `words_kept`: what stood below it was."""

    words_kept: bool = False


@dataclass(frozen=True, slots=True)
class AskAgain:
    """A typed answer that is not a whole known phrase: asks, records nothing."""

    dose: Shown | None


@dataclass(frozen=True, slots=True)
class Slower:
    """Too many messages in a short time: they are kept, and not answered one by one."""
