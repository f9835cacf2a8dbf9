"""Introduces the running bot to Telegram: how updates come, who it is, its menu; again until all of it is done."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram.error import TelegramError

from actions.enrolment import BOT_USERNAME
from app.pausing import pause
from app.wiring import System
from bot.commands import register_commands
from bot.webhook import delete_webhook, set_webhook
from messages.commands import command_names
from models.inbox import Note
from study.faults import DOWN

log = logging.getLogger("anshi.app")

AGAIN_FIRST, AGAIN_MAX = 5.0, 300.0


async def introduce_until(system: System, stop: asyncio.Event) -> None:
    """Does each step once. What fails is logged once and tried again later; it keeps nothing else from working."""
    left: list[Callable[[System], Awaitable[None]]] = [_tell_how_updates_come, _keep_name, _set_menu]
    wait = AGAIN_FIRST
    while left and not stop.is_set():
        failed = [step for step in left if not await _done(step, system, again=wait > AGAIN_FIRST)]
        if failed:
            await pause(wait, stop)
            wait = min(wait * 2, AGAIN_MAX)
        left = failed


async def _done(step: Callable[[System], Awaitable[None]], system: System, *, again: bool) -> bool:
    try:
        await step(system)
    except (TelegramError, *DOWN) as error:
        if not again:
            extra = {"action": "introduce", "step": step.__name__.strip("_"), "why": type(error).__name__}
            log.warning("Telegram does not take it yet; it is tried again", extra=extra)
        return False
    return True


async def _tell_how_updates_come(system: System) -> None:
    """Posted to our address, or fetched by us: the one excludes the other."""
    url, secret = system.settings.telegram_webhook_url, system.settings.telegram_webhook_secret
    if url is not None and secret is not None:
        await set_webhook(system.bot, url, secret.get_secret_value())
    else:
        await delete_webhook(system.bot)


async def _keep_name(system: System) -> None:
    """Invitations name the bot; commands that print them never ask Telegram."""
    me = await system.bot.get_me()
    at = system.clock.now()
    async with system.store.change(at=at) as change:
        note = await change.session.get(Note, BOT_USERNAME)
        if note is None:
            change.session.add(Note(name=BOT_USERNAME, value=me.username or "", at=at))
        else:
            note.value, note.at = me.username or "", at


async def _set_menu(system: System) -> None:
    await register_commands(system.bot, command_names())
