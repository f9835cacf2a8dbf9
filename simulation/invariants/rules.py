"""What the checks know of the trial, of a button and of a stored moment: written down by hand, shared with nothing.

The numbers are those of the trial's rules, not of the protocol file: a file that is read wrongly must not hide itself.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

FIRST_UNITS = 2
OPENS_BEFORE = timedelta(hours=4)
LATE_CUTOFF = timedelta(hours=12)
MINIMUM_GAP = timedelta(hours=12)
SETTLES_AFTER = timedelta(hours=36)
CLOSES_AFTER = timedelta(hours=72)
LISTENING = timedelta(hours=4)
QUIET_FROM, QUIET_UNTIL = time(22), time(7)
MORNING_FROM, RELEASE = time(4), time(12)  # of a dose that waits for blood

LEASE = timedelta(seconds=120)  # so long a message may be under way after it was claimed
DAY = timedelta(days=1)
CLOCK_FAULT, CLOCK_OFF = "F-21", timedelta(hours=2, minutes=10)  # the machine's clock was wrong, by so much at most

RED_REPEAT, RED_NEXT = timedelta(minutes=5), timedelta(minutes=15)

TAKEN = frozenset({"taken", "taken_partly"})
SILENT = frozenset({"unreported", "not_asked"})
TOOK = frozenset({"taken", "extra"})
STATES = TAKEN | SILENT | {"open", "not_taken", "held"}
OUR_CAUSES = frozenset(
    [
        "outage",
        "blocked",
        "before_consent",
        "no_chat",
        "safety",
        "first_dose_unknown",
        "unknown_delivery",
        "messages_stopped",
    ]
)
OF_ITS_DAY = frozenset({"dose_reminder", "dose_repeat", "dose_snoozed", "dose_evening"})
AT_CHOSEN_TIME = frozenset({"dose_reminder", "dose_snoozed", "first_dose_question", "draw_wait"})
ENDED = frozenset({"delivered", "unknown", "skipped", "expired", "failed", "cancelled"})
OF_A_VISIT = frozenset({"vc", "vn", "vw", "vy", "vm"})  # verbs of buttons that name a visit
EMERGENCY = ("请现在就拨打120", "Call 120 now")
"""How the approved emergency text begins."""
UPDATES_LIVE = timedelta(hours=24)  # so long Telegram keeps what nobody fetched
DENIALS = ("没", "未", "不", "忘", "吗", "两次", "not", "n't", "forgot", "twice")
"""Words that a typed "taken" never holds."""


class Tap(NamedTuple):
    """A button, read: what it does, to which record, how much, and what had been confirmed."""

    verb: str
    record: str
    argument: str
    sure: str


@lru_cache(maxsize=8192)
def tap_of(data: str) -> Tap | None:
    """`1.verb.record.argument.sure`, or None for anything else."""
    parts = data.split(".")
    return Tap(*parts[1:]) if len(parts) == len(Tap._fields) + 1 and parts[0] == "1" else None


def stored(at: datetime) -> str:
    """A moment as both databases keep it; such texts sort as the moments do."""
    return at.astimezone(UTC).isoformat(" ", "microseconds")[:26]


@lru_cache(maxsize=4096)
def moment(text: str) -> datetime:
    """The moment of a stored text."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def is_quiet(at: datetime, tz: str) -> bool:
    """Whether nothing unasked may arrive on this wall."""
    wall = at.astimezone(zone(tz)).time()
    return wall >= QUIET_FROM or wall < QUIET_UNTIL


@lru_cache(maxsize=256)
def zone(tz: str) -> ZoneInfo:
    return ZoneInfo(tz)


def wall_moment(on: date, wall: time, tz: str) -> datetime:
    """The moment of a wall time: past a gap of the clock, and the first of two."""
    return datetime.combine(on, wall, tzinfo=zone(tz)).astimezone(UTC)
