"""What outlives a restart: people, chats and waiting updates as one JSON object, and back."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from emulator.chats import Chat, Message, Person
from emulator.updates import Update
from emulator.world import World

FORMAT = 1
MESSAGES_SAVED = 150  # of each chat, the newest
UPDATES_SAVED = 1000
GAP = 1000  # numbers left out: what was sent after the last save has used the next ones
FILES = ("photo", "document", "voice")


class UnknownFormatError(ValueError):
    """The saved phones are of another version."""


def saved(world: World) -> dict[str, Any]:
    """JSON-ready, and bounded. Files are left out: of a message that carried one only the words stay."""
    return {
        "format": FORMAT,
        "people": [asdict(person) for person in world.people.values()],
        "chats": [_chat(chat) for chat in world.chats.values()],
        "updates": [_update(update) for update in world.updates.pending()[-UPDATES_SAVED:]],
        "next_update": world.updates.next_id,
    }


def restore(world: World, given: Mapping[str, Any]) -> None:
    """Puts back what `saved` gave, into a world where nothing has happened yet; UnknownFormatError otherwise."""
    if given.get("format") != FORMAT:
        raise UnknownFormatError
    for person in given["people"]:
        world.people[person["id"]] = Person(**person)
    for chat in given["chats"]:
        _open(world, chat)
    world.updates.go_on(int(given["next_update"]) + GAP, [_updated(update) for update in given["updates"]])


def _chat(chat: Chat) -> dict[str, Any]:
    kept = [message for message in chat.messages.values() if message.text or message.caption]
    return {
        "id": chat.id,
        "kind": chat.kind,
        "name": chat.name,
        "instance": chat.instance,
        "next_id": chat.next_id,
        "keyboard": chat.keyboard,
        "pinned": sorted(chat.pinned),
        "has_bot": chat.has_bot,
        "messages": [_message(message) for message in kept[-MESSAGES_SAVED:]],
    }


def _message(message: Message) -> dict[str, Any]:
    """Without what stands at its default, which is most of it."""
    given = {item.name: getattr(message, item.name) for item in fields(Message) if item.name not in FILES}
    given |= {"at": message.at.isoformat(), "edited_at": message.edited_at and message.edited_at.isoformat()}
    return {name: value for name, value in given.items() if value not in (None, []) and value is not _DEFAULTS[name]}


_DEFAULTS = {item.name: item.default for item in fields(Message)}


def _update(update: Update) -> dict[str, Any]:
    return asdict(update) | {"expires_at": update.expires_at.isoformat()}


def _updated(given: Mapping[str, Any]) -> Update:
    return Update(**{**given, "expires_at": datetime.fromisoformat(given["expires_at"])})


def _open(world: World, given: Mapping[str, Any]) -> None:
    chat = world.open_chat(given["id"], given["kind"], given["name"])
    chat.instance, chat.next_id = given["instance"], given["next_id"] + GAP
    chat.keyboard, chat.pinned = given["keyboard"], set(given["pinned"])
    chat.has_bot = given.get("has_bot", True)
    for message in given["messages"]:
        edited = message.get("edited_at")
        moments = {
            "at": datetime.fromisoformat(message["at"]),
            "edited_at": datetime.fromisoformat(edited) if edited else None,
        }
        chat.add(Message(**{**message, **moments}))
