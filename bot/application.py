"""PTB put together: a bot that keeps its token to itself, and an application that hands read updates on.

It neither polls nor schedules nor keeps state; one raw update goes in at a time, and its failure comes out.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from telegram import Bot, Update
from telegram.error import TelegramError
from telegram.ext import (
    Application,
    CallbackContext,
    CallbackQueryHandler,
    ChatMemberHandler,
    MessageHandler,
    TypeHandler,
    filters,
)
from telegram.request import BaseRequest
from typing_extensions import override

from bot.addresses import api_base, file_base
from bot.updates import Ignored, Incoming, Membership, read_update

Read = Incoming | Membership | Ignored
Handle = Callable[[Read], Awaitable[None]]

# What reading an update of an unforeseen shape can raise; every other failure is the handler's own.
_MISSHAPEN: Final = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, OSError, RecursionError)


class MalformedUpdateError(Exception):
    """The update has not the shape of one; set it aside."""


class QuietBot(Bot):
    """A bot whose representation, log and errors do not name its token, and that opens without a network."""

    _LOGGER = logging.getLogger("bot.telegram")  # PTB writes the token and every text at DEBUG

    @override
    def __repr__(self) -> str:
        return "QuietBot"

    @override
    async def initialize(self) -> None:
        """Opens the transports only: a start without network still serves staff. PTB's own asks who it is."""
        await asyncio.gather(*(request.initialize() for request in self._request))

    @override
    async def shutdown(self) -> None:
        await asyncio.gather(*(request.shutdown() for request in self._request))


QuietBot._LOGGER.setLevel(logging.WARNING)


def build_bot(token: str, *, api_url: str | None, request: BaseRequest, get_updates_request: BaseRequest) -> Bot:
    """The bot for a token. `api_url` is where the Bot API is, None for Telegram's own."""
    return QuietBot(
        token,
        base_url=api_base(api_url),
        base_file_url=file_base(api_url),
        request=request,
        get_updates_request=get_updates_request,
    )


def build_application(bot: Bot, handle: Handle) -> Application[Any, Any, Any, Any, Any, Any]:
    """The dispatch of one update to `handle`. Open it with `initialize`, close it with `shutdown`."""
    application = Application.builder().bot(bot).updater(None).job_queue(None).build()

    async def read(update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
        context.application.bot_data.pop(id(update), None)
        await handle(_read(update))

    application.add_handlers(
        [
            CallbackQueryHandler(read),
            MessageHandler(filters.ALL, read),
            ChatMemberHandler(read, ChatMemberHandler.MY_CHAT_MEMBER),
            TypeHandler(Update, read),
        ]
    )
    application.add_error_handler(_keep_error)
    return application


async def process(application: Application[Any, Any, Any, Any, Any, Any], raw: Mapping[str, Any]) -> None:
    """Reads one raw update and handles it. Raises MalformedUpdateError, or what the handler raised."""
    update = _parsed(application.bot, raw)
    # PTB drops what it cannot dispatch and swallows what a handler raises: the mark tells either.
    application.bot_data[id(update)] = MalformedUpdateError("not dispatched")
    await application.process_update(update)
    error = application.bot_data.pop(id(update), None)
    if error is not None:
        raise error


def read_raw(bot: Bot, raw: Mapping[str, Any]) -> Read:
    """Reads one raw update and does nothing with it. Raises MalformedUpdateError."""
    return _read(_parsed(bot, raw))


def _parsed(bot: Bot, raw: Mapping[str, Any]) -> Update:
    # Raised outside the clause: the cause would carry the text of the update into a log.
    try:
        return Update.de_json(dict(raw), bot)
    except (*_MISSHAPEN, TelegramError) as error:
        kind = type(error).__name__
    raise MalformedUpdateError(kind)


def _read(update: Update) -> Read:
    try:
        return read_update(update)
    except _MISSHAPEN as error:
        kind = type(error).__name__
    raise MalformedUpdateError(kind)


async def _keep_error(update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
    """PTB would swallow it; `process` raises it again."""
    context.application.bot_data[id(update)] = context.error
