"""What a participant is told of a visit, and when: a week before, the day before, that morning, and "did you come?".

Each message is bound to one day and time of one visit: what was planned for another day is never sent. Where the dose
waits for blood, the notice of the evening before and the wait text speak of the visit too: one message, never two.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from protocol.moments import moment
from protocol.terms import PromptKind

DAY: Final = timedelta(days=1)
AFTER_VISIT: Final = timedelta(hours=2)  # so long at least a visit may last before it is asked about
MIDNIGHT: Final = time(0)

ABOUT_A_VISIT: Final = frozenset(
    {
        PromptKind.VISIT_WEEK,
        PromptKind.VISIT_EVE,
        PromptKind.VISIT_DAY,
        PromptKind.VISIT_ASKED,
        PromptKind.VISIT_MOVED,
        PromptKind.VISIT_CANCELLED,
    }
)
SAID_WITH_THE_DRAW: Final = {
    PromptKind.VISIT_EVE: PromptKind.DRAW_NOTICE,
    PromptKind.VISIT_DAY: PromptKind.DRAW_WAIT,
}
"""What speaks of the visit in the place of these, where the dose waits for its blood draw."""


@dataclass(frozen=True, slots=True)
class VisitPromptRules:
    """Lengths before a visit and wall times of the participant.

    `unanswered_for`: so long after the day "did you come?" may still be asked, as after an outage.
    """

    week_before: timedelta
    week_time: time
    eve_time: time
    day_time: time
    asked_time: time
    unanswered_for: timedelta


@dataclass(frozen=True, slots=True)
class VisitSlot:
    """When a visit is to be: the wall date, and the wall time where staff have set one."""

    on: date
    at: time | None = None

    def written(self) -> str:
        """As the key of a message carries it."""
        return f"{self.on:%Y%m%d}" + (f"T{self.at:%H%M}" if self.at is not None else "")


@dataclass(frozen=True, slots=True)
class VisitPrompt:
    """One message to come about one visit; sent in [due_at, expires_at) or not at all. Moments in UTC."""

    kind: PromptKind
    due_at: datetime
    expires_at: datetime


def visit_prompts(slot: VisitSlot, zone: ZoneInfo, rules: VisitPromptRules) -> Iterator[VisitPrompt]:
    """All messages of a visit that is to come, earliest first; what has passed is the caller's to leave out.

    None says "tomorrow" after midnight, or "today" after the visit was to begin.
    """
    week_at = moment(slot.on - rules.week_before, rules.week_time, zone)
    eve_at = moment(slot.on - DAY, rules.eve_time, zone)
    day_at = moment(slot.on, rules.day_time, zone)
    begins_at = moment(slot.on, slot.at, zone) if slot.at is not None else None
    midnight = moment(slot.on + DAY, MIDNIGHT, zone)
    yield VisitPrompt(PromptKind.VISIT_WEEK, week_at, eve_at)
    yield VisitPrompt(PromptKind.VISIT_EVE, eve_at, moment(slot.on, MIDNIGHT, zone))
    if begins_at is None or day_at < begins_at:
        yield VisitPrompt(PromptKind.VISIT_DAY, day_at, begins_at or midnight)
    asked_at = moment(slot.on, rules.asked_time, zone)
    if begins_at is not None:
        asked_at = max(asked_at, begins_at + AFTER_VISIT)
    yield VisitPrompt(PromptKind.VISIT_ASKED, asked_at, midnight + rules.unanswered_for)


def prompt_key(visit_id: str, slot: VisitSlot, kind: PromptKind, version: int | None = None) -> str:
    """What keeps a message about a visit single. `version`, of the visit, tells one news of a change from the next."""
    return f"visit:{visit_id}:{slot.written()}:{kind}" + ("" if version is None else f":{version}")


def visit_and_slot(key: str) -> tuple[str, str]:
    """The visit's id and the written slot that a message was planned for. Raises ValueError for another kind of key."""
    of_a_visit, visit_id, written, *_ = key.split(":")
    if of_a_visit != "visit":
        raise ValueError(key)
    return visit_id, written
