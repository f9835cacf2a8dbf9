"""The order in which open alerts wait for a human: one total order for the worklist, the reports and the chats."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from protocol.terms import Level

URGENCY: Final = tuple(Level)
"""The most urgent first."""

Rank: TypeAlias = tuple[bool, bool, int, bool, bool, datetime, str]


@dataclass(frozen=True, slots=True)
class AlertStanding:
    """How one open alert stands. `possible_sae`: it may be a serious event, and no investigator has judged it yet.

    `overdue`: it was told, and its repeat has come without anybody acknowledging it.
    """

    alert_id: str
    level: Level
    opened_at: datetime
    paged: bool = False
    possible_sae: bool = False
    overdue: bool = False
    acknowledged: bool = False


def alert_rank(one: AlertStanding) -> Rank:
    """The smaller one waits further up: what runs by the red clock, then a possible serious event, then by level.

    Within these the overdue ones, then what nobody has acknowledged, then the oldest. No two have the same rank.
    """
    return (
        not (one.level is Level.RED or one.paged),
        not one.possible_sae,
        URGENCY.index(one.level),
        not one.overdue,
        one.acknowledged,
        one.opened_at,
        one.alert_id,
    )


def is_overdue(calls: int, next_call_at: datetime | None, at: datetime) -> bool:
    """Whether the first repeat has come. `calls`: so often was it told since its clock began; the clock ends with None.

    The moments are those of `protocol.alert_clock`, so a night or a holiday makes nothing overdue that sleeps in it.
    """
    return next_call_at is not None and (calls > 1 or (calls == 1 and next_call_at <= at))
