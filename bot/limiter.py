"""One gate before Telegram: messages a second in all and per chat, lanes in their order, and a real pause on 429.

Timing is the running loop's, so a virtual loop drives it. All state lives as long as it can matter and no longer.
"""

import asyncio
import heapq
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from protocol.terms import Lane

ORDER: Final = (Lane.ALERT, Lane.REPLY, Lane.PROMPT, Lane.REST)
REPLY_BURST: Final = 3  # an edit after a tap does not wait for the prompt before it
ALERT_BURST: Final = REPLY_BURST + 1  # nor an emergency text for the answers before it
BURST: Final = 5  # so many may leave at once after a quiet moment; then they are spaced evenly
WINDOW_SECONDS: Final = 1.0
CHATS_KEPT: Final = 1024  # above it the chats whose second is over are forgotten
TICK: Final = 1e-9  # a float's rounding, not a wait

_RANK: Final = {lane: rank for rank, lane in enumerate(ORDER)}
_BURSTS: Final = {Lane.REPLY: REPLY_BURST, Lane.ALERT: ALERT_BURST}


@dataclass(slots=True)
class _Waiter:
    chat: str
    lane: Lane
    granted: asyncio.Future[None]


@dataclass(slots=True)
class _Queue:
    """Those whose chat may be written to, by lane in order of arrival, and those whose chat must wait, by moment."""

    ready: dict[Lane, list[tuple[int, _Waiter]]] = field(default_factory=lambda: {lane: [] for lane in ORDER})
    later: list[tuple[float, int, int, _Waiter]] = field(default_factory=list)
    arrivals: int = 0


class Limiter:
    """`turn` returns when a message to this chat may leave. `per_second=None` switches all of it off."""

    def __init__(self, *, per_second: float | None = 25, per_chat_seconds: float = 1.0) -> None:
        self._off = per_second is None
        self._spacing = 1 / per_second if per_second else 0.0
        self._per_chat = per_chat_seconds
        # A sliding log keeps the promise for every second; the spacing beside it keeps the flow even.
        self._log: deque[float] = deque(maxlen=max(1, int(per_second or 1)))
        self._spaced_at = float("-inf")
        self._paused_until = float("-inf")
        self._chats: dict[str, float] = {}  # when the chat's budget is whole again
        self._chats_max = CHATS_KEPT
        self._queue = _Queue()
        self._timer: asyncio.TimerHandle | None = None

    async def turn(self, chat: str, lane: Lane) -> None:
        """Waits for the turn of one message. Cancelling it gives the turn to the next."""
        if self._off:
            return
        loop = asyncio.get_running_loop()
        waiter = _Waiter(chat, lane, loop.create_future())
        self._push(waiter, loop.time())
        self._serve(loop)
        await waiter.granted

    def pause(self, seconds: float) -> None:
        """Nothing leaves for so long; of two pauses the later end counts."""
        if self._off:
            return
        self._paused_until = max(self._paused_until, asyncio.get_running_loop().time() + seconds)

    async def slow_down(self, seconds: float) -> None:
        """The messenger has asked for a pause: all who share this gate take it."""
        self.pause(seconds)

    def paused_for(self) -> timedelta:
        """How long the pause still lasts; zero when there is none."""
        return timedelta(seconds=max(0.0, self._paused_until - asyncio.get_running_loop().time()))

    def _push(self, waiter: _Waiter, now: float) -> None:
        self._queue.arrivals += 1
        self._place(waiter, self._queue.arrivals, now)

    def _place(self, waiter: _Waiter, arrival: int, now: float) -> None:
        free_at = self._chat_free_at(waiter)
        if free_at <= now + TICK:
            heapq.heappush(self._queue.ready[waiter.lane], (arrival, waiter))
        else:
            heapq.heappush(self._queue.later, (free_at, _RANK[waiter.lane], arrival, waiter))

    def _chat_free_at(self, waiter: _Waiter) -> float:
        return self._chats.get(waiter.chat, float("-inf")) - (_BURSTS.get(waiter.lane, 1) - 1) * self._per_chat

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        """Grants every turn that is due, then sets the clock for the next one."""
        now = loop.time()
        while self._free_at() <= now + TICK:
            waiter = self._next(now)
            if waiter is None:
                break
            self._grant(waiter, now)
        self._wake_at(loop, now)

    def _free_at(self) -> float:
        """When the next message may leave, whoever it is for."""
        full = len(self._log) == self._log.maxlen
        of_log = self._log[0] + WINDOW_SECONDS if full else float("-inf")
        return max(self._paused_until, of_log, self._spaced_at - (BURST - 1) * self._spacing)

    def _next(self, now: float) -> _Waiter | None:
        """The first in the highest lane whose chat is free."""
        queue = self._queue
        while queue.later and queue.later[0][0] <= now + TICK:
            _, _, arrival, waiter = heapq.heappop(queue.later)
            self._place(waiter, arrival, now)
        for lane in ORDER:
            while queue.ready[lane]:
                arrival, waiter = heapq.heappop(queue.ready[lane])
                if waiter.granted.done():  # cancelled
                    continue
                if self._chat_free_at(waiter) <= now + TICK:
                    return waiter
                self._place(waiter, arrival, now)
        return None

    def _grant(self, waiter: _Waiter, now: float) -> None:
        self._log.append(now)
        self._spaced_at = max(self._spaced_at, now) + self._spacing
        self._chats[waiter.chat] = max(self._chats.get(waiter.chat, now), now) + self._per_chat
        if len(self._chats) > self._chats_max:
            self._forget(now)
        waiter.granted.set_result(None)

    def _forget(self, now: float) -> None:
        self._chats = {chat: whole_at for chat, whole_at in self._chats.items() if whole_at > now}
        self._chats_max = max(CHATS_KEPT, 2 * len(self._chats))

    def _wake_at(self, loop: asyncio.AbstractEventLoop, now: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        queue = self._queue
        if any(queue.ready.values()):
            chat_free_at = now
        elif queue.later:
            chat_free_at = queue.later[0][0]
        else:
            return
        self._timer = loop.call_at(max(chat_free_at, self._free_at()), self._serve, loop)
