"""A participant's course on one time axis, in pixels and as rows of a table: both say the same, from the same facts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from models.study.lab import StudyLabResult
from protocol.labs import Bound
from protocol.moments import local_date
from protocol.orders import DoseOrder, ordered_day
from protocol.terms import Level
from protocol.trough import LevelFlags
from reports.symptoms import CheckRow
from reports.timeline import Course
from web.charts import Tick, even
from web.marks import Cell, Mark

LEFT, RIGHT = 34, 14
PER_TICK: Final = 84  # pixels that a date needs
SPAN_MIN: Final = timedelta(days=14)
DAY: Final = timedelta(days=1)
ORDERS, DOSES, HAEMOGLOBIN, LEVELS, TRANSFUSIONS, CHECKS, AXIS = 34, 92, 150, 276, 404, 446, 470
"""Where each lane stands, in pixels from the top: the line of a lane of marks, the upper edge of one with a scale."""
SCALE_HIGH: Final = 84
HEIGHT: Final = AXIS + 30
BOUNDS: Final = {Bound.EXACT: "", Bound.BELOW: "<", Bound.ABOVE: ">"}

STROKES: Final[dict[Mark, str]] = {
    Mark.TAKEN: "v-18",
    Mark.LATE: "v-10",
    Mark.TAKEN_PARTLY: "v-5 m-2 0 h4",
    Mark.EXTRA: "v-24 m-2 0 h4",
    Mark.NOT_TAKEN: "m-2.5 4 l5 5 m0 -5 l-5 5",
    Mark.UNREPORTED: "m-2.5 16 a2.5 2.5 0 1 0 5 0 a2.5 2.5 0 1 0 -5 0",
    Mark.NOT_ASKED: "m-2 24 h4",
    Mark.HELD: "m-1.2 -12 v9 m2.4 0 v-9",
    Mark.OPEN: "m-.5 -2 h1",
}
"""How a day is drawn from its place on the line of doses: what was taken stands on it, the rest hangs below."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row under the same order; `dose` None: none in force, or the drug was stopped."""

    from_on: date
    until_on: date
    dose: DoseOrder | None
    held: bool
    discontinued: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Doses in a row with the same mark."""

    from_on: date
    until_on: date
    mark: Mark
    doses: int


@dataclass(frozen=True, slots=True)
class Value:
    """One measured value. `solid`: a valid trough, or a haemoglobin. `flags` of levels alone."""

    on: date
    value: float
    bound: str
    unit: str
    solid: bool
    flags: LevelFlags | None = None

    @property
    def says(self) -> str:
        return f"{self.on} · {self.bound}{self.value:g} {self.unit}"


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything on the axis, the earliest first; `first_on` and `last_on` are its ends."""

    first_on: date
    last_on: date
    stretches: tuple[Stretch, ...]
    cells: tuple[Cell, ...]
    runs: tuple[Run, ...]
    haemoglobin: tuple[Value, ...]
    levels: tuple[Value, ...]
    transfused_on: tuple[date, ...]
    checks: tuple[CheckRow, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """One mark in pixels; `solid` is drawn filled."""

    x: float
    y: float
    says: str
    solid: bool = True
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of an order in pixels."""

    x: float
    width: float
    stretch: Stretch


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything to draw, in pixels. `doses`: one path for each mark. `band`: upper and lower edge of the target."""

    width: int
    bars: tuple[Bar, ...]
    doses: tuple[tuple[Mark, str], ...]
    haemoglobin: tuple[Spot, ...]
    haemoglobin_up: tuple[Tick, ...]
    levels: tuple[Spot, ...]
    levels_up: tuple[Tick, ...]
    band: tuple[float, float]
    transfusions: tuple[Spot, ...]
    checks: tuple[Spot, ...]
    dates: tuple[tuple[float, date], ...]

    @property
    def left(self) -> int:
        return LEFT

    @property
    def right(self) -> int:
        return self.width - RIGHT

    @property
    def axis(self) -> int:
        return AXIS

    @property
    def height(self) -> int:
        return HEIGHT


def facts_of(course: Course, marked: Sequence[Cell], orders: Sequence[DoseOrder], *, today: date, tz: str) -> Facts:
    """From the first thing known to today, or to what is known later."""
    zone = ZoneInfo(tz)
    levels = [_value(row.result, zone, solid=row.flags.valid_trough is True, flags=row.flags) for row in course.levels]
    haemoglobin = [_value(row, zone, solid=True) for row in course.haemoglobin]
    known = [cell.on for cell in marked] + [one.on for one in (*levels, *haemoglobin)]
    known += [
        *course.transfused_on,
        *(one.on for one in course.checks),
        *(one.from_on for one in orders if one.from_on <= today),
    ]
    first_on, last_on = min([today - SPAN_MIN, *known]), max([today, *known])
    return Facts(
        first_on,
        last_on,
        tuple(_stretches(orders, first_on, last_on)),
        tuple(marked),
        tuple(_runs(marked)),
        tuple(haemoglobin),
        tuple(levels),
        course.transfused_on,
        tuple(sorted(course.checks, key=lambda one: one.on)),
    )


def drawing(facts: Facts, *, width: int, band: tuple[float, float]) -> Drawing:
    """The same in pixels; `band` (low, high) is the target of the level, in its unit."""
    days = max(1, (facts.last_on - facts.first_on).days)

    def across(on: date) -> float:
        return round(LEFT + (on - facts.first_on).days / days * (width - LEFT - RIGHT), 1)

    hb_up, hb_ticks = _scale([one.value for one in facts.haemoglobin], HAEMOGLOBIN)
    level_up, level_ticks = _scale([*(one.value for one in facts.levels), *band], LEVELS)
    return Drawing(
        width,
        tuple(_bar(one, across) for one in facts.stretches if one.dose is not None or one.discontinued),
        tuple(_paths(facts.cells, across)),
        tuple(Spot(across(one.on), hb_up(one.value), one.says, one.solid) for one in facts.haemoglobin),
        hb_ticks,
        tuple(Spot(across(one.on), level_up(one.value), one.says, one.solid) for one in facts.levels),
        level_ticks,
        (level_up(band[1]), level_up(band[0])),
        tuple(Spot(across(on), TRANSFUSIONS, str(on)) for on in facts.transfused_on),
        tuple(Spot(across(one.on), CHECKS, str(one.on), bool(one.told), _level(one)) for one in facts.checks),
        tuple((across(on), on) for on in _dates(facts, (width - LEFT - RIGHT) // PER_TICK)),
    )


def _value(row: StudyLabResult, zone: ZoneInfo, *, solid: bool, flags: LevelFlags | None = None) -> Value:
    return Value(local_date(row.drawn_at, zone), row.value, BOUNDS[row.bound], row.unit, solid, flags)


def _stretches(orders: Sequence[DoseOrder], first_on: date, last_on: date) -> Iterable[Stretch]:
    dates = [first_on + number * DAY for number in range((last_on - first_on).days + 1)]
    for day, run in groupby(dates, lambda on: ordered_day(orders, on)):
        these = list(run)
        yield Stretch(these[0], these[-1], day.dose, day.held_by is not None, day.discontinued)


def _runs(marked: Sequence[Cell]) -> Iterable[Run]:
    for mark, cells in groupby(marked, lambda cell: cell.mark):
        these = list(cells)
        yield Run(these[0].on, these[-1].on, mark, len(these))


def _scale(values: Sequence[float], top: int) -> tuple[Callable[[float], float], tuple[Tick, ...]]:
    """From 0 to a round number; three or four lines."""
    steps = even(max([1.0, *values]), 4)

    def up(value: float) -> float:
        return round(top + SCALE_HIGH - value / steps[-1] * SCALE_HIGH, 1)

    return up, tuple(Tick(up(step), str(step)) for step in steps)


def _bar(one: Stretch, across: Callable[[date], float]) -> Bar:
    x = across(one.from_on)
    return Bar(x, round(max(2.0, across(one.until_on) - x), 1), one)


def _paths(marked: Sequence[Cell], across: Callable[[date], float]) -> Iterable[tuple[Mark, str]]:
    for mark in Mark:
        places = [cell.on for cell in marked if cell.mark is mark]
        if places:
            yield mark, "".join(f"M{across(on):g} {DOSES}{STROKES[mark]}" for on in places)


def _level(one: CheckRow) -> Level | None:
    return Level(one.tier.value) if one.tier is not None and one.tier.value in set(Level) else None


def _dates(facts: Facts, most: int) -> list[date]:
    """First days of months where there are several, else days; no more than fit."""
    days = [facts.first_on + number * DAY for number in range((facts.last_on - facts.first_on).days + 1)]
    firsts = [on for on in days if on.day == 1]
    found = firsts if len(firsts) > 1 else days
    return found[:: max(1, -(-len(found) // max(1, most)))]
