"""People, chats and messages as the emulator holds them, and their Bot API shape."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from emulator.files import StoredFile, picture_size


@dataclass
class Person:
    """A participant's account and the state of the phone; `tz` is an IANA zone."""

    id: int
    first_name: str
    language_code: str
    tz: str = "UTC"
    started: bool = False
    blocked: bool = False
    offline: bool = False
    deactivated: bool = False
    queued: list[str] = field(default_factory=list)

    def payload(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            "language_code": self.language_code,
        }

    def describe(self) -> dict[str, Any]:
        """The account and the state of its phone, as the phone page reads it."""
        return self.payload() | {
            "tz": self.tz,
            "started": self.started,
            "blocked": self.blocked,
            "offline": self.offline,
            "queued": list(self.queued),
        }


@dataclass
class Message:
    """One message; `arrived` is False while the phone it goes to is offline."""

    id: int
    chat_id: int
    from_bot: bool
    sender: dict[str, Any]
    at: datetime
    text: str | None = None
    caption: str | None = None
    entities: list[dict[str, Any]] = field(default_factory=list)
    photo: StoredFile | None = None
    document: StoredFile | None = None
    voice: StoredFile | None = None
    markup: dict[str, Any] | None = None
    edited_at: datetime | None = None
    silent: bool = False
    protected: bool = False
    deleted: bool = False
    arrived: bool = True
    reply_to: int | None = None

    def content(self) -> tuple[object, ...]:
        """What an edit must change something of."""
        return (self.text, self.caption, self.entities, self.markup)

    def payload(self, chat: "Chat") -> dict[str, Any]:
        body: dict[str, Any] = {
            "message_id": self.id,
            "date": int(self.at.timestamp()),
            "chat": chat.payload(),
            "from": self.sender,
        }
        body |= self._words() | self._attachments()
        if self.edited_at:
            body["edit_date"] = int(self.edited_at.timestamp())
        if self.markup and "inline_keyboard" in self.markup:
            body["reply_markup"] = self.markup
        if self.protected:
            body["has_protected_content"] = True
        answered = chat.get(self.reply_to) if self.reply_to else None
        if answered is not None:
            body["reply_to_message"] = replace(answered, reply_to=None).payload(chat)  # one level and no deeper
        return body

    def _words(self) -> dict[str, Any]:
        name, entities = ("text", "entities") if self.text is not None else ("caption", "caption_entities")
        words = self.text if self.text is not None else self.caption
        body: dict[str, Any] = {name: words} if words else {}
        return body | ({entities: self.entities} if self.entities and words else {})

    def _attachments(self) -> dict[str, Any]:
        body: dict[str, Any] = {}
        if self.photo:
            width, height = picture_size(self.photo.data)
            body["photo"] = [_file(self.photo) | {"width": width, "height": height}]
        if self.document:
            body["document"] = _file(self.document) | {"file_name": self.document.name, "mime_type": self.document.mime}
        if self.voice:
            body["voice"] = _file(self.voice) | {"duration": 3, "mime_type": self.voice.mime}
        return body


def _file(stored: StoredFile) -> dict[str, Any]:
    return {"file_id": stored.id, "file_unique_id": stored.unique_id, "file_size": len(stored.data)}


def _member(user: dict[str, Any], status: str) -> dict[str, Any]:
    return {"user": user, "status": status} | ({"until_date": 0} if status == "kicked" else {})


@dataclass
class Chat:
    """A private chat or a group, its newest messages by id, and the reply keyboard the phone shows."""

    id: int
    kind: str
    name: str
    instance: str
    cap: int
    next_id: int
    messages: dict[int, Message] = field(default_factory=dict)
    keyboard: dict[str, Any] | None = None
    pinned: set[int] = field(default_factory=set)
    has_bot: bool = True  # False once the bot has left the group

    def payload(self) -> dict[str, Any]:
        named = {"first_name": self.name} if self.kind == "private" else {"title": self.name}
        return {"id": self.id, "type": self.kind} | named

    def moved(self, bot: dict[str, Any], by: dict[str, Any], old: str, new: str, at: datetime) -> dict[str, Any]:
        """The bot's membership of this chat changes, by somebody: ChatMemberUpdated."""
        return {
            "chat": self.payload(),
            "from": by,
            "date": int(at.timestamp()),
            "old_chat_member": _member(bot, old),
            "new_chat_member": _member(bot, new),
        }

    def add(self, message: Message) -> Message:
        self.messages[message.id] = message
        while len(self.messages) > self.cap:
            del self.messages[next(iter(self.messages))]
        return message

    def take_id(self) -> int:
        self.next_id += 1
        return self.next_id - 1

    def get(self, message_id: int) -> Message | None:
        message = self.messages.get(message_id)
        return None if message is None or message.deleted else message
