"""The menu of commands: each language its own, set once."""

from telegram import Bot

from bot.commands import register_commands
from emulator.server import Emulator

MENUS = {"": [("today", "Today")], "en": [("today", "Today")], "zh": [("today", "今天"), ("stop", "停止")]}


async def test_each_language_sees_its_menu_and_a_second_start_sets_nothing(
    bot: Bot, emulator: Emulator, fang: int
) -> None:
    for _ in range(2):
        await register_commands(bot, MENUS)
    emma = emulator.phone.create_user("en", "Emma")
    otto = emulator.phone.create_user("de", "Otto")
    assert [each["description"] for each in emulator.phone.commands(fang)] == ["今天", "停止"]
    assert [each["description"] for each in emulator.phone.commands(emma)] == ["Today"]
    assert [each["description"] for each in emulator.phone.commands(otto)] == ["Today"]
    assert [call.method for call in emulator.phone.calls].count("setMyCommands") == 3
    await register_commands(bot, MENUS | {"zh": [("today", "今天")]})
    assert [call.method for call in emulator.phone.calls].count("setMyCommands") == 4
    assert not emulator.unknown_parameters
