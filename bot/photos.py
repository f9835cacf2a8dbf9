"""Fetching photos: after the message is committed, outside any transaction, again after a restart."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from actions.photos import ToFetch, keep_photo, next_photo_at, refuse_photo, take_due_photos
from bot.pictures import PictureError, stripped
from messages.courier import DeliveryError
from models.session import Store

IDLE: Final = timedelta(hours=1)

log = logging.getLogger("anshi.bot")

Fetch = Callable[[str], Awaitable[bytes]]
"""The file of a reference. Raises DeliveryError, permanent where it can never be had."""


async def photos_tick(store: Store, fetch: Fetch, at: datetime) -> datetime:
    """Fetches what is due; gives when to look again. One look and no transaction where nothing waits."""
    due_at = await next_photo_at(store)
    if due_at is None or due_at > at:
        return due_at or at + IDLE
    async with store.change(at=at) as change:
        due = await take_due_photos(change)
    for one in due:
        await _fetch(store, fetch, one, at)
    return await next_photo_at(store) or at + IDLE


async def _fetch(store: Store, fetch: Fetch, one: ToFetch, at: datetime) -> None:
    try:
        picture = await asyncio.to_thread(stripped, await fetch(one.reference))
    except DeliveryError as error:
        log.info("a photo was not fetched: %s", error.reason, extra={"action": "fetch_photo"})
        if error.permanent or one.last:
            await _refuse(store, one, at, "it could not be fetched")
    except PictureError as error:
        await _refuse(store, one, at, str(error))
    else:
        async with store.change(at=at) as change:
            await keep_photo(change, one.message_id, picture)


async def _refuse(store: Store, one: ToFetch, at: datetime, reason: str) -> None:
    async with store.change(at=at) as change:
        await refuse_photo(change, one.message_id, reason)
