"""The clock that the phone page can move, as whoever serves the page hands it in."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

Planned = tuple[datetime, str | Mapping[str, str]]
"""A moment and what happens then: one text, or texts by two-letter language."""


class ClockControl(Protocol):
    """A clock that runs everything due on its way forward."""

    def now(self) -> datetime: ...

    async def advance(self, by: timedelta) -> None: ...

    async def next_event(self) -> Planned | None:
        """The next moment at which something happens, and its label; None when nothing is planned."""

    async def upcoming(self, limit: int) -> Sequence[Planned]: ...
