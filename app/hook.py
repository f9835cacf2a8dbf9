"""Receiving by webhook: the route Telegram posts to, and listening written down each minute it stands open."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from starlette.routing import BaseRoute

from actions.inbox import keep_updates
from app.pausing import pause
from app.wiring import System
from bot.webhook import webhook_route
from study.faults import DOWN
from web.permissions import Permission, permitted

log = logging.getLogger("anshi.app")

NOTE_EVERY_SECONDS = 60.0  # under the two minutes that make a gap


def hook_routes(system: System) -> list[BaseRoute]:
    """The one route at the path of ANSHI_TELEGRAM_WEBHOOK_URL; none where the bot polls. The secret is its proof."""
    url, secret = system.settings.telegram_webhook_url, system.settings.telegram_webhook_secret
    if url is None or secret is None:
        return []

    async def keep(updates: Sequence[Mapping[str, Any]]) -> None:
        at = system.clock.now()
        await keep_updates(system.store, updates, at=at, since=system.listening.began(at))

    route = webhook_route(urlsplit(url).path or "/", secret.get_secret_value(), system.alarm.before(keep))
    return [permitted(route, Permission.OWN_PROOF)]


async def listen_until(system: System, stop: asyncio.Event) -> None:
    """Notes that the door stands open; what lies between two such notes and is too long becomes a receiving gap."""
    was_down = False
    while not stop.is_set():
        at = system.clock.now()
        since = system.listening.began(at)
        system.listening.looks(at)
        try:
            await keep_updates(system.store, (), at=at, since=since)
        except DOWN as error:
            system.listening.broke()
            if not was_down:
                log.warning("listening is not noted", extra={"action": "listen", "why": type(error).__name__})
            was_down = True
        else:
            system.listening.goes_on(at)
            was_down = False
        await pause(NOTE_EVERY_SECONDS, stop)
