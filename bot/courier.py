"""The courier of Telegram: the only place that sends, edits and answers, behind the limiter."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from telegram import Bot, LinkPreviewOptions
from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot.failures import pause_of
from bot.keyboards import inline, markup
from bot.limiter import Limiter
from bot.refusals import delivery_error, is_too_old, is_unchanged
from messages.courier import TOO_LATE, DeliveryError, Wording
from protocol.terms import Lane

WAITS: Final = dict.fromkeys((Lane.PROMPT, Lane.REST), 40.0)
"""Seconds. A prompt that waits longer, as in a long pause, goes back to the store, and is looked at again."""
FILE_BYTES_MAX: Final = 10 * 1024 * 1024
TOAST_CHARACTERS_MAX: Final = 200  # Bot API, answerCallbackQuery.text

_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
_PRIVATE: Final = re.compile(r"[1-9][0-9]{0,18}")  # groups and channels have other ids


class TelegramCourier:
    """Carries worded messages as plain text. `token_dead` is set by a refusal of the token, ended by any success."""

    def __init__(self, bot: Bot, limiter: Limiter) -> None:
        self._bot = bot
        self._limiter = limiter
        self.token_dead = False
        self._ends = False

    def is_held(self) -> bool:
        """Whether nothing new should be begun: Telegram asked for a pause, or the process ends."""
        return self._ends or bool(self._limiter.paused_for())

    def begin_nothing(self) -> None:
        """The process ends: what is under way is finished, what waits in the store stays there."""
        self._ends = True

    async def send(
        self,
        chat: str,
        wording: Wording,
        *,
        lane: Lane,
        silent: bool = False,
        in_time: Callable[[], bool] = lambda: True,
    ) -> str:
        """Sends a new message and returns its id."""
        chat_id, keyboard = _private(chat), markup(wording)
        await self._turn(chat, lane)
        if not in_time():
            raise DeliveryError(TOO_LATE)
        async with self._told():
            message = await self._bot.send_message(
                chat_id,
                wording.text,
                reply_markup=keyboard,
                disable_notification=silent or None,
                link_preview_options=_NO_PREVIEW,
            )
        return str(message.message_id)

    async def edit(self, chat: str, message: str, wording: Wording, *, lane: Lane) -> None:
        """Replaces text and buttons. Raises ValueError for the small keyboard: only a new message brings it."""
        chat_id, message_id = _private(chat), _message_id(message)
        if wording.keyboard is not None:
            raise ValueError("an edit cannot bring the small keyboard")
        await self._turn(chat, lane)
        async with self._told():
            try:
                await self._bot.edit_message_text(
                    wording.text,
                    chat_id,
                    message_id,
                    reply_markup=inline(wording),
                    link_preview_options=_NO_PREVIEW,
                )
            except TelegramError as error:
                if not is_unchanged(error):
                    raise

    async def toast(self, press: str, text: str, *, modal: bool = False) -> None:
        """Answers a press; Telegram does not limit these. A press too old to answer is let go."""
        async with self._told():
            try:
                await self._bot.answer_callback_query(press, text[:TOAST_CHARACTERS_MAX] or None, modal or None)
            except TelegramError as error:
                if not is_too_old(error):
                    raise

    async def leave(self, chat_id: int) -> None:
        """Goes out of a group or a channel, without a word. Raises DeliveryError, permanent where it is out already."""
        async with self._told():
            await self._bot.leave_chat(chat_id)

    async def file(self, reference: str) -> bytes:
        """What a participant sent. Raises DeliveryError, permanent when it is bigger than 10 MiB."""
        async with self._told():
            found = await self._bot.get_file(reference)
            if (found.file_size or 0) > FILE_BYTES_MAX:
                raise DeliveryError("the file is too big", permanent=True)
            return bytes(await found.download_as_bytearray())

    async def _turn(self, chat: str, lane: Lane) -> None:
        """Waits its turn. Raises DeliveryError when what may wait in the store has waited here for too long."""
        try:
            async with asyncio.timeout(WAITS.get(lane)):
                await self._limiter.turn(chat, lane)
        except TimeoutError:
            raise DeliveryError("no turn yet", retry_after=self._limiter.paused_for() or None) from None

    @asynccontextmanager
    async def _told(self) -> AsyncIterator[None]:
        """Turns Telegram's errors into the one a sender decides on, and takes its pauses."""
        failure: DeliveryError
        try:
            yield
        except TelegramError as error:
            if isinstance(error, RetryAfter):
                await self._limiter.slow_down(pause_of(error).total_seconds())
            self.token_dead = isinstance(error, InvalidToken) or self.token_dead
            failure = delivery_error(error)
        else:
            self.token_dead = False
            return
        raise failure


def _private(chat: str) -> int:
    """The id of a private chat; nothing clinical goes anywhere else."""
    if _PRIVATE.fullmatch(chat) is None:
        raise DeliveryError("not a private chat", permanent=True)
    return int(chat)


def _message_id(message: str) -> int:
    if _PRIVATE.fullmatch(message) is None:
        raise DeliveryError("not a message", permanent=True)
    return int(message)
