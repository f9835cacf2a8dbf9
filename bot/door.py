"""The participant's door: what handling an update needs, and how its answers are kept until they have been shown."""

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from actions.chatter import Chatter
from bot.alarm import Alarm
from bot.callback_data import decode, encode
from bot.known_chats import KnownChats
from messages.courier import Button, Courier, DeliveryError, Wording
from models.session import Store
from models.study.store import StudyStore
from protocol.screens import Reader, Screen
from protocol.taps import Tap, Typed
from protocol.terms import Lane, Language
from protocol.trial import Trial

log = logging.getLogger("anshi.bot")


@dataclass(frozen=True, slots=True)
class Door:
    """The parts that meet in one update. `read` finds out what a typed text says, `leave` goes out of a group.

    `alarm` knows which updates it has answered already, and learns from the handling whose the chats are.
    """

    store: Store
    trial: Trial
    courier: Courier
    word: Callable[[Screen, Reader, Trial], Wording]
    read: Callable[[str], Typed]
    keyboard: Callable[[Language], tuple[str, ...]]
    leave: Callable[[int], Awaitable[None]]
    now: Callable[[], datetime]
    study: StudyStore = field(kw_only=True)  # read for staff who ask for figures
    chatter: Chatter = field(default_factory=Chatter, kw_only=True)
    worker: str
    alarm: Alarm
    known: KnownChats


@dataclass(frozen=True, slots=True)
class Showing:
    """One worded answer on its way: into `message` when it is an edit, else as a new message."""

    chat: str
    wording: Wording
    message: str = ""
    lane: Lane = Lane.REPLY
    emergency: bool = False  # the emergency text and no more: not shown twice where the alarm has sent it


@dataclass(frozen=True, slots=True)
class Showings:
    """Everything to show for one update; `press` is the tap that waits for its answer, `reader` who is known now."""

    items: Sequence[Showing]
    press: str = ""
    reader: Reader | None = None

    def text(self) -> str:
        """One text to be sealed beside the update, so that a restart shows what was recorded."""
        return json.dumps({"press": self.press, "items": [_plain(item) for item in self.items]}, ensure_ascii=False)


def _plain(item: Showing) -> dict[str, Any]:
    rows = [[[button.label, encode(button.tap), button.style] for button in row] for row in item.wording.buttons]
    keyboard = item.wording.keyboard
    return {
        "chat": item.chat,
        "message": item.message,
        "lane": item.lane,
        "emergency": item.emergency,
        "text": item.wording.text,
        "buttons": rows,
        "keyboard": None if keyboard is None else list(keyboard),
    }


def showings_of(text: str) -> Showings:
    """What `Showings.text` kept."""
    kept = json.loads(text)
    return Showings([_showing(item) for item in kept["items"]], kept["press"])


def _showing(item: dict[str, Any]) -> Showing:
    rows = tuple(tuple(_button(*button) for button in row) for row in item["buttons"])
    keyboard = None if item["keyboard"] is None else tuple(item["keyboard"])
    wording = Wording(item["text"], rows, keyboard)
    return Showing(item["chat"], wording, item["message"], Lane(item["lane"]), item.get("emergency", False))


def _button(label: str, data: str, style: str) -> Button:
    tap = decode(data)
    if tap is None:
        raise ValueError("a kept button does not read")
    return Button(label, Tap(tap.verb, tap.record_id, tap.argument, tap.sure), style)


async def show(door: Door, showings: Showings, update_id: int) -> bool:
    """Shows the answers of one update, at least once; False when it has to be tried again later.

    An edit that Telegram refuses for good is sent as a new message; a chat that refuses us is let be. What the alarm
    has shown on arrival is not shown again.
    """
    if showings.press and not door.alarm.answers(update_id):
        await _quietly(door.courier.toast(showings.press, ""))
    for item in showings.items:
        if item.emergency and await door.alarm.has_shown(update_id):
            continue
        try:
            await (_insist(door, item) if item.emergency else _show_one(door, item))
        except DeliveryError as error:
            if not error.permanent:
                return False
            if item.emergency:
                log.exception("the emergency text was refused", extra={"action": "show", "update_id": update_id})
    return True


async def _insist(door: Door, item: Showing) -> None:
    """Whoever is in danger reads what to do, though one call was refused; of anybody else's answer that is the end."""
    try:
        await _show_one(door, item)
    except DeliveryError as error:
        if not error.permanent or error.blocked:
            raise
        await door.courier.send(item.chat, item.wording, lane=item.lane)


async def _show_one(door: Door, item: Showing) -> None:
    if item.message:
        try:
            await door.courier.edit(item.chat, item.message, item.wording, lane=item.lane)
        except DeliveryError as error:
            if not error.permanent or error.blocked:
                raise
        else:
            return
    await door.courier.send(item.chat, item.wording, lane=item.lane)


async def _quietly(answering: Any) -> None:
    """A toast only stops the little clock on the button; without it nothing is lost."""
    try:
        await answering
    except DeliveryError:
        return
