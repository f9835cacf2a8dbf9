"""Clockwork: moves a clock ahead and runs every due tick on the way, in order; it never jumps over one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from scheduler.ticks import Loop

AT_ONCE = ("handle", "plan", "send", "settle", "alarms")
"""Loops that what came in may have made work for."""

ROUNDS_MAX = 50  # at one moment; more means that two loops wake each other for ever
SELDOM = dict.fromkeys(("sync", "answers", "menus"), timedelta(hours=6))
"""Loops that wake by the wall, whether anything is due or not: so long at least lies between two calls."""


class SettableClock(Protocol):
    """A clock that can be moved ahead."""

    def now(self) -> datetime: ...

    def set(self, at: datetime) -> None: ...


class EndlessRoundError(RuntimeError):
    """The loops keep waking each other at one moment."""


@dataclass(slots=True)
class Clockwork:
    """The loops of a system, driven by a clock of our own instead of the metronome.

    `receive` looks for updates once and says how many came; `people` act at a moment and say when they act next.
    """

    clock: SettableClock
    loops: Sequence[Loop]
    receive: Callable[[], Awaitable[int]]
    people: Callable[[datetime], Awaitable[datetime | None]] | None = None
    seldom: Mapping[str, timedelta] = field(default_factory=lambda: SELDOM)
    _next: dict[str, datetime] = field(default_factory=dict)

    async def advance(self, until: datetime) -> None:
        """Runs everything due up to `until` and leaves the clock there."""
        for name in AT_ONCE:  # what staff did since the last call may have made work as well
            self._next.pop(name, None)
        while True:
            at = self.clock.now()
            acts_next = await self._settle_down(at)
            wakes = min([*self._next.values(), *([acts_next] if acts_next else [])], default=until)
            if wakes > until:
                break
            self.clock.set(max(wakes, at + timedelta(milliseconds=1)) if wakes <= at else wakes)
        self.clock.set(until)
        await self._settle_down(until)

    async def _settle_down(self, at: datetime) -> datetime | None:
        """At one moment: people act, updates come in, loops run, until nothing more happens."""
        acts_next: datetime | None = None
        for _ in range(ROUNDS_MAX):
            if self.people is not None:
                acts_next = await self.people(at)
            came = await self.receive()
            ran = await self._run_due(at, everything=came > 0)
            if not came and not ran:  # what the loops have just sent is looked at too
                return acts_next if self.people is None else await self.people(at)
        raise EndlessRoundError

    async def _run_due(self, at: datetime, *, everything: bool) -> bool:
        """Runs the loops that are due; what came in may have made work for all of them."""
        ran = False
        for loop in self.loops:
            if (everything and loop.name in AT_ONCE) or self.is_due(loop.name, at):
                wakes = await loop.tick(at)
                self._next[loop.name] = max(wakes, at + self.seldom.get(loop.name, timedelta()))
                ran = ran or self._next[loop.name] <= at
                if loop.name in ("plan", "settle", "checks"):
                    self._next["send"] = min(self._next.get("send", at), at)
        return ran

    def is_due(self, name: str, at: datetime) -> bool:
        """Whether this loop is called at this moment."""
        return self._next.get(name, at) <= at

    def next_at(self) -> datetime | None:
        """When the next loop wants to be called."""
        return min(self._next.values(), default=None)
