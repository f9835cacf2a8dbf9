"""Telegram's rate limits as a model that can be switched on: per chat, per group, over all chats."""

import math
from collections import deque
from datetime import datetime, timedelta

from emulator.refusals import too_many_requests

CHAT = (5, timedelta(seconds=5))
GROUP = (20, timedelta(seconds=60))
ALL = (30, timedelta(seconds=1))


class Limits:
    """Sliding windows over sends and edits: 5 in 5 s per chat, 20 a minute per group, 30 a second in all."""

    def __init__(self, *, on: bool) -> None:
        self.on = on
        self._all: deque[datetime] = deque()
        self._chats: dict[int, deque[datetime]] = {}

    def spend(self, chat_id: int, at: datetime) -> None:
        """Counts one message or edit; 429 with the seconds to wait when a window is full."""
        if not self.on:
            return
        count, span = GROUP if chat_id < 0 else CHAT
        chat = self._chats.setdefault(chat_id, deque())
        wait = max(_wait(chat, count, span, at), _wait(self._all, *ALL, at))
        if wait > timedelta():
            raise too_many_requests(max(1, math.ceil(wait.total_seconds())))
        chat.append(at)
        self._all.append(at)


def _wait(moments: deque[datetime], count: int, span: timedelta, at: datetime) -> timedelta:
    while moments and moments[0] <= at - span:
        moments.popleft()
    return moments[0] + span - at if len(moments) >= count else timedelta()
