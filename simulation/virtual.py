"""Virtual time: an event loop that never waits, and the clocks that follow it."""

import asyncio
import selectors
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from typing_extensions import override

RESOLUTION = 1e-6  # seconds


class DeadlockError(RuntimeError):
    """Nothing is scheduled and nothing can happen any more: somebody waits for ever."""


class _Selector(selectors.BaseSelector):
    """Where a loop would sleep, time moves on."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._map: dict[int, selectors.SelectorKey] = {}

    @override
    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        number = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        key = selectors.SelectorKey(fileobj, number, events, data)
        self._map[number] = key
        return key

    @override
    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._map.pop(fileobj if isinstance(fileobj, int) else fileobj.fileno())

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise DeadlockError
        if timeout > 0:
            self.seconds += timeout + RESOLUTION  # so that a float's rounding never leaves it short of its moment
        return []

    @override
    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._map


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs everything in the order of its virtual moments, as fast as it goes."""

    def __init__(self) -> None:
        self.virtual = _Selector()
        super().__init__(self.virtual)
        self._clock_resolution = RESOLUTION  # the machine's own is finer than a float of many months

    @override
    def time(self) -> float:
        return self.virtual.seconds


class WorldClock:
    """What time it truly is."""

    def __init__(self, start: datetime, seconds: Callable[[], float]) -> None:
        self.start = start
        self.seconds = seconds

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds())

    def seconds_of(self, at: datetime) -> float:
        """The loop's time of a moment."""
        return (at - self.start) / timedelta(seconds=1)


class WallClock:
    """A machine's clock: may be set wrong; its ticking stands still while the machine sleeps."""

    def __init__(self, world: WorldClock) -> None:
        self._world = world
        self.skew = timedelta()
        self.slept = 0.0

    def now(self) -> datetime:
        return self._world.now() + self.skew

    def ticking(self) -> float:
        return self._world.seconds() - self.slept
