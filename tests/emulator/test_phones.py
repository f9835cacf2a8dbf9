"""The participant's side: what a phone lets a person do, and what it shows."""

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from emulator.server import Emulator
from emulator.taps import PhoneError

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x03\x00\x00\x00\x02"
KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Taken", callback_data="t:1", style="success")]])


async def test_a_tap_by_label_finds_the_newest_message_and_carries_its_data(
    bot: Bot, emulator: Emulator, fang: int
) -> None:
    await bot.send_message(fang, "older", reply_markup=KEYBOARD)
    newer = await bot.send_message(fang, "newer", reply_markup=KEYBOARD)
    query = emulator.phone.tap(fang, label="Taken")
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.message is not None
    assert (update.callback_query.id, update.callback_query.data) == (query, "t:1")
    assert update.callback_query.message.message_id == newer.message_id
    assert update.callback_query.from_user.id == fang


async def test_data_can_be_forged_on_a_message_that_has_no_such_button(bot: Bot, emulator: Emulator, fang: int) -> None:
    sent = await bot.send_message(fang, "x")
    emulator.phone.tap(fang, data="t:999", message_id=sent.message_id)
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.data == "t:999"
    with pytest.raises(PhoneError, match="no such button"):
        emulator.phone.tap(fang, label="Taken")


async def test_a_tap_on_a_deleted_message_carries_only_its_id(bot: Bot, emulator: Emulator, fang: int) -> None:
    sent = await bot.send_message(fang, "x", reply_markup=KEYBOARD)
    await bot.delete_message(fang, sent.message_id)
    emulator.phone.tap(fang, data="t:1", message_id=sent.message_id)
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    message = update.callback_query.message
    assert isinstance(message, Message)
    assert (message.message_id, message.date.timestamp(), message.text) == (sent.message_id, 0, None)


async def test_the_view_shows_buttons_edits_silence_and_deletion(bot: Bot, emulator: Emulator, fang: int) -> None:
    sent = await bot.send_message(fang, "x", reply_markup=KEYBOARD, disable_notification=True)
    view = emulator.phone.messages(fang)[-1]
    assert (view.labels(), view.buttons[0][0].style, view.silent, view.edited_at) == (["Taken"], "success", True, None)
    await bot.edit_message_reply_markup(fang, sent.message_id)
    assert emulator.phone.messages(fang)[-1].edited_at is not None
    await bot.delete_message(fang, sent.message_id)
    assert emulator.phone.messages(fang)[-1].deleted
    assert [(shown.text, shown.silent) for shown in emulator.phone.notifications(fang)] == [("x", True)]


async def test_an_offline_phone_queues_texts_fails_taps_and_catches_up(bot: Bot, emulator: Emulator, fang: int) -> None:
    emulator.phone.offline(fang, on=True)
    await bot.send_message(fang, "while away", reply_markup=KEYBOARD)
    assert emulator.phone.send_text(fang, "queued") == 0
    assert [message.text for message in emulator.phone.messages(fang)] == ["/start"]
    assert await bot.get_updates() == ()
    with pytest.raises(PhoneError, match="offline"):
        emulator.phone.tap(fang, label="Taken")
    emulator.phone.offline(fang, on=False)
    assert [message.text for message in emulator.phone.messages(fang)] == ["/start", "while away", "queued"]
    assert len(await bot.get_updates()) == 1


async def test_the_reply_keyboard_sends_its_label_and_can_be_removed(bot: Bot, emulator: Emulator, fang: int) -> None:
    await bot.send_message(fang, "x", reply_markup=ReplyKeyboardMarkup([["Today"], ["Help"]], is_persistent=True))
    assert emulator.phone.keyboard(fang) == (("Today",), ("Help",))
    emulator.phone.tap_keyboard(fang, "Help")
    assert emulator.phone.messages(fang)[-1].text == "Help"
    await bot.send_message(fang, "x", reply_markup=ReplyKeyboardRemove())
    assert emulator.phone.keyboard(fang) == ()


async def test_commands_fall_back_from_chat_to_everyone_and_from_language_to_none(
    bot: Bot, emulator: Emulator, fang: int
) -> None:
    await bot.set_my_commands([BotCommand("help", "Help")])
    assert emulator.phone.commands(fang) == [{"command": "help", "description": "Help"}]
    await bot.set_my_commands([BotCommand("help", "帮助")], BotCommandScopeAllPrivateChats(), "zh")
    assert emulator.phone.commands(fang)[0]["description"] == "帮助"
    await bot.set_my_commands([BotCommand("today", "Today")], BotCommandScopeChat(fang))
    assert emulator.phone.commands(fang)[0]["command"] == "today"
    await bot.delete_my_commands(BotCommandScopeChat(fang))
    assert emulator.phone.commands(fang)[0]["description"] == "帮助"
    assert [command.command for command in await bot.get_my_commands()] == ["help"]


async def test_a_photo_travels_both_ways_and_is_sent_again_by_id(bot: Bot, emulator: Emulator, fang: int) -> None:
    emulator.phone.send_photo(fang, PNG)
    (update,) = await bot.get_updates()
    assert update.message is not None
    photo = update.message.photo[-1]
    assert (photo.width, photo.height) == (3, 2)
    assert bytes(await (await photo.get_file()).download_as_bytearray()) == PNG
    sent = await bot.send_photo(fang, photo.file_id, caption="yours")
    uploaded = await bot.send_document(fang, b"a,b", filename="diary.csv")
    assert (sent.caption, uploaded.document and uploaded.document.file_name) == ("yours", "diary.csv")
    with pytest.raises(PhoneError):
        emulator.phone.send_photo(fang, b"GIF89a")


async def test_a_reply_carries_the_message_that_it_answers_and_nothing_before_it(
    bot: Bot, emulator: Emulator, fang: int
) -> None:
    first = emulator.phone.send_text(fang, "first")
    second = emulator.phone.send_text(fang, "second", first)
    emulator.phone.send_text(fang, "third", second)
    emulator.phone.send_text(fang, "to one that is gone", 999)
    _, _, third, gone = [update.message for update in await bot.get_updates()]
    assert third is not None
    assert third.reply_to_message is not None
    assert third.reply_to_message.text == "second"
    assert third.reply_to_message.reply_to_message is None
    assert gone is not None
    assert gone.reply_to_message is None


async def test_edited_voice_and_group_messages_have_their_own_shapes(bot: Bot, emulator: Emulator, fang: int) -> None:
    number = emulator.phone.send_text(fang, "first")
    emulator.phone.edit_text(fang, number, "second")
    emulator.phone.send_voice(fang)
    emulator.phone.group_message(fang, "hello all")
    _, edited, voice, group = await bot.get_updates()
    assert edited.message is None
    assert edited.edited_message is not None
    assert edited.edited_message.text == "second"
    assert voice.message is not None
    assert voice.message.voice is not None
    assert group.message is not None
    assert group.message.chat.type == "group"


async def test_until_waits_for_what_the_bot_does(bot: Bot, emulator: Emulator, fang: int) -> None:
    await bot.send_message(fang, "there")
    seen = await emulator.phone.until(fang, lambda messages: messages[-1].text == "there")
    assert seen[-1].from_bot
    with pytest.raises(TimeoutError):
        await emulator.phone.until(fang, lambda _: False, seconds=0.01)


async def test_a_payload_telegram_would_refuse_is_refused(emulator: Emulator, fang: int) -> None:
    with pytest.raises(PhoneError):
        emulator.phone.start(fang, "not allowed!")


async def test_a_reader_of_events_gets_what_it_missed(bot: Bot, emulator: Emulator, fang: int) -> None:
    before = emulator.world.events.last_id
    await bot.send_message(fang, "missed")
    events = emulator.phone.subscribe(before)
    assert (await anext(aiter(events))).data["text"] == "missed"
