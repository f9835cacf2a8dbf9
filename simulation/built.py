"""What a simulation is handed by those who can put the rooms together, and what it gives them for it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from typing_extensions import override

from bot.transport import CheckedRequest, InProcessCall, InProcessRequest
from models.session import Store
from models.sqlite_inline import Edges
from models.study.store import StudyStore
from protocol.trial import Trial
from simulation.virtual import WallClock


class WireRequest(InProcessRequest):
    """The way to the emulator, which tells the time with each answer as Telegram's server does."""

    def __init__(self, call: InProcessCall, true_time: Callable[[], datetime]) -> None:
        super().__init__(call)
        self._true_time = true_time

    @property
    @override
    def server_at(self) -> datetime:
        return self._true_time().replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Ground:
    """What one process stands on: its machine's clock, its way to Telegram, the edges of both stores, its chance."""

    clock: WallClock
    request: CheckedRequest
    store_edges: Edges
    study_edges: Edges
    new_id: Callable[[], str]
    random_bytes: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Built:
    """One process, put together and not yet running.

    `wakes` calls a loop as the metronome does. `receive` looks for updates until the process ends; between two looks it
    waits in what it is given. `doze` says that the machine slept while it waited there.
    """

    store: Store
    study: StudyStore
    trial: Trial
    open: Callable[[], Awaitable[None]]
    close: Callable[[], Awaitable[None]]
    wakes: Mapping[str, Callable[[], Awaitable[bool]]]
    receive: Callable[[Callable[[bool], Awaitable[None]], asyncio.Event], Coroutine[Any, Any, None]]
    introduce: Callable[[asyncio.Event], Coroutine[Any, Any, None]]
    doze: Callable[[], None]


Build = Callable[[Ground], Built]
