"""The participants' side: what people do on their phones, and what they see there."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from itertools import islice
from typing import Any
from zoneinfo import available_timezones

from emulator.chats import Chat, Message, Person
from emulator.entities import commands as command_entities
from emulator.events import Event
from emulator.files import StoredFile, picture_type
from emulator.taps import PhoneError, as_tapped, button
from emulator.views import Keyboard, MessageView, Notification, Toast, keyboard_view, view
from emulator.world import Call, Tap, World

FIRST_USER = 1001
PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")
BIGGEST_PHOTO = 5 * 1024 * 1024


class Phones:
    """Every method takes the user's id, which is also the id of the private chat."""

    def __init__(self, world: World) -> None:
        self._world = world

    # People

    def create_user(
        self,
        language_code: str = "zh-hans",
        first_name: str = "Fang",
        user_id: int | None = None,
        *,
        tz: str = "UTC",
    ) -> int:
        """A new account that has not pressed Start yet; answers its id. An id that exists is kept as it is.

        PhoneError for an unknown time zone.
        """
        if tz not in available_timezones():
            raise PhoneError(f"no time zone {tz}")
        number = user_id if user_id is not None else max([FIRST_USER - 1, *self._world.people]) + 1
        if number not in self._world.people:
            self._world.people[number] = Person(number, first_name, language_code, tz)
            self._world.open_chat(number, "private", first_name)
            self._changed(number)
        return number

    def person(self, user: int) -> Person:
        """The account, or PhoneError."""
        if user not in self._world.people:
            raise PhoneError(f"no user {user}")
        return self._world.people[user]

    def people(self) -> list[Person]:
        return list(self._world.people.values())

    # What a person does

    def start(self, user: int, payload: str = "") -> int:
        """Presses Start, which also unblocks the bot; answers the message's id, or 0 while offline."""
        if not PAYLOAD.fullmatch(payload):
            raise PhoneError("a start payload has at most 64 of A-Z a-z 0-9 _ -")
        if self.person(user).blocked:
            self.unblock(user)
        return self.send_text(user, f"/start {payload}".strip())

    def send_text(self, user: int, text: str, reply_to: int | None = None) -> int:
        """Sends a text, or queues it while offline; answers the message's id, or 0 when queued.

        `reply_to`: the message it answers, as far as the phone still has it.
        """
        person = self._writing(user)
        if not text.strip():
            raise PhoneError("the text is empty")
        if person.offline:
            person.queued.append(text)
            self._changed(user)
            return 0
        person.started = True
        return self._send(user, text=text.strip(), entities=command_entities(text.strip()), reply_to=reply_to)

    def tap_keyboard(self, user: int, label: str) -> int:
        """Taps a button of the reply keyboard, which sends its text."""
        keyboard = self._chat(user).keyboard
        if not any(label in row for row in keyboard_view(keyboard).rows):
            raise PhoneError(f"no such button on the reply keyboard: {label}")
        if keyboard and keyboard.get("one_time_keyboard"):
            self._chat(user).keyboard = None
            self._world.events.add("keyboard", user, {"rows": []})
        return self.send_text(user, label)

    def send_photo(self, user: int, data: bytes, caption: str = "") -> int:
        """Sends a JPEG or PNG of at most 5 MB, or PhoneError."""
        mime = picture_type(data)
        if mime is None or len(data) > BIGGEST_PHOTO:
            raise PhoneError("a photo is a JPEG or PNG of at most 5 MB")
        photo = self._world.files.keep(f"photo.{mime.removeprefix('image/')}", mime, data, "photos")
        return self._send_file(user, photo=photo, caption=caption or None)

    def send_voice(self, user: int) -> int:
        voice = self._world.files.keep("voice.oga", "audio/ogg", b"OggS", "voice")
        return self._send_file(user, voice=voice)

    def send_document(self, user: int, name: str, data: bytes) -> int:
        document = self._world.files.keep(name, "application/octet-stream", data, "documents")
        return self._send_file(user, document=document)

    def tap(
        self, user: int, *, label: str | None = None, data: str | None = None, message_id: int | None = None
    ) -> str:
        """Taps an inline button of the newest message that has it; answers the callback query's id.

        With a `message_id` the data may be forged, also on a message that is gone. PhoneError when there is no such
        button or the phone is offline.
        """
        if self._writing(user).offline:
            raise PhoneError("the phone is offline")
        chat = self._chat(user)
        message, found = button(chat, label, data, message_id)
        query = str(self._world.secrets.getrandbits(62))
        content = {
            "id": query,
            "from": self.person(user).payload(),
            "message": as_tapped(message, chat),
            "chat_instance": chat.instance,
            "data": found,
        }
        self._world.remember_tap(query, Tap(user, message.id, self._world.now()))
        self._world.updates.push("callback_query", content, f"callback_query:{user}")
        return query

    def edit_text(self, user: int, message_id: int, text: str) -> None:
        """Edits a text of the person's own."""
        message = self._chat(user).get(message_id)
        if message is None or message.from_bot or message.text is None:
            raise PhoneError("only a text of your own can be edited")
        message.text, message.entities = text, command_entities(text)
        message.edited_at = self._world.now()
        self._world.show(message)
        self._world.updates.push("edited_message", message.payload(self._chat(user)), f"chat:{user}")

    def block(self, user: int) -> None:
        self._membership(user, blocked=True)

    def unblock(self, user: int) -> None:
        self._membership(user, blocked=False)

    def deactivate(self, user: int) -> None:
        """Deletes the account: the bot gets 403 from now on."""
        self.person(user).deactivated = True

    def offline(self, user: int, on: bool) -> None:  # noqa: FBT001
        """Cuts the phone off, or connects it again: queued texts leave and waiting messages arrive."""
        person = self.person(user)
        person.offline = on
        self._changed(user)
        if not on:
            self._catch_up(person)

    def group_message(self, user: int, text: str, chat_id: int = -1001) -> int:
        """Says something in a group; the bot is in it until it leaves."""
        chat = self._world.open_chat(chat_id, "group", "Group")
        message = self._own(chat, user, text=text, entities=command_entities(text))
        if chat.has_bot:
            self._world.updates.push("message", message.payload(chat), f"chat:{chat_id}")
        return message.id

    def add_to_group(self, user: int, chat_id: int = -1001, kind: str = "group") -> None:
        """Puts the bot into a group, supergroup or channel, which is made when it does not exist."""
        chat = self._world.open_chat(chat_id, kind, "Group")
        chat.has_bot = True
        moved = chat.moved(self._world.bot(), self.person(user).payload(), "left", "member", self._world.now())
        self._world.updates.push("my_chat_member", moved, f"chat:{chat_id}")

    def raw_update(self, update: Mapping[str, Any]) -> int:
        """Queues an update exactly as given (for example a malformed one); answers its id."""
        return self._world.updates.push_raw(dict(update))

    def waiting(self) -> bool:
        """Whether an update waits to be fetched."""
        return bool(self._world.updates.pending())

    # What a person sees

    def messages(self, user: int, last: int | None = None) -> list[MessageView]:
        """The chat as it stands, oldest first; only the newest `last` where that is enough."""
        newest = (message for message in reversed(self._chat(user).messages.values()) if message.arrived)
        return [view(message) for message in islice(newest, last)][::-1]

    def toasts(self, user: int) -> list[Toast]:
        return list(self._world.toasts.get(user, ()))

    def notifications(self, user: int) -> list[Notification]:
        return list(self._world.notifications.get(user, ()))

    def keyboard(self, user: int) -> tuple[tuple[str, ...], ...]:
        """The labels of the reply keyboard, row by row."""
        return self.keyboard_view(user).rows

    def keyboard_view(self, user: int) -> Keyboard:
        return keyboard_view(self._chat(user).keyboard)

    def commands(self, user: int) -> list[dict[str, str]]:
        """The menu of commands in the person's language: {"command", "description"}."""
        return self._world.profile.commands_seen(user, self.person(user).language_code)

    @property
    def calls(self) -> list[Call]:
        """The newest Bot API calls, oldest first."""
        return list(self._world.calls)

    @property
    def happened(self) -> int:
        """How much has happened on all phones so far: while it stands still, nothing new is to be seen."""
        return self._world.events.last_id

    def subscribe(self, after: int | None = None) -> AsyncIterator[Event]:
        """Events as they happen, after the given event id or from now on."""
        return self._world.events.subscribe(after)

    async def until(
        self, user: int, condition: Callable[[list[MessageView]], object], seconds: float = 5.0
    ) -> list[MessageView]:
        """Waits until the person's messages satisfy the condition and answers them; TimeoutError after `seconds`."""
        reader = self._world.events.open()
        try:
            async with asyncio.timeout(seconds):
                while not condition(self.messages(user)):
                    await reader.get()
        finally:
            self._world.events.shut(reader)
        return self.messages(user)

    # Inside

    def _chat(self, user: int) -> Chat:
        self.person(user)
        return self._world.chats[user]

    def _writing(self, user: int) -> Person:
        person = self.person(user)
        if person.blocked:
            raise PhoneError("the bot is blocked")
        return person

    def _own(self, chat: Chat, user: int, **content: Any) -> Message:
        sender = self.person(user).payload()
        message = Message(chat.take_id(), chat.id, from_bot=False, sender=sender, at=self._world.now(), **content)
        chat.add(message)
        self._world.show(message)
        return message

    def _send(self, user: int, **content: Any) -> int:
        message = self._own(self._chat(user), user, **content)
        self._world.updates.push("message", message.payload(self._chat(user)), f"chat:{user}")
        return message.id

    def _send_file(self, user: int, *, caption: str | None = None, **files: StoredFile) -> int:
        person = self._writing(user)
        if person.offline:
            raise PhoneError("the phone is offline")
        person.started = True
        return self._send(user, caption=caption, **files)

    def _membership(self, user: int, *, blocked: bool) -> None:
        person = self.person(user)
        if person.blocked == blocked:
            return
        person.blocked = blocked
        old, new = ("member", "kicked") if blocked else ("kicked", "member")
        content = self._chat(user).moved(self._world.bot(), person.payload(), old, new, self._world.now())
        self._world.updates.push("my_chat_member", content, f"chat:{user}")
        self._changed(user)

    def _catch_up(self, person: Person) -> None:
        chat = self._world.chats[person.id]
        for message in [message for message in chat.messages.values() if not message.arrived]:
            message.arrived = True
            self._world.notify(message)
            self._world.show(message)
        queued, person.queued = person.queued, []
        for text in queued:
            self.send_text(person.id, text)
        self._changed(person.id)

    def _changed(self, user: int) -> None:
        person = self.person(user)
        self._world.events.add("person", user, person.describe())

    def _seconds(self) -> int:
        return int(self._world.now().timestamp())
