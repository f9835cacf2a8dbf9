"""The processes of a world: one life after another, at times two side by side."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from simulation.built import Build
from simulation.crashes import Crashes
from simulation.evidence import Evidence
from simulation.faults import Faults, chance
from simulation.life import Life, Pace, Surroundings
from simulation.virtual import WallClock, WorldClock
from simulation.wire import Wire

DOWN_MAX = 600.0  # seconds between a death and the next start
CALM = Pace(sync=7 * 24 * 3600.0, housekeeping=24 * 3600.0, plan=1800.0, grace=5.0)
"""Where nothing goes wrong, loops that wake by the wall do so seldomer."""

ENDS_WITHIN = 60.0


class Processes:
    """`start` runs a coroutine beside everything else; `study_is_down` is asked at each of the study's transactions."""

    def __init__(  # noqa: PLR0913  what all of them share, each named at the call
        self,
        *,
        seed: int,
        build: Build,
        clock: WorldClock,
        wall: WallClock,
        wire: Wire,
        faults: Faults,
        evidence: Evidence,
        intensity: float,
        start: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
        study_is_down: Callable[[], bool],
    ) -> None:
        self.lives: list[Life] = []
        self.begun = 0
        self.crashes = Crashes(faults, intensity=intensity)
        self.wall = wall
        self._seed = seed
        self._build = build
        self._clock = clock
        self._wire = wire
        self._faults = faults
        self._evidence = evidence
        self._start = start
        self._study_is_down = study_is_down
        self._pace = CALM if not faults.on else Pace(sync=chance(seed, "pace").choice((120.0, 600.0, 1800.0)))
        self._chains: list[asyncio.Task[None]] = []
        self._over = False
        self._nobody_since: datetime | None = None
        self.died: Callable[[], object] = lambda: None

    def start_one(self) -> None:
        """A process that is started again whenever it ends."""
        self._chains.append(self._start(self._chain(chance(self._seed, f"process {len(self._chains)}").random)))

    async def _chain(self, draw: Callable[[], float]) -> None:
        while not self._over:
            life = self._new_life()
            await life.live()
            self.lives.remove(life)
            if self._nobody_since is None and all(other.is_frozen for other in self.lives):
                self._nobody_since = self._clock.now()
            if life.is_over_for_good or self._over:
                return
            self.died()
            await asyncio.sleep(DOWN_MAX * draw() ** 2)
            self.crashes.recovering()

    def somebody_lives(self) -> None:
        """Another chain's process may come first, or one that stood still goes on."""
        if self._nobody_since is not None:
            self._evidence.down.append((self._nobody_since, self._clock.now()))
            self._nobody_since = None

    def _new_life(self) -> Life:
        self.begun += 1
        self.somebody_lives()
        self._evidence.begun.append(self._clock.now())
        around = Surroundings(
            clock=self._clock,
            wire=self._wire,
            faults=self._faults,
            crashes=self.crashes,
            evidence=self._evidence,
            random=chance(self._seed, f"life {self.begun}"),
            pace=self._pace,
            study_is_down=self._study_is_down,
            changed=self.changed,
        )
        life = Life(around, self._build, self.wall)
        self.lives.append(life)
        return life

    def changed(self) -> None:
        """Something was committed, by a process or beside them."""
        for life in self.lives:
            life.changed()

    def hurry(self) -> None:
        """The study gets what waits for it."""
        for life in self.lives:
            life.hurry()

    def arrived(self) -> None:
        """An update waits at Telegram."""
        for life in self.lives:
            life.arrived()

    async def end(self) -> None:
        """All end in good order; none is started again."""
        self._over = True
        for life in list(self.lives):
            life.thaw()
            life.stop()
        for chain in self._chains:
            await asyncio.wait([chain], timeout=ENDS_WITHIN)
