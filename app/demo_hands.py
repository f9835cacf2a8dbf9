"""The hands of the demo: its clock moves on by itself, and further when the page asks for it."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlmodel import col, select

from app.clock import MovableClock
from app.demo_labels import label
from app.pausing import pause
from app.running import FINISH_SECONDS, PARTS, start_metronome
from app.seeding import receiver
from app.wiring import System, receive_once
from emulator.server import Emulator
from models.participant import Participant
from models.prompt import Prompt
from protocol.terms import PromptKind, PromptState
from simulation.clockwork import Clockwork
from simulation.people import People

log = logging.getLogger("anshi.app")

STEP = timedelta(minutes=30)  # between two looks at whether the demo is being stopped
LOOK_EVERY = timedelta(seconds=20)  # for updates, where none is known to wait
BLINK = 0.1  # seconds
BY_HAND = frozenset({"P001", "P002"})
"""Whose phones the person at the keyboard plays: nobody else answers them, and the panel shows what comes to them."""

Planned = tuple[datetime, Mapping[str, str]]


class DemoHands:
    """Between moves the metronome wakes the loops as in `run`; a move holds it and runs every due tick in order."""

    def __init__(self, system: System, clock: MovableClock, emulator: Emulator, people: People) -> None:
        self._system = system
        self._clock = clock
        self._emulator = emulator
        self._work = Clockwork(clock, system.loops, receiver(system, emulator), people.act)
        self._moving = asyncio.Lock()
        self._stop = asyncio.Event()
        self._metronome: AsyncIOScheduler | None = None

    def now(self) -> datetime:
        return self._clock.now()

    async def live_until(self, stop: asyncio.Event) -> None:
        """Receives and wakes the loops until stopped; what is under way comes to its end."""
        self._stop = stop
        self._metronome = start_metronome(self._system, tuple(PARTS))
        try:
            await self._receive_until(stop)
        finally:
            await self._hold()
            self._metronome.shutdown(wait=False)

    async def _receive_until(self, stop: asyncio.Event) -> None:
        look_at = self.now()
        while not stop.is_set():
            if self._emulator.phone.waiting() or self.now() >= look_at:
                await self._receive()
                look_at = self.now() + LOOK_EVERY
            await pause(BLINK, stop)

    async def _receive(self) -> None:
        async with self._moving:
            try:
                if (await receive_once(self._system, wait_seconds=0)).kept:
                    await self._system.loop("handle").tick(self.now())
            except Exception:
                log.exception("receiving failed", extra={"action": "receive"})

    async def advance(self, by: timedelta) -> None:
        """Moves ahead, in steps; everything due on the way has run when it returns, or the demo is being stopped."""
        async with self._moving:
            await self._hold()
            try:
                await self._move(self.now() + by)
            finally:
                if self._metronome is not None and not self._stop.is_set():
                    self._metronome.resume()

    async def _move(self, until: datetime) -> None:
        while not self._stop.is_set() and self.now() < until:
            await self._work.advance(min(self.now() + STEP, until))
        await self._system.loop("sync").tick(self.now())

    async def _hold(self) -> None:
        """Nobody but the caller runs a loop from here on."""
        if self._metronome is not None:
            self._metronome.pause()
            with suppress(KeyError):
                await self._metronome._executors["default"].finish(FINISH_SECONDS)

    async def next_event(self) -> Planned | None:
        coming = await self.upcoming(1)
        return coming[0] if coming else None

    async def upcoming(self, limit: int) -> list[Planned]:
        """The next messages to the two phones, soonest first."""
        async with self._system.store.read() as session:
            rows = await session.execute(
                select(Prompt.due_at, Prompt.kind, Participant.code)
                .join(Participant, col(Participant.id) == col(Prompt.participant_id))
                .where(
                    Prompt.state == PromptState.WAITING,
                    col(Prompt.due_at) > self.now(),
                    col(Participant.code).in_(BY_HAND),
                )
                .order_by(col(Prompt.due_at), col(Participant.code))
                .limit(limit)
            )
            return [(due_at, label(code, PromptKind(kind))) for due_at, kind, code in rows]
