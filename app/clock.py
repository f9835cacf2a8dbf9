"""The clock: the only file that reads the time. Everything else takes `at`."""

import time
from datetime import UTC, datetime, timedelta


class RealClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class MovableClock:
    """The demo's clock: runs like the real one, and can be set ahead. It never goes back."""

    def __init__(self, start: datetime) -> None:
        self._base = start
        self._mark = time.monotonic()

    def now(self) -> datetime:
        return self._base + timedelta(seconds=time.monotonic() - self._mark)

    def set(self, at: datetime) -> None:
        """Moves the clock ahead to `at`; an earlier moment leaves it where it is."""
        if at > self.now():
            self._base, self._mark = at, time.monotonic()


class StillClock:
    """A clock that stands until it is set: for seeding and for tests."""

    def __init__(self, start: datetime) -> None:
        self._at = start

    def now(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        self._at = max(at, self._at)
