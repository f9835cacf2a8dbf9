"""Sets the menu of each staff chat, and takes it away where a chat is no member of staff's any more.

What Telegram refuses for good, because the chat has gone or blocked the bot, is not tried again.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import BadRequest, Forbidden, TelegramError

from actions.staff_menus import Describe, MenuDue, menus_due, note_menu
from models.session import Store

IDLE: Final = timedelta(minutes=1)

log = logging.getLogger("anshi.bot")


async def menus_tick(store: Store, bot: Bot, describe: Describe, at: datetime) -> datetime:
    """One look and no transaction where every menu is as it should be; a chat that fails holds up no other."""
    for due in await menus_due(store, describe):
        if await _tell(bot, due):
            async with store.change(at=at) as change:
                await note_menu(change, due)
    return at + IDLE


async def _tell(bot: Bot, due: MenuDue) -> bool:
    """Whether this is done with."""
    if due.chat is None:
        return True
    scope = BotCommandScopeChat(int(due.chat))
    try:
        if due.commands is None:
            await bot.delete_my_commands(scope)
        else:
            await bot.set_my_commands([BotCommand(name, text) for name, text in due.commands], scope)
    except (BadRequest, Forbidden) as error:
        log.info("the menu of a staff chat is refused: %s", type(error).__name__, extra={"action": "set_menu"})
        return True
    except TelegramError as error:
        log.info("the menu of a staff chat waits: %s", type(error).__name__, extra={"action": "set_menu"})
        return False
    return True
