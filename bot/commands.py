"""The menu of commands in the client, per language; set only where it differs."""

from collections.abc import Mapping, Sequence
from typing import Final

from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats

DEFAULT_LANGUAGE: Final = ""
"""The menu of everyone whose client speaks a language without a menu of its own."""


async def register_commands(bot: Bot, names_by_language: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """Sets (name, description) per two-letter language, and the one of "" for everyone else."""
    for language, names in names_by_language.items():
        await _register(bot, language, tuple(BotCommand(name, text) for name, text in names))


async def _register(bot: Bot, language: str, commands: tuple[BotCommand, ...]) -> None:
    scope = BotCommandScopeAllPrivateChats()
    if await bot.get_my_commands(scope, language_code=language or None) != commands:
        await bot.set_my_commands(commands, scope, language_code=language or None)
