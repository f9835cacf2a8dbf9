"""What a person sees on the phone: messages, toasts, notifications, as plain frozen values."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from emulator.chats import Message


@dataclass(frozen=True)
class ButtonView:
    """An inline button. `data` is its callback data, "" when it opens something else."""

    label: str
    data: str = ""
    style: str = ""
    url: str = ""
    copies: str = ""


@dataclass(frozen=True)
class MessageView:
    """A bubble on the phone. Offsets of entities count UTF-16 units; `photo`, `document`, `voice` are file ids."""

    id: int
    from_bot: bool
    text: str
    entities: tuple[dict[str, Any], ...] = ()
    buttons: tuple[tuple[ButtonView, ...], ...] = ()
    date: datetime | None = None
    edited_at: datetime | None = None
    silent: bool = False
    deleted: bool = False
    photo: str = ""
    document: str = ""
    document_name: str = ""
    voice: str = ""

    def labels(self) -> list[str]:
        return [button.label for row in self.buttons for button in row]

    def json(self) -> dict[str, Any]:
        """The view with ISO moments."""
        moments = {name: moment.isoformat() if moment else None for name, moment in self._moments()}
        return asdict(self) | moments

    def _moments(self) -> list[tuple[str, datetime | None]]:
        return [("date", self.date), ("edited_at", self.edited_at)]


@dataclass(frozen=True)
class Toast:
    """The text an answered tap put on the phone; `alert` ones stay until they are closed."""

    callback_query_id: str
    text: str
    alert: bool
    at: datetime


@dataclass(frozen=True)
class Notification:
    """A new message announced by the phone, with or without sound. Edits announce nothing."""

    message_id: int
    text: str
    silent: bool
    at: datetime


@dataclass(frozen=True)
class Keyboard:
    """The reply keyboard: rows of labels, and the hint in the text field."""

    rows: tuple[tuple[str, ...], ...] = ()
    placeholder: str = ""
    persistent: bool = False


def view(message: Message) -> MessageView:
    """The message as the phone shows it; nothing of its words is left when it was deleted."""
    if message.deleted:
        return MessageView(message.id, message.from_bot, "", date=message.at, deleted=True)
    return MessageView(
        id=message.id,
        from_bot=message.from_bot,
        text=message.text or message.caption or "",
        entities=tuple(message.entities),
        buttons=_buttons(message.markup),
        date=message.at,
        edited_at=message.edited_at,
        silent=message.silent,
        photo=message.photo.id if message.photo else "",
        document=message.document.id if message.document else "",
        document_name=message.document.name if message.document else "",
        voice=message.voice.id if message.voice else "",
    )


def _buttons(markup: dict[str, Any] | None) -> tuple[tuple[ButtonView, ...], ...]:
    rows = (markup or {}).get("inline_keyboard", [])
    return tuple(tuple(_button(button) for button in row) for row in rows)


def _button(button: dict[str, Any]) -> ButtonView:
    copies = button.get("copy_text") or {}
    return ButtonView(
        label=str(button["text"]),
        data=str(button.get("callback_data", "")),
        style=str(button.get("style") or ""),
        url=str(button.get("url", "")),
        copies=str(copies.get("text", "")),
    )


def keyboard_view(markup: dict[str, Any] | None) -> Keyboard:
    if not markup:
        return Keyboard()
    rows = tuple(tuple(str(button["text"]) for button in row) for row in markup.get("keyboard", []))
    return Keyboard(rows, str(markup.get("input_field_placeholder", "")), bool(markup.get("is_persistent", False)))
