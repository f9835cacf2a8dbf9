"""The life of one process: it opens, receives, wakes its loops, and ends in good order or not at all."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from emulator.server import Answer
from simulation.alarm import Alarm
from simulation.built import Build, Built, Ground, WireRequest
from simulation.crashes import Crashes, KilledError
from simulation.due import due_times, note_listened, owed_at
from simulation.edges import StoreEdges, StudyEdges
from simulation.evidence import Evidence
from simulation.faults import Faults
from simulation.virtual import WallClock, WorldClock
from simulation.wire import Wire

BLINK = 1.0  # seconds between two calls of a loop by the metronome
REST = 6 * 3600.0  # seconds between two looks for updates where nothing depends on them
NOBODY_DUE = 3600.0
DOWN_AGAIN = 1200.0  # seconds between two tries of a study that is away: each finds the same


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two calls of the loops that wake by the wall, and of planning. `grace`: how long what came in
    waits for the loop beside the poll that brought it, which handles it at once.
    """

    sync: float = 60.0
    housekeeping: float = 6 * 3600.0
    plan: float = 30.0
    grace: float = 0.0


AGAIN = {"handle": 1.0, "checks": 60.0, "send": 1.0, "alarms": 1.0, "settle": 60.0, "answers": 15.0}
"""Seconds between two calls of a loop that found nothing to be done about what is due, as the metronome has it."""


WHENEVER = frozenset({"housekeeping", "cover"})
"""Loops that look at everything, whatever is due."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all lives share."""

    clock: WorldClock
    wire: Wire
    faults: Faults
    crashes: Crashes
    evidence: Evidence
    random: Random
    pace: Pace
    study_is_down: Callable[[], bool]
    changed: Callable[[], None]


class Life:
    """One process from its start to its end. `over` is done when it has died or was stopped."""

    def __init__(self, around: Surroundings, build: Build, wall: WallClock) -> None:
        self.around = around
        self.wall = wall
        self.over: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.is_over_for_good = False  # nobody starts it again, however it ends
        self._dead = False
        self._stop = asyncio.Event()
        self._thawed = asyncio.Event()
        self._thawed.set()
        self._stirred, self._arrived = Alarm(), Alarm()
        self._tasks: list[asyncio.Task[Any]] = []
        self._ticking: dict[str, asyncio.Task[Any]] = {}
        self._not_before: dict[str, float] = {}
        self._due: dict[str, datetime] = {}
        self._has_changed = True
        self._looks_at_once = True
        self._idles_since: float | None = None
        self._listened_until: datetime | None = None
        self.built: Built = build(self._ground())

    def _ground(self) -> Ground:
        around, random = self.around, self.around.random
        return Ground(
            clock=self.wall,
            request=WireRequest(self._call, around.clock.now),
            store_edges=StoreEdges(self, around.faults, around.changed),
            study_edges=StudyEdges(self, around.faults, around.study_is_down),
            new_id=lambda: "".join(random.choices("0123456789abcdefghjkmnpqrstvwxyz", k=16)),
            random_bytes=random.randbytes,
        )

    async def _call(self, token: str, method: str, params: Any) -> Answer:
        return await self.around.wire.call(self, token, method, params)

    # --- where it may die, or stand still

    async def point(self, name: str) -> None:
        """Passed before and after whatever leaves a trace. An empty name is a place where only the dead stop."""
        if not self._thawed.is_set():
            await self._thawed.wait()
        if self._dead:
            raise KilledError
        if name and self.around.crashes.strikes(name):
            self.die()
            raise KilledError

    def die(self) -> None:
        """As by kill -9."""
        self._dead = True
        self._listened_until = self._listens_until()
        if not self.over.done():
            self.over.set_result(False)

    def can_be_cancelled(self) -> bool:
        return asyncio.current_task() in self._ticking.values()

    def freeze(self) -> None:
        """It stands still until it thaws; the world goes on."""
        self.note_listening()
        self._thawed.clear()

    def thaw(self) -> None:
        self.listens_again()
        self._thawed.set()

    def listens_again(self) -> None:
        """What broke off its long poll is over: it looks at once, and sees that there was a gap."""
        if self._idles_since is not None:
            self.built.doze()
            self._arrived.ring()

    @property
    def is_frozen(self) -> bool:
        return not self._thawed.is_set()

    # --- its life

    async def live(self) -> None:
        """Returns when it is over; nothing of it runs any more."""
        self._start(self._whole())
        await self.over
        if self._dead:
            await self._bury()
        else:
            await self._leave()

    async def _whole(self) -> None:
        await self.built.open()
        self._start(self.built.introduce(self._stop))
        self._start(self.built.receive(self._idle, self._stop))
        self._start(self._beat())

    def _start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.append(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        """A task of the process that failed ends the process, as an unforeseen failure would."""
        self._tasks.remove(task)
        if not task.cancelled() and task.exception() is not None and not self._dead:
            self.around.evidence.faults["unforeseen"] = self.around.evidence.faults.get("unforeseen", 0) + 1
            self.die()

    def stop(self) -> None:
        """As by SIGTERM."""
        self._stop.set()
        if not self.over.done():
            self.over.set_result(True)

    async def _leave(self) -> None:
        ticking = [task for task in self._ticking.values() if not task.done()]
        for task in ticking:
            await asyncio.wait([task], timeout=3)
        if self._dead:
            await self._bury()
            return
        self._arrived.ring()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            await self.built.close()
        except KilledError:
            await self._bury()
        self._drop()

    async def _bury(self) -> None:
        self._thawed.set()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*list(self._tasks), return_exceptions=True)
        self._drop()

    def _drop(self) -> None:
        """Every connection is closed; what was not committed is gone."""
        self._dead = True
        for store in (self.built.store, self.built.study):
            for engine in (store.engine, store.reading_engine):
                engine.sync_engine.dialect.loaded_dbapi.close_all()
        note_listened(self.around.evidence.store, self._listened_until)

    # --- receiving

    async def _idle(self, failed: bool) -> None:  # noqa: FBT001  how the last look ended
        """Waits where a long poll would; an empty poll in between would only be noted as listening."""
        if self._looks_at_once or (failed and not self.around.wire.is_down):
            self._looks_at_once = False  # the first poll of a process, or the next after one that failed
            return
        while not self.around.wire.waits():
            self._idles_since = self.around.clock.seconds()
            await self._arrived.wait(self._until_somebody_has_to_listen())
            await self.point("")  # whoever stands still here thaws as one who has not listened
            self._idles_since = None
            if not self.around.wire.waits():
                return
        await self.point("")

    def _until_somebody_has_to_listen(self) -> float:
        """Silence is settled only up to when the bot last listened."""
        settles = self._due.get("settle")
        if settles is None or self.around.wire.is_down:
            return REST
        seconds = (settles - self.wall.now()) / timedelta(seconds=1)
        return min(REST, seconds if seconds > 0 else AGAIN["settle"])

    def _listens_until(self) -> datetime | None:
        """Until when the long polls that were left out would have been noted; None where there were none."""
        hears = self._idles_since is not None and not self.around.wire.is_down and not self.is_frozen
        return self.wall.now() if hears else None

    def note_listening(self) -> None:
        """Something begins now that keeps it from listening: up to here it did."""
        note_listened(self.around.evidence.store, self._listens_until())

    def arrived(self) -> None:
        """Telegram has an update for us."""
        self._arrived.ring()

    # --- its loops

    def hurry(self) -> None:
        """Carries to the study what waits, now."""
        self._not_before.pop("sync", None)
        self._stirred.ring()

    def changed(self) -> None:
        """Something was committed, here or beside us."""
        self._has_changed = True
        self._stirred.ring()

    async def _beat(self) -> None:
        """Calls each loop as soon as it has work, within a second, as the metronome does."""
        while True:
            await self.point("")
            wait = self._wake_due()
            await self._stirred.wait(wait)
            await asyncio.sleep(BLINK)

    def _wake_due(self) -> float:
        if self._has_changed:
            self._has_changed = False
            self._due = due_times(self.around.evidence.store)
        seconds, wait = self.around.clock.seconds(), NOBODY_DUE
        for name in self.built.wakes:
            if name in self._ticking:
                continue
            ready = self._ready_in(name, seconds)
            if ready <= 0:
                self._tick(name)
            else:
                wait = min(wait, ready)
        return wait

    def _ready_in(self, name: str, seconds: float) -> float:
        held = self._not_before.get(name, 0.0) - seconds
        if name == "sync":
            due = owed_at(self.around.evidence.store)
            return NOBODY_DUE if due is None else max(held, self._seconds_until(due))
        if name in WHENEVER:
            return held
        due = self._due.get(name)
        if due is None:
            return NOBODY_DUE
        grace = self.around.pace.grace if name == "handle" else 0.0
        return max(held, self._seconds_until(due) + grace)

    def _seconds_until(self, due: datetime) -> float:
        return (due - self.wall.now()) / timedelta(seconds=1)

    def _tick(self, name: str) -> None:
        task = self._start(self._woken(name))
        self._ticking[name] = task
        task.add_done_callback(lambda _: self._ticked(name))

    async def _woken(self, name: str) -> None:
        did = await self.built.wakes[name]()
        pace = self.around.pace
        rest = {
            "sync": pace.sync,
            "housekeeping": pace.housekeeping,
            "cover": pace.housekeeping,
            "plan": pace.plan,
        }.get(name) or AGAIN[name]
        if name == "sync" and self.around.study_is_down():
            rest = max(rest, DOWN_AGAIN)
        self._not_before[name] = self.around.clock.seconds() + (rest if did else max(rest, 15.0))

    def _ticked(self, name: str) -> None:
        del self._ticking[name]
        self._stirred.ring()
