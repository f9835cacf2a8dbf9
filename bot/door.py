"""The participant's door: what handling an update needs, and how its answers are kept until they have been shown."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.callback_data import decode, encode
from messages.courier import Button, Courier, DeliveryError, Wording
from models.session import Store
from protocol.screens import Reader, Screen
from protocol.taps import Tap, Typed
from protocol.terms import Lane, Language
from protocol.trial import Trial


@dataclass(frozen=True, slots=True)
class Door:
    """The parts that meet in one update. `read` finds out what a typed text says."""

    store: Store
    trial: Trial
    courier: Courier
    word: Callable[[Screen, Reader, Trial], Wording]
    read: Callable[[str], Typed]
    keyboard: Callable[[Language], tuple[str, ...]]
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Showing:
    """One worded answer on its way: into `message` when it is an edit, else as a new message."""

    chat: str
    wording: Wording
    message: str = ""
    lane: Lane = Lane.REPLY


@dataclass(frozen=True, slots=True)
class Showings:
    """Everything to show for one update; `press` is the tap that waits for its answer."""

    items: Sequence[Showing]
    press: str = ""

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
    return Showing(item["chat"], Wording(item["text"], rows, keyboard), item["message"], Lane(item["lane"]))


def _button(label: str, data: str, style: str) -> Button:
    tap = decode(data)
    if tap is None:
        raise ValueError("a kept button does not read")
    return Button(label, Tap(tap.verb, tap.record_id, tap.argument, tap.sure), style)


async def show(door: Door, showings: Showings) -> bool:
    """Shows the answers of one update, at least once; False when it has to be tried again later.

    An edit that Telegram refuses for good is sent as a new message; a chat that refuses us is let be.
    """
    if showings.press:
        await _quietly(door.courier.toast(showings.press, ""))
    for item in showings.items:
        try:
            await _show_one(door, item)
        except DeliveryError as error:
            if not error.permanent:
                return False
    return True


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
