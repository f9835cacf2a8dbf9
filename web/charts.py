"""Points on two axes, scaled to the pixels of a drawing; the template only writes them down."""

from collections.abc import Sequence
from dataclasses import dataclass

STEPS = (1, 2, 5, 10, 13, 20, 26, 50, 52, 100, 104, 200, 500, 1000)
VALUE_STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 250, 500, 1000)
LEFT, RIGHT, TOP, BOTTOM = 40, 12, 12, 34  # room for the numbers of the axes, in pixels


@dataclass(frozen=True, slots=True)
class Point:
    """One value: `x` and `y` in the units of the axes, what it says in words, and whether it is drawn filled."""

    x: float
    y: float
    says: str
    filled: bool = True


@dataclass(frozen=True, slots=True)
class Dot:
    """The same in pixels from the upper left."""

    x: float
    y: float
    says: str
    filled: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """One number of an axis, and where it stands."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything to draw, in pixels. `band` is the upper and the lower edge of the target."""

    width: int
    height: int
    dots: tuple[Dot, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    band: tuple[float, float] | None

    @property
    def left(self) -> int:
        return LEFT

    @property
    def right(self) -> int:
        return self.width - RIGHT

    @property
    def top(self) -> int:
        return TOP

    @property
    def bottom(self) -> int:
        return self.height - BOTTOM


def plot(points: Sequence[Point], *, width: int, height: int, band: tuple[float, float] | None = None) -> Plot:
    """Both axes from 0 to a round number beyond the greatest value; `band` is (low, high) in the unit of y.

    A point left of day 1 stands on the axis: nothing is cut away unseen.
    """
    x_step = _step(max([1, *(point.x for point in points)]), (width - LEFT - RIGHT) // 60)
    y_step = _step(max([1, *(point.y for point in points), *(band or ())]), (height - TOP - BOTTOM) // 36)
    x_end = _end(max([1, *(point.x for point in points)]), x_step)
    y_end = _end(max([1, *(point.y for point in points), *(band or ())]), y_step)

    def across(value: float) -> float:
        return round(LEFT + max(0.0, value) / x_end * (width - LEFT - RIGHT), 1)

    def up(value: float) -> float:
        return round(height - BOTTOM - value / y_end * (height - TOP - BOTTOM), 1)

    return Plot(
        width,
        height,
        tuple(Dot(across(point.x), up(point.y), point.says, point.filled) for point in points),
        tuple(Tick(across(value), str(value)) for value in range(0, x_end + 1, x_step)),
        tuple(Tick(up(value), str(value)) for value in range(0, y_end + 1, y_step)),
        (up(band[1]), up(band[0])) if band else None,
    )


def even(greatest: float, most: int) -> range:
    """The round numbers of an axis of values, from 0 to at least the greatest one; with at most `most` steps."""
    step = next((step for step in VALUE_STEPS if greatest / step <= most), VALUE_STEPS[-1])
    return range(0, _end(greatest, step) + 1, step)


def _step(greatest: float, most: int) -> int:
    """The smallest round step that needs no more than `most` of them."""
    return next((step for step in STEPS if greatest / step <= max(1, most)), STEPS[-1])


def _end(greatest: float, step: int) -> int:
    return step * -int(-greatest // step)
