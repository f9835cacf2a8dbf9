"""How the messages went: by kind and state, why some were not sent, how late they were, and when nobody listened."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.inbox import ReceivingGap
from models.participant import Participant
from models.prompt import Prompt
from models.session import Store
from protocol.moments import local_date
from protocol.terms import PromptKind, PromptState
from reports.prepared import is_prepared

REASONED = (PromptState.SKIPPED, PromptState.EXPIRED, PromptState.FAILED, PromptState.UNKNOWN, PromptState.CANCELLED)
HANDED_OVER = (PromptState.DELIVERED, PromptState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class KindCount:
    """Messages of one kind in one state."""

    kind: PromptKind
    state: PromptState
    messages: int


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """Messages that ended in one state for one reason."""

    state: PromptState
    reason: str
    messages: int


@dataclass(frozen=True, slots=True)
class Lateness:
    """Seconds from due to sent, over the messages handed over; None where there was none."""

    messages: int
    median_s: float | None
    p95_s: float | None
    max_s: float | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nothing could be received."""

    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """Of the messages due up to `as_of`. `blocked`: codes of those whose chat refuses our messages."""

    as_of: datetime
    from_on: date | None
    to_on: date | None
    site: str | None
    kinds: tuple[KindCount, ...]
    reasons: tuple[ReasonCount, ...]
    lateness: Lateness
    blocked: tuple[str, ...]
    gaps: tuple[Gap, ...]

    def messages(self, *states: PromptState) -> int:
        """How many messages stand in these states."""
        return sum(row.messages for row in self.kinds if row.state in states)


async def delivery_report(
    store: Store,
    *,
    as_of: datetime,
    site: str | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
) -> DeliveryReport:
    """The dates are the participants' own, both included. An unprepared store gives an empty report."""
    rows: list[Any] = []
    blocked: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    if await is_prepared(store):
        async with store.read() as session:
            rows = [row for row in await _prompts(session, as_of, site) if _within(row, from_on, to_on)]
            blocked = await _blocked(session, site)
            gaps = await _gaps(session, as_of, from_on, to_on)
    return DeliveryReport(
        as_of, from_on, to_on, site, _kinds(rows), _reasons(rows), lateness(_delays(rows)), blocked, gaps
    )


async def _prompts(session: AsyncSession, as_of: datetime, site: str | None) -> Sequence[Any]:
    columns: tuple[Any, ...] = (Prompt.kind, Prompt.state, Prompt.reason, Prompt.due_at, Prompt.sent_at, Participant.tz)
    query = (
        select(*columns)
        .join(Participant, col(Participant.id) == col(Prompt.participant_id))
        .where(col(Prompt.due_at) <= as_of)
    )
    if site is not None:
        query = query.where(Participant.site_code == site)
    return (await session.execute(query)).all()


def _within(row: Any, from_on: date | None, to_on: date | None) -> bool:
    if from_on is None and to_on is None:
        return True
    on = local_date(row.due_at, ZoneInfo(row.tz))
    return (from_on is None or on >= from_on) and (to_on is None or on <= to_on)


async def _blocked(session: AsyncSession, site: str | None) -> tuple[str, ...]:
    query = select(Participant.code).where(col(Participant.unreachable_at).is_not(None))
    if site is not None:
        query = query.where(Participant.site_code == site)
    return tuple((await session.scalars(query.order_by(col(Participant.code)))).all())


async def _gaps(session: AsyncSession, as_of: datetime, from_on: date | None, to_on: date | None) -> tuple[Gap, ...]:
    """Gaps that touch the dates, by the calendar of UTC: they belong to nobody's zone."""
    query = select(ReceivingGap).where(col(ReceivingGap.from_at) <= as_of).order_by(col(ReceivingGap.from_at))
    found = (await session.scalars(query)).all()
    return tuple(
        Gap(gap.from_at, gap.until_at)
        for gap in found
        if (from_on is None or gap.until_at.date() >= from_on) and (to_on is None or gap.from_at.date() <= to_on)
    )


def _kinds(rows: Sequence[Any]) -> tuple[KindCount, ...]:
    numbers = Counter((row.kind, row.state) for row in rows)
    ordered = sorted(numbers, key=lambda pair: (list(PromptKind).index(pair[0]), list(PromptState).index(pair[1])))
    return tuple(KindCount(kind, state, numbers[kind, state]) for kind, state in ordered)


def _reasons(rows: Sequence[Any]) -> tuple[ReasonCount, ...]:
    numbers = Counter((row.state, row.reason) for row in rows if row.state in REASONED)
    ordered = sorted(numbers, key=lambda pair: (REASONED.index(pair[0]), -numbers[pair], pair[1]))
    return tuple(ReasonCount(state, reason, numbers[state, reason]) for state, reason in ordered)


def _delays(rows: Iterable[Any]) -> list[timedelta]:
    return [row.sent_at - row.due_at for row in rows if row.state in HANDED_OVER and row.sent_at is not None]


def lateness(delays: Sequence[timedelta]) -> Lateness:
    """Median and 95th percentile by the nearest rank: figures that really occurred."""
    seconds = sorted(delay.total_seconds() for delay in delays)
    if not seconds:
        return Lateness(0, None, None, None)
    return Lateness(len(seconds), nearest_rank(seconds, 0.5), nearest_rank(seconds, 0.95), seconds[-1])


def nearest_rank(ordered: Sequence[float], part: float) -> float:
    """The figure below which this part of them lies: one that really occurred."""
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]
