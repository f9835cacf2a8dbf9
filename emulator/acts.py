"""What a phone's JSON request asks for, by name."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from emulator.phones import Phones
from emulator.taps import PhoneError

Given = dict[str, Any]


def act(phones: Phones, user: int, action: str, given: Given) -> object:
    """Does it and answers its result; PhoneError when the phone would not, KeyError when a field is missing."""
    if action not in ACTS:
        raise PhoneError(f"no such action: {action}")
    phones.person(user)
    return ACTS[action](phones, user, given)


def _tap(phones: Phones, user: int, given: Given) -> str:
    number = given.get("message_id")
    return phones.tap(
        user,
        label=given.get("label"),
        data=given.get("data"),
        message_id=None if number is None else int(number),
    )


def _bytes(given: Given) -> bytes:
    try:
        return base64.b64decode(str(given["base64"]), validate=True)
    except binascii.Error:
        raise PhoneError("the file is not base64") from None


def _text(given: Given) -> str:
    return str(given["text"])[:4096]


ACTS: dict[str, Callable[[Phones, int, Given], object]] = {
    "start": lambda phones, user, given: phones.start(user, str(given.get("payload", ""))),
    "text": lambda phones, user, given: phones.send_text(user, _text(given)),
    "keyboard": lambda phones, user, given: phones.tap_keyboard(user, str(given["label"])),
    "photo": lambda phones, user, given: phones.send_photo(user, _bytes(given), str(given.get("caption", ""))),
    "voice": lambda phones, user, _: phones.send_voice(user),
    "document": lambda phones, user, given: phones.send_document(user, str(given["name"]), _bytes(given)),
    "tap": _tap,
    "edit": lambda phones, user, given: phones.edit_text(user, int(given["message_id"]), _text(given)),
    "block": lambda phones, user, _: phones.block(user),
    "unblock": lambda phones, user, _: phones.unblock(user),
    "deactivate": lambda phones, user, _: phones.deactivate(user),
    "offline": lambda phones, user, given: phones.offline(user, bool(given["on"])),
    "join": lambda phones, user, given: phones.add_to_group(user, int(given.get("chat_id", -1001))),
    "group": lambda phones, user, given: phones.group_message(user, _text(given), int(given.get("chat_id", -1001))),
}
