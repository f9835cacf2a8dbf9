"""The edges of transactions, where a process may die, be cancelled, find the database locked, full or away."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from models.sqlite_inline import trouble
from simulation.faults import FaultName, Faults

SHARE = 0.002  # of transactions that each fault spoils


class Process(Protocol):
    """Whose transactions these are."""

    async def point(self, name: str) -> None:
        """A place where it may die."""

    def can_be_cancelled(self) -> bool:
        """Whether the task that asks is one that may be cancelled."""


class StoreEdges:
    """Of the operational store of one process; `changed` hears of every commit."""

    def __init__(self, process: Process, faults: Faults, changed: Callable[[], None]) -> None:
        self._process = process
        self._faults = faults
        self._changed = changed

    async def begins(self, *, writes: bool) -> None:
        await self._process.point("begin" if writes else "")
        if not writes or self._faults.healed:
            return
        if self._faults.strikes(FaultName.BUSY, SHARE):
            raise trouble("database is locked")
        if self._process.can_be_cancelled() and self._faults.strikes(FaultName.CANCELLED, SHARE):
            task = asyncio.current_task()
            if task is not None:
                task.cancel()

    async def commits(self) -> None:
        await self._process.point("before store commit")
        if self._faults.healed:
            return
        if self._faults.strikes(FaultName.DISK_FULL, SHARE):
            raise trouble("database or disk is full")
        await asyncio.sleep(0)

    async def committed(self) -> None:
        self._changed()
        await self._process.point("after store commit")


class StudyEdges:
    """Of the study database; `is_down` is asked whether it can be reached."""

    def __init__(self, process: Process, faults: Faults, is_down: Callable[[], bool]) -> None:
        self._process = process
        self._faults = faults
        self._is_down = is_down

    async def begins(self, *, writes: bool) -> None:
        await self._process.point("begin study" if writes else "")
        if self._is_down():
            raise trouble("unable to open database file")

    async def commits(self) -> None:
        await self._process.point("before study commit")
        if self._is_down():
            raise trouble("unable to open database file")

    async def committed(self) -> None:
        await self._process.point("after study commit")
        if self._faults.strikes(FaultName.COMMIT_UNHEARD, 0.02):
            raise trouble("disk I/O error")


class PlainEdges:
    """Of those who work beside the process, a member of staff at a terminal: nothing happens but that it is heard."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed

    async def begins(self, *, writes: bool) -> None:
        """Nothing."""

    async def commits(self) -> None:
        """Nothing."""

    async def committed(self) -> None:
        self._changed()
