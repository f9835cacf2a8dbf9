"""How a call to the Bot API can fail, told apart by whether the request can have reached Telegram."""

from datetime import timedelta

from telegram.error import NetworkError, RetryAfter, TelegramError
from typing_extensions import override


class NotSentError(NetworkError):
    """The request surely did not reach Telegram."""


class AmbiguousError(NetworkError):
    """The request left and no valid answer came; it may have been carried out."""


class FloodError(RetryAfter):
    """Telegram asks for a pause."""

    __slots__ = ("pause",)

    # The parent's own constructor and property warn about a coming change of their unit; `pause` has one unit.
    def __init__(self, pause: timedelta) -> None:
        TelegramError.__init__(self, f"Flood control exceeded, retry in {pause.total_seconds():g} s")
        self._retry_after = pause
        self.pause = pause

    @override
    def __reduce__(self) -> tuple[type, tuple[timedelta]]:  # type: ignore[override]
        return self.__class__, (self.pause,)


def pause_of(error: RetryAfter) -> timedelta:
    """How long Telegram asks to wait, whichever unit the error carries."""
    if isinstance(error, FloodError):
        return error.pause
    asked = error.retry_after
    return asked if isinstance(asked, timedelta) else timedelta(seconds=asked)
