"""Receiving by webhook: the secret is compared before the body is read, and 200 means kept."""

import hmac
import json
import re
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot

from bot.receiving import ALLOWED_UPDATES, Keep, is_numbered

BODY_BYTES_MAX: Final = 1024 * 1024
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the header's name
CONNECTIONS_MAX: Final = 8

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")  # Bot API, setWebhook.secret_token


def webhook_route(path: str, secret: str, keep: Keep) -> Route:
    """The route Telegram posts updates to. What `keep` raises becomes a 500, and Telegram comes again."""
    expected = _checked(secret).encode()

    async def receive(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "").encode("latin-1", "replace")
        if not hmac.compare_digest(given, expected):
            return Response(status_code=403)
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        update = _update(body)
        if update is None:
            return Response(status_code=400)
        await keep([update])
        return Response(status_code=200)

    return Route(path, receive, methods=["POST"])


async def set_webhook(bot: Bot, url: str, secret: str) -> None:
    """Asks Telegram to post updates; nothing that waits is dropped."""
    await bot.set_webhook(
        url,
        secret_token=_checked(secret),
        allowed_updates=ALLOWED_UPDATES,
        max_connections=CONNECTIONS_MAX,
        drop_pending_updates=False,
    )


async def delete_webhook(bot: Bot) -> None:
    """Back to polling; nothing that waits is dropped."""
    await bot.delete_webhook(drop_pending_updates=False)


def _checked(secret: str) -> str:
    if _SECRET.fullmatch(secret) is None:
        raise ValueError("the webhook secret is 1 to 256 of A-Z a-z 0-9 _ -")
    return secret


async def _body(request: Request) -> bytes | None:
    """The whole body; None when it is longer than an update can be."""
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > BODY_BYTES_MAX:
                return None
    except ClientDisconnect:
        return b""
    return bytes(body)


def _update(body: bytes) -> dict[str, Any] | None:
    try:
        decoded = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return decoded if is_numbered(decoded) else None
