"""How alerts were answered: how many per participant and week, how long until a human took note, and what was done."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.alert import Alert, AlertCall
from models.open_alerts import RankedAlert, ranked_alerts, still_open
from models.participant import Participant
from models.session import Store
from models.site import Site
from protocol.alert_clock import AlertClock
from protocol.moments import local_date
from protocol.terms import AlertKind, CallState, Level
from reports.delivery import nearest_rank
from reports.prepared import is_prepared
from reports.red_in_time import RedInTime, red_in_time

WEEK = timedelta(weeks=1)
ELSEWHERE = "UTC"


@dataclass(frozen=True, slots=True)
class Waited:
    """Seconds from the opening, by the nearest rank, over those that came so far; None where none did."""

    alerts: int
    p25_s: float | None
    median_s: float | None
    p75_s: float | None
    max_s: float | None


@dataclass(frozen=True, slots=True)
class AlertCount:
    """Alerts of one level and kind. `reports`: how often their causes came up; an alert merges the same one."""

    level: Level
    kind: AlertKind
    alerts: int
    reports: int
    acknowledged: int
    acted: int
    closed: int


@dataclass(frozen=True, slots=True)
class LevelAnswer:
    """How the alerts of one level were answered; a paged one counts as red."""

    level: Level
    alerts: int
    calls: int
    calls_failed: int
    to_phone: int
    seen: Waited
    acknowledged: Waited
    waiting: int


@dataclass(frozen=True, slots=True)
class AlertReport:
    """Of the alerts opened up to `as_of`. The load counts those about participants alone.

    `still_open`: those nobody has closed, the most urgent first.
    """

    as_of: datetime
    from_on: date | None
    to_on: date | None
    site: str | None
    counts: tuple[AlertCount, ...]
    answers: tuple[LevelAnswer, ...]
    red: RedInTime
    still_open: tuple[RankedAlert, ...]
    participants: int
    participant_weeks: float
    about_participants: int
    closed: int
    acted: int

    @property
    def load(self) -> float | None:
        """Alerts for one participant in one week; None without any time."""
        return self.about_participants / self.participant_weeks if self.participant_weeks else None

    @property
    def acted_share(self) -> float | None:
        """Of the closed ones, those with an action recorded; an open one says nothing yet."""
        return self.acted / self.closed if self.closed else None


async def alert_report(
    store: Store,
    clocks: Mapping[Level, AlertClock],
    *,
    as_of: datetime,
    site: str | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
) -> AlertReport:
    """The dates are the site's own, both included; `clocks` are the trial's. An unprepared store: an empty report."""
    rows: list[Any] = []
    calls: dict[str, list[CallState]] = {}
    people: Sequence[Any] = ()
    ranked: list[RankedAlert] = []
    if await is_prepared(store):
        async with store.read() as session:
            rows = [row for row in await _alerts(session, as_of, site) if _within(row, from_on, to_on)]
            calls = await _calls(session, as_of)
            people = await _people(session, as_of, site)
            ranked = await _open(session, as_of, {row.id for row in rows})
    closed = [row for row in rows if _by(row.closed_at, as_of)]
    return AlertReport(
        as_of=as_of,
        from_on=from_on,
        to_on=to_on,
        site=site,
        counts=_counts(rows, as_of),
        answers=tuple(_answer(level, rows, calls, as_of) for level in Level if _of(level, rows)),
        red=red_in_time(_of(Level.RED, rows), clocks[Level.RED], as_of),
        still_open=tuple(ranked),
        participants=len(people),
        participant_weeks=sum(_weeks(row, as_of, from_on, to_on) for row in people),
        about_participants=sum(row.participant_id is not None for row in rows),
        closed=len(closed),
        acted=sum(bool(row.action.strip()) for row in closed),
    )


async def _alerts(session: AsyncSession, as_of: datetime, site: str | None) -> Sequence[Any]:
    columns: tuple[Any, ...] = (
        Alert.id,
        Alert.participant_id,
        Alert.level,
        Alert.paged,
        Alert.kind,
        Alert.times,
        Alert.opened_at,
        Alert.clock_from,
        Alert.seen_at,
        Alert.acknowledged_at,
        Alert.closed_at,
        Alert.action,
        Site.tz,
    )
    query = (
        select(*columns)
        .join(Site, col(Site.code) == col(Alert.site_code), isouter=True)
        .where(col(Alert.opened_at) <= as_of)
    )
    if site is not None:
        query = query.where(Alert.site_code == site)
    return (await session.execute(query)).all()


async def _open(session: AsyncSession, as_of: datetime, ids: Collection[str]) -> list[RankedAlert]:
    return [one for one in await ranked_alerts(session, as_of, still_open()) if one.alert.id in ids]


async def _calls(session: AsyncSession, as_of: datetime) -> dict[str, list[CallState]]:
    found: dict[str, list[CallState]] = {}
    query = select(AlertCall.alert_id, AlertCall.state).where(col(AlertCall.at) <= as_of)
    for alert_id, state in (await session.execute(query)).all():
        found.setdefault(alert_id, []).append(CallState(state))
    return found


async def _people(session: AsyncSession, as_of: datetime, site: str | None) -> Sequence[Any]:
    columns: tuple[Any, ...] = (Participant.enrolled_at, Participant.tz)
    query = select(*columns).where(col(Participant.enrolled_at) <= as_of)
    if site is not None:
        query = query.where(Participant.site_code == site)
    return (await session.execute(query)).all()


def _within(row: Any, from_on: date | None, to_on: date | None) -> bool:
    on = local_date(row.opened_at, ZoneInfo(row.tz or ELSEWHERE))
    return (from_on is None or on >= from_on) and (to_on is None or on <= to_on)


def _weeks(row: Any, as_of: datetime, from_on: date | None, to_on: date | None) -> float:
    """How long this participant was followed within the dates; days count whole."""
    zone = ZoneInfo(row.tz)
    first = max(local_date(row.enrolled_at, zone), from_on or date.min)
    last = min(local_date(as_of, zone), to_on or date.max)
    return max((last - first).days + 1, 0) * timedelta(days=1) / WEEK


def _counts(rows: Sequence[Any], as_of: datetime) -> tuple[AlertCount, ...]:
    pairs = sorted({(row.level, row.kind) for row in rows}, key=lambda pair: (list(Level).index(pair[0]), pair[1]))
    return tuple(_count(level, kind, rows, as_of) for level, kind in pairs)


def _count(level: Level, kind: AlertKind, rows: Sequence[Any], as_of: datetime) -> AlertCount:
    these = [row for row in rows if (row.level, row.kind) == (level, kind)]
    closed = [row for row in these if _by(row.closed_at, as_of)]
    return AlertCount(
        level,
        kind,
        len(these),
        sum(row.times for row in these),
        sum(_by(row.acknowledged_at, as_of) for row in these),
        sum(bool(row.action.strip()) for row in closed),
        len(closed),
    )


def _of(level: Level, rows: Sequence[Any]) -> list[Any]:
    return [row for row in rows if (Level.RED if row.paged else row.level) is level]


def _answer(level: Level, rows: Sequence[Any], calls: dict[str, list[CallState]], as_of: datetime) -> LevelAnswer:
    these = _of(level, rows)
    made = [state for row in these for state in calls.get(row.id, [])]
    return LevelAnswer(
        level=level,
        alerts=len(these),
        calls=sum(state is not CallState.TO_PHONE for state in made),
        calls_failed=sum(state in (CallState.FAILED, CallState.UNKNOWN) for state in made),
        to_phone=sum(state is CallState.TO_PHONE for state in made),
        seen=waited((row.opened_at, row.seen_at) for row in these if _by(row.seen_at, as_of)),
        acknowledged=waited((row.opened_at, row.acknowledged_at) for row in these if _by(row.acknowledged_at, as_of)),
        waiting=sum(not _by(row.acknowledged_at, as_of) and not _by(row.closed_at, as_of) for row in these),
    )


def _by(at: datetime | None, as_of: datetime) -> bool:
    return at is not None and at <= as_of


def waited(spans: Iterable[tuple[datetime, datetime]]) -> Waited:
    """Quartiles of figures that really occurred."""
    seconds = sorted((until - since).total_seconds() for since, until in spans)
    if not seconds:
        return Waited(0, None, None, None, None)
    first, median, third = (nearest_rank(seconds, part) for part in (0.25, 0.5, 0.75))
    return Waited(len(seconds), first, median, third, seconds[-1])
