"""Faults: what can go wrong around the system, by name, and the chance that decides when."""

from collections import Counter
from collections.abc import Collection
from enum import StrEnum
from random import Random


class FaultName(StrEnum):
    """Every fault that a seed can switch on. The values are what `anshi simulate --faults` takes."""

    FLOOD = "F-01"  # 429 with retry_after of 1 to 60 seconds
    BAD_GATEWAY = "F-02"  # 502, and nothing happened
    ERROR_DELIVERED = "F-03"  # 5xx, and yet it happened
    NO_CONNECTION = "F-04"  # refused before it left
    LATE_DELIVERED = "F-05"  # no answer in time, and yet it happened
    LATE_LOST = "F-06"  # no answer in time, and nothing happened
    BLOCKED = "F-07"  # a participant blocks the bot, and lets it in again later
    BAD_REQUEST = "F-08"  # a new message is refused with 400, once and again
    REVOKED = "F-09"  # the token is refused with 401 for hours, until it is made valid again
    DUPLICATE = "F-10"  # an update comes twice, also after it was confirmed
    DISORDER = "F-11"  # updates come out of order; numbers are left out
    TWICE = "F-12"  # the same button twice within a second
    OLD_BUTTON = "F-13"  # a button of another day
    MALFORMED = "F-14"  # an update that does not read
    CRASH = "F-15"  # the process dies before or after a commit or a call
    CRASH_AGAIN = "F-16"  # and once more while it recovers
    STUDY_DOWN = "F-17"  # the study database is away for minutes to days
    COMMIT_UNHEARD = "F-18"  # the study commits, and the answer is lost
    BUSY = "F-19"  # another one holds the store's lock for too long
    DISK_FULL = "F-20"  # a commit finds no room
    CLOCK = "F-21"  # the wall clock is set wrong by two hours, and right again
    CLOCK_CHANGE = "F-22"  # the clocks change by an hour in one of the homes within these days
    TWO_WORKERS = "F-23"  # a process stands still for ten minutes, and a second one works meanwhile
    CANCELLED = "F-24"  # a task is cancelled inside its transaction
    TELEGRAM_DOWN = "F-25"  # nothing goes to Telegram or comes from it for hours
    PLAN_CHANGED = "F-28"  # an order is changed while prompts are on their way
    SLEEP = "F-29"  # the machine sleeps for some minutes to hours


ALL = tuple(FaultName)


def chance(seed: int, what: str) -> Random:
    """A stream of its own for each purpose: more of one draws nothing from another."""
    return Random(f"{seed}:{what}")  # noqa: S311  a story, not a secret


def random_half(seed: int) -> tuple[FaultName, ...]:
    """What this seed switches on when nothing was named."""
    draw = chance(seed, "half")
    return tuple(name for name in ALL if draw.random() < 1 / 2)


class Faults:
    """Those that are on, and how often each was injected. `heal` ends them all."""

    def __init__(self, on: Collection[FaultName], random: Random) -> None:
        self.on = tuple(name for name in ALL if name in on)
        self.random = random
        self.injected: Counter[str] = Counter()
        self._active = frozenset(self.on)

    @property
    def healed(self) -> bool:
        return not self._active

    def heal(self) -> None:
        """From now on nothing goes wrong any more."""
        self._active = frozenset()

    def has(self, name: FaultName) -> bool:
        return name in self._active

    def strikes(self, name: FaultName, share: float) -> bool:
        """Whether it happens now, once in `1 / share` times; counted."""
        if name not in self._active or self.random.random() >= share:
            return False
        self.injected[name] += 1
        return True
