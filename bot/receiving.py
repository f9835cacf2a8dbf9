"""Polling: raw updates are fetched, kept, and only then confirmed by the next offset.

Nothing here ends the loop that calls it: every failure is a value, and the loop decides how long to wait.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from telegram import Update
from telegram.error import TelegramError

from bot.addresses import api_base
from bot.failures import FloodError
from bot.transport import CheckedRequest

ALLOWED_UPDATES: Final = (Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER)
BATCH_MAX: Final = 100  # Bot API, getUpdates.limit
ANSWER_SECONDS: Final = 10  # what a long poll may take beyond its own time
GLANCE_SECONDS: Final = 1.0  # between two looks while nothing can be kept
GLANCE_AGAIN_SECONDS: Final = 5.0  # after one that failed

Keep = Callable[[Sequence[Mapping[str, Any]]], Awaitable[None]]
"""Stores raw updates by update_id in one committed transaction; one that is there already stays as it is."""

logger = logging.getLogger(__name__)


class PollFailure(StrEnum):
    """Why a poll brought nothing."""

    UNREACHABLE = "unreachable"  # no valid answer: network, proxy, 5xx
    CONFLICT = "conflict"  # another poller, or a webhook is set
    TOKEN = "token"  # noqa: S105  401 or 404
    FLOOD = "flood"
    REFUSED = "refused"
    STANDBY = "standby"  # another process of ours polls


@dataclass(frozen=True, slots=True)
class PollResult:
    """What one poll brought. `full`: more are waiting. `reason` is safe to log."""

    kept: int = 0
    failure: PollFailure | None = None
    retry_after: timedelta | None = None
    full: bool = False
    reason: str = ""

    @property
    def conflict(self) -> bool:
        return self.failure is PollFailure.CONFLICT


_FAILURES: Final[dict[int, PollFailure]] = {
    HTTPStatus.UNAUTHORIZED: PollFailure.TOKEN,
    HTTPStatus.NOT_FOUND: PollFailure.TOKEN,
    HTTPStatus.CONFLICT: PollFailure.CONFLICT,
}


class Poller:
    """Asks for updates. `offset` gives the highest update_id kept plus one, None when nothing is kept."""

    def __init__(
        self,
        request: CheckedRequest,
        token: str,
        api_url: str | None,
        keep: Keep,
        offset: Callable[[], Awaitable[int | None]],
    ) -> None:
        self._request = request
        self._url = f"{api_base(api_url)}{token}/getUpdates"
        self._keep = keep
        self._offset = offset
        self._asking = asyncio.Lock()  # two requests at once would end one another
        self._asked_with: int | None = None
        self._glance_at = float("inf")  # no glance before the first good poll

    async def poll(self, *, timeout: int) -> PollResult:  # noqa: ASYNC109  Telegram's own long wait, in seconds
        """One long poll. What it brought is committed when this returns; what `keep` raises passes through."""
        offset = await self._offset()
        try:
            code, body = await self._ask(offset, timeout)
        except FloodError as error:
            return PollResult(failure=PollFailure.FLOOD, retry_after=error.pause, reason=error.message)
        except TelegramError as error:
            return PollResult(failure=PollFailure.UNREACHABLE, reason=error.message)
        return await self._take(code, body)

    async def glance(self, look: Callable[[Sequence[Mapping[str, Any]]], None]) -> bool:
        """Hands what waits to `look` where no poll has begun for a while, as when the store does not answer.

        Nothing is kept, and nothing is confirmed: it asks with the offset of the last poll. True when it has looked.
        """
        running = asyncio.get_running_loop()
        if self._asking.locked() or running.time() < self._glance_at:
            return False
        try:
            code, body = await self._ask(self._asked_with, 0)
        except TelegramError as error:
            pause = error.pause.total_seconds() if isinstance(error, FloodError) else GLANCE_AGAIN_SECONDS
            self._glance_at = running.time() + pause
            return False
        found = _updates(body) if code == HTTPStatus.OK else None
        look(found or [])
        return found is not None

    async def _ask(self, offset: int | None, timeout: int) -> tuple[int, bytes]:  # noqa: ASYNC109
        parameters: dict[str, object] = {
            "timeout": timeout,
            "limit": BATCH_MAX,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        if offset is not None:
            parameters["offset"] = offset
        running = asyncio.get_running_loop()
        async with self._asking:
            self._asked_with, self._glance_at = offset, float("inf")
            code, body = await self._request.ask(self._url, parameters, read_timeout=timeout + ANSWER_SECONDS)
            if code == HTTPStatus.OK:
                self._glance_at = running.time() + GLANCE_SECONDS
        return code, body

    async def _take(self, code: int, body: bytes) -> PollResult:
        if code != HTTPStatus.OK:
            reason = str(json.loads(body).get("description", ""))
            return PollResult(failure=_FAILURES.get(code, PollFailure.REFUSED), reason=f"HTTP {code} {reason}")
        updates = _updates(body)
        if updates is None:
            return PollResult(failure=PollFailure.UNREACHABLE, reason="unreadable answer")
        if updates:
            await self._keep(updates)
        return PollResult(kept=len(updates), full=len(updates) >= BATCH_MAX)


def _updates(body: bytes) -> list[Mapping[str, Any]] | None:
    """The raw updates; None when it is not a batch. One without a number can be neither kept nor confirmed."""
    try:
        found = json.loads(body).get("result")
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list):
        return None
    numbered = [update for update in found if is_numbered(update)]
    if len(numbered) < len(found):
        logger.error("updates without a number: %d", len(found) - len(numbered), extra={"action": "poll"})
    return numbered


def is_numbered(update: object) -> bool:
    """Whether a raw update has the one field that keeping it needs."""
    return isinstance(update, dict) and type(update.get("update_id")) is int
