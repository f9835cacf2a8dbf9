"""The calls around the messages: names, menus, pins, copies, chats. Each answer must parse in a real client."""

import pytest
from telegram import Bot, MenuButtonCommands, MenuButtonDefault
from telegram.error import BadRequest, Forbidden

from emulator.server import Emulator


async def test_names_and_descriptions_are_kept_per_language(bot: Bot) -> None:
    await bot.set_my_name("Anshi")
    await bot.set_my_name("按时", "zh")
    await bot.set_my_description("每天一条消息", "zh")
    await bot.set_my_short_description("Reminders")
    assert ((await bot.get_my_name("zh")).name, (await bot.get_my_name("en")).name) == ("按时", "Anshi")
    assert (await bot.get_my_description("zh")).description == "每天一条消息"
    assert (await bot.get_my_short_description("zh")).short_description == "Reminders"
    with pytest.raises(BadRequest, match="Invalid language code specified"):
        await bot.set_my_name("x", "zh-hans")


async def test_the_menu_button_is_kept_per_chat(bot: Bot, fang: int) -> None:
    assert await bot.get_chat_menu_button(fang) == MenuButtonCommands()
    await bot.set_chat_menu_button(fang, MenuButtonDefault())
    assert await bot.get_chat_menu_button(fang) == MenuButtonDefault()


async def test_messages_can_be_copied_pinned_marked_and_deleted_together(
    bot: Bot, emulator: Emulator, fang: int
) -> None:
    sent = await bot.send_message(fang, "x")
    copied = await bot.copy_message(fang, fang, sent.message_id)
    assert emulator.phone.messages(fang)[-1].id == copied.message_id
    assert await bot.pin_chat_message(fang, sent.message_id)
    assert await bot.unpin_chat_message(fang)
    assert await bot.set_message_reaction(fang, 1, "👍")
    assert await bot.delete_messages(fang, [sent.message_id, copied.message_id, 99])
    assert [message.deleted for message in emulator.phone.messages(fang)] == [False, True, True]
    assert emulator.unknown_parameters == set()


async def test_a_caption_is_edited_and_a_text_is_not_one(bot: Bot, fang: int) -> None:
    photo = await bot.send_photo(fang, b"\x89PNG\r\n\x1a\n", caption="before")
    edited = await bot.edit_message_caption(fang, photo.message_id, caption="after")
    assert not isinstance(edited, bool)
    assert edited.caption == "after"
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("x", fang, photo.message_id)


async def test_a_group_is_known_until_it_is_left(bot: Bot, emulator: Emulator, fang: int) -> None:
    emulator.phone.group_message(fang, "hi", chat_id=-5)
    assert (await bot.get_chat(-5)).type == "group"
    assert await bot.leave_chat(-5)
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.get_chat(-5)
    with pytest.raises(Forbidden, match="not a member"):
        await bot.leave_chat(-5)
    emulator.world.updates.clear()
    emulator.phone.group_message(fang, "is anybody there?", chat_id=-5)
    assert not emulator.phone.waiting()
    emulator.phone.add_to_group(fang, -5)
    (joined,) = await bot.get_updates(allowed_updates=["my_chat_member"])
    assert joined.my_chat_member is not None
    assert joined.my_chat_member.new_chat_member.status == "member"
    assert (await bot.get_chat(-5)).type == "group"
