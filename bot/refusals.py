"""What a failed call means for the one who sent the message: Telegram's errors as DeliveryError, row by row."""

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.failures import NotSentError, pause_of
from messages.courier import DeliveryError


def delivery_error(error: TelegramError) -> DeliveryError:
    """The error a sender decides on. Whatever is not known to have stayed here is ambiguous."""
    match error:
        case NotSentError():
            return DeliveryError("not sent")
        case RetryAfter():
            return DeliveryError("asked to slow down", retry_after=pause_of(error))
        case Forbidden():
            return DeliveryError("the chat refuses us", permanent=True, blocked=True)
        case InvalidToken() | EndPointNotFound():
            return DeliveryError("the token is refused", permanent=True)
        case ChatMigrated():
            return DeliveryError("not a private chat", permanent=True)
        case BadRequest():  # a NetworkError to PTB, and yet an answer
            return DeliveryError(f"refused: {error.message}", permanent=True)
        case Conflict():
            return DeliveryError("another one uses this token")
        case _:
            return DeliveryError("no valid answer", ambiguous=True)


def is_unchanged(error: TelegramError) -> bool:
    """An edit to what the message says already."""
    return isinstance(error, BadRequest) and "not modified" in error.message.lower()


def is_too_old(error: TelegramError) -> bool:
    """A press whose spinner has ended."""
    text = error.message.lower()
    return isinstance(error, BadRequest) and ("query is too old" in text or "query id is invalid" in text)
