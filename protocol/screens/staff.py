"""Screens of a staff chat, by code alone; and what staff write to a participant."""

from dataclasses import dataclass
from datetime import datetime

from protocol.screens.doses import DayLine
from protocol.terms import AlertKind, Level, ParticipantState, Role


@dataclass(frozen=True, slots=True)
class StaffAlert:
    """One alert told in a staff chat. `reach`: how many places of the on-call list have been told by now.

    `participant_code` None: it is about the system. `text` only where the site allows it. `read_only`: the reader's
    role may not answer it.
    """

    alert_id: str
    level: Level
    kind: AlertKind
    participant_code: str | None
    times: int
    opened_at: datetime
    reach: int = 1
    text: str | None = None
    seen_by: str | None = None
    seen_at: datetime | None = None
    owner: str | None = None
    closed: bool = False
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class StaffWelcome:
    """The chat is linked: what it shows, and the short word about privacy."""

    staff_name: str
    role: Role


@dataclass(frozen=True, slots=True)
class StaffHelp:
    role: Role


@dataclass(frozen=True, slots=True)
class StaffItem:
    """One line of the worklist. `why` is a reason of the worklist, where it is no alert."""

    participant_code: str | None
    why: str
    since: datetime
    alert_id: str | None = None
    level: Level | None = None
    kind: AlertKind | None = None
    times: int = 1
    seen_by: str | None = None


@dataclass(frozen=True, slots=True)
class StaffWork:
    """One page of the worklist, the most urgent first; pages count from 1."""

    as_of: datetime
    items: tuple[StaffItem, ...]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class StaffPerson:
    """Where one participant stands: no name, no phone, nothing that names the treatment."""

    participant_code: str
    state: ParticipantState
    by_phone: bool
    chat_refused: bool
    messages_stopped: bool
    waits_for_investigator: bool
    newest: DayLine | None
    last_said_at: datetime | None
    next_due_at: datetime | None
    alerts: tuple[StaffItem, ...]
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class StaffAdherence:
    """One participant's figures in percent: the one, and what it could be at least and at most."""

    participant_code: str
    scheduled: int
    reported: float | None
    at_least: float | None
    at_most: float | None
    unreported: int
    not_asked: int
    synced_to: datetime | None


@dataclass(frozen=True, slots=True)
class StaffNothingHere:
    """One answer to a code or an alert that is foreign, unknown or malformed."""


@dataclass(frozen=True, slots=True)
class StaffReadOnly:
    """The role reads, and does not act."""


@dataclass(frozen=True, slots=True)
class StaffAnswerHow:
    """How a message to this participant is written; None: to any."""

    participant_code: str | None


@dataclass(frozen=True, slots=True)
class StaffHowTo:
    """A text that is no command: nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class StaffWillSend:
    """The message is on its way; in the participant's quiet hours it waits."""

    participant_code: str
    quiet: bool


@dataclass(frozen=True, slots=True)
class StaffNotSent:
    """Nothing was sent: a word that may not stand in a chat, a text too long, or nobody whom a chat reaches."""

    found: str | None
    too_long: bool


@dataclass(frozen=True, slots=True)
class StaffUnlinkQuestion:
    """Asked once: this chat then tells no alert any more."""


@dataclass(frozen=True, slots=True)
class StaffUnlinked:
    pass


@dataclass(frozen=True, slots=True)
class StaffWrites:
    """To a participant: what staff wrote."""

    text: str
