"""Tapping an inline button: which message has it, what its data is, and what the bot is told of the message."""

from datetime import UTC, datetime
from typing import Any

from emulator.chats import Chat, Message


class PhoneError(ValueError):
    """A phone would not let a person do this."""


def button(chat: Chat, label: str | None, data: str | None, message_id: int | None) -> tuple[Message, str]:
    """The newest message with such a button and the button's data; forged data is taken as it is.

    PhoneError when no message has such a button.
    """
    if message_id is not None and data is not None:
        return chat.messages.get(message_id) or _gone(chat, message_id), data
    wanted = [message_id] if message_id is not None else [*reversed(chat.messages)]
    for message in filter(None, (chat.get(number) for number in wanted)):
        for candidate in _buttons(message):
            found = str(candidate["callback_data"])
            if label in {None, candidate["text"]} and data in {None, found}:
                return message, found
    raise PhoneError(f"no such button: {label or data}")


def _gone(chat: Chat, message_id: int) -> Message:
    moment = datetime.fromtimestamp(0, UTC)
    return Message(message_id, chat.id, from_bot=True, sender={}, at=moment, deleted=True)


def as_tapped(message: Message, chat: Chat) -> dict[str, Any]:
    """The message of a tap; only its id and date 0 when it is gone."""
    if message.deleted:
        return {"chat": chat.payload(), "message_id": message.id, "date": 0}
    return message.payload(chat)


def _buttons(message: Message) -> list[dict[str, Any]]:
    rows = (message.markup or {}).get("inline_keyboard", []) if message.arrived else []
    return [button for row in rows for button in row if "callback_data" in button]
