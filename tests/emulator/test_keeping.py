"""The phones outlive a restart: chats, keyboards and what waits go on where they stood."""

import json
import random
from typing import Any

import pytest

from emulator.keeping import MESSAGES_SAVED, UnknownFormatError
from emulator.server import Emulator
from tests.emulator.conftest import TOKEN, Clock

BUTTON = {"inline_keyboard": [[{"text": "Taken", "callback_data": "t"}]]}


def made(clock: Clock) -> Emulator:
    return Emulator(now=clock.now, secrets=random.Random(7))


async def bot(emulator: Emulator, method: str, **params: Any) -> Any:
    status, body, _ = await emulator.call(TOKEN, method, params)
    assert status == 200, body
    return json.loads(body)["result"]


async def restarted(emulator: Emulator, clock: Clock) -> Emulator:
    """The next emulator, by way of a file."""
    again = made(clock)
    again.load(json.loads(json.dumps(emulator.save())))
    return again


async def test_a_chat_its_buttons_and_its_keyboard_are_there_after_a_restart(
    emulator: Emulator, clock: Clock, fang: int
) -> None:
    keyboard = {"keyboard": [[{"text": "Today"}]], "is_persistent": True}
    await bot(emulator, "sendMessage", chat_id=fang, text="hello <b>you</b>", parse_mode="HTML", reply_markup=keyboard)
    sent = await bot(emulator, "sendMessage", chat_id=fang, text="It is time", reply_markup=BUTTON)
    clock.move(minutes=1)
    await bot(
        emulator, "editMessageText", chat_id=fang, message_id=sent["message_id"], text="Late", reply_markup=BUTTON
    )
    emulator.phone.block(fang)
    again = await restarted(emulator, clock)
    assert again.phone.messages(fang) == emulator.phone.messages(fang)
    assert again.phone.keyboard_view(fang) == emulator.phone.keyboard_view(fang)
    assert again.phone.person(fang) == emulator.phone.person(fang)
    assert len(again.phone.messages(fang)) == 3


async def test_an_old_button_still_works_and_no_number_is_given_twice(
    emulator: Emulator, clock: Clock, fang: int
) -> None:
    sent = await bot(emulator, "sendMessage", chat_id=fang, text="It is time", reply_markup=BUTTON)
    emulator.phone.tap(fang, label="Taken")
    [waiting] = await bot(emulator, "getUpdates")
    saved = emulator.save()
    after = await bot(emulator, "sendMessage", chat_id=fang, text="after the last save")
    again = made(clock)
    again.load(saved)
    again.phone.tap(fang, label="Taken")
    updates = await bot(again, "getUpdates")
    assert [update["callback_query"]["message"]["message_id"] for update in updates] == [sent["message_id"]] * 2
    assert updates[0]["update_id"] == waiting["update_id"] < updates[1]["update_id"]
    assert (await bot(again, "sendMessage", chat_id=fang, text="next"))["message_id"] > after["message_id"]


async def test_only_the_newest_messages_of_a_chat_are_kept(emulator: Emulator, clock: Clock, fang: int) -> None:
    for number in range(MESSAGES_SAVED + 10):
        await bot(emulator, "sendMessage", chat_id=fang, text=str(number))
    texts = [message.text for message in (await restarted(emulator, clock)).phone.messages(fang)]
    assert texts == [str(number) for number in range(10, MESSAGES_SAVED + 10)]


async def test_a_photo_leaves_its_words(emulator: Emulator, clock: Clock, fang: int) -> None:
    emulator.phone.send_photo(fang, b"\xff\xd8\xff", "my arm")
    emulator.phone.send_voice(fang)
    assert [message.text for message in (await restarted(emulator, clock)).phone.messages(fang)] == ["/start", "my arm"]


def test_phones_of_another_version_are_refused(emulator: Emulator) -> None:
    with pytest.raises(UnknownFormatError):
        emulator.load({"format": 0})
