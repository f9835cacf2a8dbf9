"""The clock that the phone page can move, as whoever serves the page hands it in."""

from datetime import datetime, timedelta
from typing import Protocol


class ClockControl(Protocol):
    """A clock that runs everything due on its way forward."""

    def now(self) -> datetime: ...

    async def advance(self, by: timedelta) -> None: ...

    async def next_event(self) -> tuple[datetime, str] | None:
        """The next moment at which something happens, and its label; None when nothing is planned."""

    async def upcoming(self, limit: int) -> list[tuple[datetime, str]]: ...
