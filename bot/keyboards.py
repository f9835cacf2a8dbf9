"""Buttons as Telegram takes them: inline ones under a message, the small keyboard under the chat."""

from collections.abc import Sequence

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.callback_data import encode
from messages.courier import Button, Wording

Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove


def markup(wording: Wording) -> Markup | None:
    """The keyboard of a new message. Raises ValueError when both kinds are asked for: Telegram takes one."""
    if wording.keyboard is None:
        return inline(wording)
    if wording.buttons:
        raise ValueError("buttons and the small keyboard cannot be in one message")
    if not wording.keyboard:
        return ReplyKeyboardRemove()
    return ReplyKeyboardMarkup(
        [[KeyboardButton(label) for label in wording.keyboard]], resize_keyboard=True, is_persistent=True
    )


def inline(wording: Wording) -> InlineKeyboardMarkup | None:
    """The buttons, in the rows they were worded in."""
    return InlineKeyboardMarkup([_row(row) for row in wording.buttons]) if wording.buttons else None


def _row(buttons: Sequence[Button]) -> list[InlineKeyboardButton]:
    return [
        InlineKeyboardButton(button.label, callback_data=encode(button.tap), style=button.style or None)
        for button in buttons
    ]
