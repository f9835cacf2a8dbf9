"""The clock: the only file that reads the time. Everything else takes `at`."""

import time
from datetime import UTC, datetime, timedelta


class RealClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def ticking(self) -> float:
        """Seconds that only go on while the machine runs; nobody can set them."""
        return time.monotonic()


class MovableClock:
    """The demo's clock: runs like the real one, and can be set ahead. It never goes back."""

    def __init__(self, start: datetime) -> None:
        self._base = start
        self._mark = time.monotonic()

    def now(self) -> datetime:
        return self._base + timedelta(seconds=time.monotonic() - self._mark)

    def ticking(self) -> float:
        return time.monotonic()

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

    def ticking(self) -> float:
        return self._at.timestamp()

    def set(self, at: datetime) -> None:
        self._at = max(at, self._at)


JUMP = timedelta(minutes=10)
SKEW_MAX = timedelta(minutes=2)


class ClockWatch:
    """Whether the wall clock can be trusted to expire and settle anything.

    A jump ahead that Telegram's own clock confirms was a sleep or an outage. One that it does not confirm is a wrong
    clock: what has side effects is held until both agree again. A process that has just started has nothing to compare
    with: it holds until Telegram has answered once, and while Telegram cannot be reached nothing could be sent anyway.
    """

    def __init__(self) -> None:
        self._seen: tuple[datetime, float] | None = None
        self._skew = timedelta()
        self._unconfirmed = False
        self._heard = False
        self._was_wrong = self._is_news = False
        self.trusted = False

    def compared(self, at: datetime, ticking: float, server_at: datetime | None) -> None:
        """Telegram has just answered; `server_at` is what its clock said, None when it did not say."""
        self._look(at, ticking)
        self._heard = True
        if server_at is not None:
            self._skew = server_at - at
            self._unconfirmed = False

    def trusts(self, at: datetime, ticking: float) -> bool:
        """Called before each tick; False holds it."""
        self._look(at, ticking)
        is_wrong = self._unconfirmed or abs(self._skew) > SKEW_MAX
        self._is_news = is_wrong and (self._is_news or not self._was_wrong)
        self._was_wrong = is_wrong
        self.trusted = self._heard and not is_wrong
        return self.trusted

    def _look(self, at: datetime, ticking: float) -> None:
        """Whether the clock jumped since the last look."""
        if self._seen is not None:
            passed = timedelta(seconds=ticking - self._seen[1])
            jumped = at - self._seen[0] - passed
            self._unconfirmed = self._unconfirmed or abs(jumped) > JUMP
        self._seen = (at, ticking)

    def is_news(self) -> bool:
        """Once in each stretch of doubt, for staff. Never having heard from Telegram is no doubt yet."""
        was_news, self._is_news = self._is_news, False
        return was_news
