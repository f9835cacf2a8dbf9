"""Polling: of several processes one asks Telegram for updates, as long as its lease stands; the others stand by."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from actions.leases import RENEW_EVERY, Held, LeaseLostError, Single, give_back, is_held, renew, take
from app.pausing import pause
from models.session import Store
from study.faults import DOWN

log = logging.getLogger("anshi.app")


class Polling:
    """This process's part in it: it polls under a number, or stands by."""

    def __init__(self, store: Store, worker: str) -> None:
        self._store = store
        self._worker = worker
        self._held: Held | None = None

    async def begin(self, at: datetime) -> None:
        """Polls from now on, if it does not already. Raises LeaseLostError where another process polls."""
        if self._held is None:
            self._held = await take(self._store, Single.POLLING, holder=self._worker, at=at)
            log.info("this process polls", extra={"action": "poll", "lease": self.held.number})

    @property
    def is_ours(self) -> bool:
        """Whether this process polls, as far as it has heard."""
        return self._held is not None

    @property
    def held(self) -> Held:
        """What this process polls under. Raises LeaseLostError where it does not."""
        if self._held is None:
            raise LeaseLostError
        return self._held

    async def check(self) -> None:
        """Before anything is confirmed to Telegram. Raises LeaseLostError where another process polls by now."""
        if not await is_held(self._store, self.held):
            raise LeaseLostError

    def lost(self) -> None:
        """Another process has taken over: this one stands by."""
        if self._held is not None:
            log.warning("another process polls now", extra={"action": "poll", "lease": self._held.number})
        self._held = None

    async def renew(self, at: datetime) -> None:
        """Keeps others from taking over while a long poll or much work is under way."""
        if self._held is None:
            return
        try:
            async with self._store.change(at=at) as change:
                await renew(change, self._held)
        except LeaseLostError:
            self.lost()

    async def end(self, at: datetime) -> None:
        """The process ends in good order: another one need not wait."""
        held, self._held = self._held, None
        if held is not None:
            await give_back(self._store, held, at)


async def renew_until(polling: Polling, now: Callable[[], datetime], stop: asyncio.Event) -> None:
    """Renews it until stopped. Where the store does not answer, nobody else can take it over either."""
    while not stop.is_set():
        with suppress(*DOWN):
            await polling.renew(now())
        await pause(RENEW_EVERY.total_seconds(), stop)
