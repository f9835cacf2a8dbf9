"""Evidence: what truly happened around the system, and both databases opened to read beside it.

Collected outside the system under test: at the wire to Telegram, on the phones, and by plain SQLite connections.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message, or the edit of one, that reached a phone, whatever the sender was told about it."""

    number: int  # the order of everything that happened
    at: datetime
    chat: int
    message: int
    is_edit: bool
    text: str
    buttons: tuple[str, ...]  # callback data


@dataclass(frozen=True, slots=True)
class Received:
    """An update that Telegram took from a phone: it must be handed to the bot, and settled by it."""

    number: int
    at: datetime
    chat: int
    update_id: int
    raw: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot as it left the wire; `status` 0 stands for a cut connection."""

    number: int
    at: datetime
    method: str
    chat: int | None
    status: int
    took_effect: bool
    retry_after: float = 0.0  # seconds that a 429 asked for
    staged: bool = False  # refused by the simulation, whatever was in it


@dataclass(slots=True)
class Evidence:
    """All of it. Lists only grow; a check that goes on from the last one begins at its own mark."""

    store: sqlite3.Connection
    study: sqlite3.Connection
    at: datetime
    chats: dict[str, set[int]] = field(default_factory=dict)  # participant's code to the phones that were invited
    staff: dict[int, tuple[str, str]] = field(default_factory=dict)  # phone of a member of staff to name and site
    strangers: set[int] = field(default_factory=set)  # phones that nobody invited
    secrets: set[str] = field(default_factory=set)  # names, phone numbers, chat ids, free words: identity
    delivered: list[Delivered] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    confirmed: set[int] = field(default_factory=set)  # update ids that Telegram will not hand out again
    calls: list[Call] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)  # how often each was injected, by name
    down: list[tuple[datetime, datetime]] = field(default_factory=list)  # when no process of ours listened
    begun: list[datetime] = field(default_factory=list)  # when a process began
    several: list[tuple[datetime, datetime]] = field(default_factory=list)  # when two worked on one SQLite file
    clock_wrong: list[tuple[datetime, datetime]] = field(default_factory=list)  # when the machine's clock was

    def clock_was_wrong(self, since: datetime, until: datetime, by: timedelta) -> bool:
        """Whether moments of this time may have been written down by a clock that was wrong by so much."""
        return any(start - by < until and since < end + by for start, end in self.clock_wrong)


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that did not hold: its name, when it was seen, and the rows that show it."""

    invariant: str
    at: datetime
    found: str
