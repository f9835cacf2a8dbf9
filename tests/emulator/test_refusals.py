"""Every refusal in Telegram's own words."""

import json
from typing import Any

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden, RetryAfter

from emulator.server import Emulator
from tests.emulator.conftest import TOKEN, Clock

KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Taken", callback_data="t")]])


async def refused(emulator: Emulator, method: str, **params: Any) -> tuple[int, str]:
    status, body, _ = await emulator.call(TOKEN, method, params)
    return status, json.loads(body)["description"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<b>x", """can't parse entities: Can't find end tag corresponding to start tag "b\""""),
        ("<b>x</i>", """can't parse entities: Unmatched end tag at byte offset 4, expected "</b>", found "</i>\""""),
        ("中</b>", "can't parse entities: Unexpected end tag at byte offset 3"),
        ("<blink>x</blink>", """can't parse entities: Unsupported start tag "blink" at byte offset 0"""),
        ("1 < 2", """can't parse entities: Unsupported start tag "" at byte offset 2"""),
        ("<b", "can't parse entities: Unclosed start tag at byte offset 0"),
    ],
)
async def test_broken_html_is_refused_and_located(emulator: Emulator, fang: int, text: str, reason: str) -> None:
    answer = await refused(emulator, "sendMessage", chat_id=fang, text=text, parse_mode="HTML")
    assert answer == (400, f"Bad Request: {reason}")


async def test_html_becomes_plain_text_and_entities_in_utf16_units(bot: Bot, fang: int) -> None:
    sent = await bot.send_message(
        fang, '💊 <b>2 <i>mg</i></b> &lt; <a href="https://x.test/?a=1&amp;b=2">link</a>', "HTML"
    )
    assert sent.text == "💊 2 mg < link"
    assert [(e.type, e.offset, e.length, e.url) for e in sent.entities] == [
        ("bold", 3, 4, None),
        ("italic", 5, 2, None),
        ("text_link", 10, 4, "https://x.test/?a=1&b=2"),
    ]


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": "  "}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "x" * 33_000}, "Text is too long"),
        ({"text": "x", "parse_mode": "Word"}, "unsupported parse_mode"),
        ({"text": "x", "reply_to_message_id": 99}, "message to be replied not found"),
        ({"text": "x", "chat_id": 5}, "chat not found"),
    ],
)
async def test_a_text_that_cannot_be_sent_is_refused(
    emulator: Emulator, fang: int, params: dict[str, Any], reason: str
) -> None:
    answer = await refused(emulator, "sendMessage", **({"chat_id": fang} | params))
    assert answer == (400, f"Bad Request: {reason}")


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        ({"text": "x", "callback_data": "服" * 22}, "BUTTON_DATA_INVALID"),
        (
            {"text": "x"},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "x", "callback_data": "y", "style": "loud"},
            "can't parse inline keyboard button: invalid button style specified",
        ),
    ],
)
async def test_a_bad_button_is_refused(emulator: Emulator, fang: int, button: dict[str, str], reason: str) -> None:
    markup = json.dumps({"inline_keyboard": [[button]]})
    answer = await refused(emulator, "sendMessage", chat_id=fang, text="x", reply_markup=markup)
    assert answer == (400, f"Bad Request: {reason}")


async def test_callback_data_of_exactly_64_bytes_is_accepted(bot: Bot, fang: int) -> None:
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="y" * 64)]])
    assert (await bot.send_message(fang, "x", reply_markup=markup)).reply_markup == markup


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot, fang: int) -> None:
    sent = await bot.send_message(fang, "x", reply_markup=KEYBOARD)
    with pytest.raises(BadRequest, match=r"^Message is not modified: specified new message content and reply"):
        await bot.edit_message_text("x", fang, sent.message_id, reply_markup=KEYBOARD)
    edited = await bot.edit_message_text("x", fang, sent.message_id)
    assert not isinstance(edited, bool)
    assert edited.edit_date == edited.date


async def test_missing_foreign_and_wordless_messages_cannot_be_edited(bot: Bot, emulator: Emulator, fang: int) -> None:
    with pytest.raises(BadRequest, match=r"^Message to edit not found$"):
        await bot.edit_message_text("x", fang, 99)
    with pytest.raises(BadRequest, match=r"^Message can't be edited$"):
        await bot.edit_message_text("x", fang, 1)


async def test_an_old_message_cannot_be_deleted(bot: Bot, clock: Clock, fang: int) -> None:
    sent = await bot.send_message(fang, "x")
    clock.move(hours=49)
    with pytest.raises(BadRequest, match=r"^Message can't be deleted$"):
        await bot.delete_message(fang, sent.message_id)
    with pytest.raises(BadRequest, match=r"^Message to delete not found$"):
        await bot.delete_message(fang, 99)


async def test_a_tap_is_answered_once_and_in_time(bot: Bot, emulator: Emulator, clock: Clock, fang: int) -> None:
    await bot.send_message(fang, "x", reply_markup=KEYBOARD)
    query = emulator.phone.tap(fang, label="Taken")
    await bot.answer_callback_query(query, "Recorded", show_alert=True)
    assert [(toast.text, toast.alert) for toast in emulator.phone.toasts(fang)] == [("Recorded", True)]
    late = emulator.phone.tap(fang, label="Taken")
    clock.move(seconds=150)
    for gone in (query, late, "77"):
        with pytest.raises(BadRequest, match=r"^Query is too old and response timeout expired or query id is invalid$"):
            await bot.answer_callback_query(gone)


async def test_people_who_blocked_left_or_never_started_are_forbidden(bot: Bot, emulator: Emulator, fang: int) -> None:
    stranger = emulator.phone.create_user("en", "Emma")
    with pytest.raises(Forbidden, match=r"^Forbidden: bot can't initiate conversation with a user$"):
        await bot.send_message(stranger, "x")
    emulator.phone.block(fang)
    with pytest.raises(Forbidden, match=r"^Forbidden: bot was blocked by the user$"):
        await bot.send_message(fang, "x")
    emulator.phone.start(fang)
    await bot.send_message(fang, "x")
    emulator.phone.deactivate(fang)
    with pytest.raises(Forbidden, match=r"^Forbidden: user is deactivated$"):
        await bot.send_message(fang, "x")


async def test_a_caption_over_1024_is_refused(emulator: Emulator, fang: int) -> None:
    answer = await refused(emulator, "sendPhoto", chat_id=fang, photo=b"\x89PNG\r\n\x1a\n", caption="x" * 1025)
    assert answer == (400, "Bad Request: message caption is too long")


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ({"command": "Today", "description": "x"}, "BOT_COMMAND_INVALID"),
        ({"command": "today", "description": ""}, "BOT_COMMAND_DESCRIPTION_INVALID"),
    ],
)
async def test_malformed_commands_are_refused(emulator: Emulator, command: dict[str, str], reason: str) -> None:
    assert await refused(emulator, "setMyCommands", commands=[command]) == (400, f"Bad Request: {reason}")


async def test_the_rate_model_counts_sends_and_edits_but_not_answers(
    bot: Bot, emulator: Emulator, clock: Clock, fang: int
) -> None:
    emulator.world.limits.on = True
    sent = await bot.send_message(fang, "0", reply_markup=KEYBOARD)
    for number in range(1, 5):
        await bot.edit_message_text(str(number), fang, sent.message_id, reply_markup=KEYBOARD)
    with pytest.raises(RetryAfter, match="Retry in 0:00:05"):
        await bot.send_message(fang, "x")
    await bot.answer_callback_query(emulator.phone.tap(fang, label="Taken"))
    status, body, headers = await emulator.call(TOKEN, "sendMessage", {"chat_id": fang, "text": "x"})
    assert (status, headers["Retry-After"], json.loads(body)["parameters"]) == (429, "5", {"retry_after": 5})
    clock.move(seconds=5)
    await bot.send_message(fang, "x")
