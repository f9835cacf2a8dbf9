"""The queue of updates: ids that only grow, confirmation by offset, one long poll at a time, taps that expire."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emulator.faults import Faults, Kind
from emulator.refusals import OTHER_POLLER, Refused

TAP_LIVES = timedelta(seconds=150)
LIVES = timedelta(hours=24)
LONGEST_POLL = 50
BIGGEST_BATCH = 100
KEPT = 100_000
NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass(frozen=True)
class Update:
    """One update: `key` orders deliveries by webhook, `body` is what the bot receives, update_id included."""

    id: int
    key: str
    body: dict[str, Any]
    expires_at: datetime


class Updates:
    def __init__(self, now: Callable[[], datetime], faults: Faults) -> None:
        self._now = now
        self._faults = faults
        self._next_id = int(now().timestamp())
        self._pending: deque[Update] = deque(maxlen=KEPT)
        self._allowed: frozenset[str] | None = None
        self._waiting: asyncio.Future[bool] | None = None
        self.arrived = asyncio.Event()

    @property
    def next_id(self) -> int:
        return self._next_id

    def go_on(self, next_id: int, pending: Iterable[Update]) -> None:
        """Continues another queue: its waiting updates first, its numbers never again."""
        self._next_id = max(self._next_id, next_id)
        self._pending.extend(pending)
        self.arrived.set()

    @property
    def allowed(self) -> frozenset[str] | None:
        return self._allowed

    @property
    def polled(self) -> bool:
        """Whether a long poll is waiting."""
        return self._waiting is not None

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Sticky: None keeps what was set; an empty list means the default kinds."""
        if kinds is not None:
            self._allowed = frozenset(kinds) or None

    def push(self, kind: str, content: dict[str, Any], key: str) -> int | None:
        """Queues one update unless its kind is not wanted; answers its id."""
        if kind in NOT_BY_DEFAULT if self._allowed is None else kind not in self._allowed:
            return None
        lives = TAP_LIVES if kind == "callback_query" else LIVES
        return self._add({kind: content}, key, lives)

    def push_raw(self, body: dict[str, Any]) -> int:
        """Queues an update exactly as given, with the next id unless it brings one."""
        return self._add(body, "raw", LIVES)

    def _add(self, content: dict[str, Any], key: str, lives: timedelta) -> int:
        number = int(content.get("update_id", self._next_id))
        self._next_id = max(self._next_id, number) + 1
        self._pending.append(Update(number, key, {"update_id": number} | content, self._now() + lives))
        self.arrived.set()
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(True)
        return number

    def pending(self) -> list[Update]:
        """What waits and has not expired."""
        at = self._now()
        if any(update.expires_at <= at for update in self._pending):
            self._pending = deque((u for u in self._pending if u.expires_at > at), maxlen=KEPT)
        return list(self._pending)

    def drop(self, update_id: int) -> None:
        self._pending = deque((update for update in self._pending if update.id != update_id), maxlen=KEPT)

    def clear(self) -> None:
        self._pending.clear()

    async def poll(self, offset: int, limit: int, timeout: float) -> list[dict[str, Any]]:  # noqa: ASYNC109
        """Confirms below `offset`, then answers a batch; waits up to `timeout` seconds for the first update.

        409 when a newer poll takes over.
        """
        self.displace()
        self._confirm(offset)
        limit = limit if 1 <= limit <= BIGGEST_BATCH else BIGGEST_BATCH
        if not self.pending() and timeout > 0:
            await self._wait(min(timeout, LONGEST_POLL))
        return self._spoilt([update.body for update in self.pending()[:limit]])

    def displace(self) -> None:
        """Ends a waiting poll with 409."""
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(False)

    def _confirm(self, offset: int) -> None:
        waiting = self.pending()
        if offset < 0:
            kept = waiting[offset:]
        elif offset > self._next_id:
            kept = waiting
        else:
            kept = [update for update in waiting if update.id >= offset]
        self._pending = deque(kept, maxlen=KEPT)

    async def _wait(self, seconds: float) -> None:
        waiting = self._waiting = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                mine = await waiting
        except TimeoutError:
            return
        finally:
            if self._waiting is waiting:
                self._waiting = None
        if not mine:
            raise Refused(409, OTHER_POLLER)

    def _spoilt(self, batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
        fault = self._faults.take_for_updates() if batch else None
        if fault is None:
            return batch
        return [body for body in batch for _ in range(2)] if fault.kind is Kind.DUPLICATE else batch[::-1]
