"""What the phones show as it happens: numbered events with a replay, for server-sent events and for tests."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

KEPT = 2000
BEHIND = 500


@dataclass(frozen=True)
class Event:
    """One thing that happened: `user` is None when it concerns every phone."""

    id: int
    kind: str
    user: int | None
    data: dict[str, Any]


class Events:
    """Keeps the newest events and hands each to every reader; a reader too far behind is let go and must reload."""

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self.last_id = 0
        self.quiet = False
        self._kept: deque[Event] = deque(maxlen=KEPT)
        self._readers: set[asyncio.Queue[Event | None]] = set()

    def add(self, kind: str, user: int | None, data: dict[str, Any]) -> None:
        self.last_id += 1
        if self.quiet:
            return
        event = Event(self.last_id, kind, user, data)
        self._kept.append(event)
        for reader in list(self._readers):
            if reader.qsize() < BEHIND:
                reader.put_nowait(event)
            else:
                self._readers.discard(reader)
                reader.put_nowait(None)

    def open(self, after: int | None = None) -> asyncio.Queue[Event | None]:
        """A queue of events after that id (or only new ones); None in it means: closed, reload."""
        reader: asyncio.Queue[Event | None] = asyncio.Queue()
        if after is not None:
            self._replay(reader, after)
        self._readers.add(reader)
        return reader

    def _replay(self, reader: asyncio.Queue[Event | None], after: int) -> None:
        if self._kept and self._kept[0].id > after + 1:
            reader.put_nowait(None)
            return
        for event in self._kept:
            if event.id > after:
                reader.put_nowait(event)

    def shut(self, reader: asyncio.Queue[Event | None]) -> None:
        self._readers.discard(reader)

    async def subscribe(self, after: int | None = None) -> AsyncIterator[Event]:
        reader = self.open(after)
        try:
            while (event := await reader.get()) is not None:
                yield event
        finally:
            self.shut(reader)

    def close(self) -> None:
        for reader in self._readers:
            reader.put_nowait(None)
        self._readers.clear()
