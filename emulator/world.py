"""All the emulator remembers: people, chats, files, updates, taps, the bot's profile, the log of calls."""

import random
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emulator.chats import Chat, Message, Person
from emulator.events import Events
from emulator.faults import Faults
from emulator.files import Files
from emulator.hook import Hook
from emulator.limits import Limits
from emulator.profile import Profile
from emulator.refusals import bad_request, forbidden
from emulator.updates import Updates
from emulator.views import Notification, Toast, view

BOT_ID = 1
CALLS_KEPT = 10_000
MESSAGES_KEPT = 500
MESSAGES_KEPT_WITHOUT_HISTORY = 8
TAPS_KEPT = 10_000
SHOWN_KEPT = 500


@dataclass(frozen=True)
class Call:
    """One Bot API call as it was answered; status 0 means that the connection was cut."""

    method: str
    params: Mapping[str, object]
    at: datetime
    status: int


@dataclass(frozen=True)
class Tap:
    """A tap that waits for its answer."""

    user: int
    message_id: int
    at: datetime


class World:
    """The state behind the Bot API and behind the phones. Nothing here waits."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        username: str,
        secrets: random.Random,
        rate_limits: bool,
        keep_history: bool,
        first_message_id: int,
        messages_kept: int | None = None,
    ) -> None:
        self.now = now
        self.username = username
        self.secrets = secrets
        self.keep_history = keep_history
        self.faults = Faults()
        self.updates = Updates(now, self.faults)
        self.events = Events(f"{secrets.getrandbits(48):012x}")
        self.events.quiet = not keep_history
        self.files = Files(secrets)
        self.hook = Hook()
        self.limits = Limits(on=rate_limits)
        self.profile = Profile("Anshi")
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.taps: OrderedDict[str, Tap] = OrderedDict()
        self.toasts: dict[int, deque[Toast]] = {}
        self.notifications: dict[int, deque[Notification]] = {}
        self.calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self._cap = messages_kept or (MESSAGES_KEPT if keep_history else MESSAGES_KEPT_WITHOUT_HISTORY)
        self._first_message_id = first_message_id

    def bot(self) -> dict[str, Any]:
        return {
            "id": BOT_ID,
            "is_bot": True,
            "first_name": self.profile.text("name", ""),
            "username": self.username,
        }

    def open_chat(self, chat_id: int, kind: str, name: str) -> Chat:
        """The chat, made when it does not exist."""
        if chat_id not in self.chats:
            instance = str(self.secrets.getrandbits(62))
            self.chats[chat_id] = Chat(chat_id, kind, name, instance, self._cap, self._first_message_id)
        return self.chats[chat_id]

    def chat(self, chat_id: int) -> Chat:
        """The chat a call names, or 400."""
        if chat_id not in self.chats or not self.chats[chat_id].has_bot:
            raise bad_request("chat not found")
        return self.chats[chat_id]

    def open_to_bot(self, chat_id: int) -> Chat:
        """The chat if the bot may write to it; 400 or 403 with Telegram's words otherwise."""
        chat = self.chat(chat_id)
        person = self.people.get(chat_id)
        if person and person.deactivated:
            raise forbidden("user is deactivated")
        if person and person.blocked:
            raise forbidden("bot was blocked by the user")
        if person and not person.started:
            raise forbidden("bot can't initiate conversation with a user")
        return chat

    def take_tap(self, query_id: str) -> Tap | None:
        return self.taps.pop(query_id, None)

    def remember_tap(self, query_id: str, tap: Tap) -> None:
        self.taps[query_id] = tap
        while len(self.taps) > TAPS_KEPT:
            self.taps.popitem(last=False)

    def show(self, message: Message) -> None:
        """Puts a message, or its new state, on the phone."""
        if message.arrived:
            self.events.add("message", message.chat_id, view(message).json())

    def notify(self, message: Message) -> None:
        text = message.text or message.caption or ""
        shown = Notification(message.id, text, message.silent, message.at)
        self.notifications.setdefault(message.chat_id, deque(maxlen=SHOWN_KEPT)).append(shown)

    def toast(self, user: int, toast: Toast) -> None:
        self.toasts.setdefault(user, deque(maxlen=SHOWN_KEPT)).append(toast)
