"""The inbox worker: one person's updates in order, different people's side by side, and nothing shown twice in peace.

A process that dies between the effect and its answer shows the answer after the restart, from what was kept.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from telegram.ext import Application

from actions.inbox import (
    AlreadyHandledError,
    Waiting,
    answers_shown,
    put_off,
    set_aside,
    unanswered,
    waiting_updates,
)
from bot.application import MalformedUpdateError, Read, build_application, process
from bot.door import Door, Showings, show, showings_of
from bot.handlers import handle

log = logging.getLogger("anshi.bot")

BATCH = 200
PEOPLE_AT_ONCE = 8
SHOW_AGAIN_AFTER = timedelta(seconds=30)  # an answer not shown by then belongs to a process that died

App = Application[Any, Any, Any, Any, Any, Any]


class InboxWorker:
    """Opened with the bot, closed with it: the application it feeds needs both."""

    def __init__(self, door: Door, bot: Any) -> None:
        self._door = door
        self._bot = bot
        self._shown: dict[int, Showings] = {}
        self._busy = asyncio.Lock()  # the receiver and the metronome both wake it
        self._application: App = build_application(bot, self._handle)

    async def open(self) -> None:
        await self._application.initialize()

    async def close(self) -> None:
        await self._application.shutdown()

    async def _handle(self, read: Read) -> None:
        self._shown[read.update_id] = await handle(self._door, read)

    async def tick(self, at: datetime) -> bool:
        """Handles what waits; True when there may be more at once."""
        async with self._busy:
            return await self._handle_waiting(at)

    async def _handle_waiting(self, at: datetime) -> bool:
        waiting = await waiting_updates(self._door.store, at, BATCH)
        people: dict[str, list[Waiting]] = {}
        for item in waiting:
            people.setdefault(item.sender_index, []).append(item)
        limit = asyncio.Semaphore(PEOPLE_AT_ONCE)
        done: list[int] = []

        async def one_person(items: Sequence[Waiting]) -> None:
            async with limit:
                for item in items:
                    if not await self._one(item, done):
                        return  # what follows waits behind it

        async with asyncio.TaskGroup() as tasks:
            for items in people.values():
                tasks.create_task(one_person(items))
        await self._note_shown(done)
        return len(waiting) == BATCH

    async def _one(self, item: Waiting, done: list[int]) -> bool:
        """One update: handled, set aside when it does not read, put off when something fails."""
        try:
            await process(self._application, item.raw)
        except MalformedUpdateError as error:
            await self._set_aside(item.update_id, f"does not read: {error}")
            return True
        except AlreadyHandledError:
            return True
        except Exception as error:
            log.exception("update failed", extra={"action": "handle_update", "update_id": item.update_id})
            async with self._door.store.change(at=self._door.now()) as change:
                await put_off(change, item.update_id, type(error).__name__)
            return False
        showings = self._shown.pop(item.update_id, Showings([]))
        if await show(self._door, showings) and showings.items:
            done.append(item.update_id)
        return True

    async def _set_aside(self, update_id: int, reason: str) -> None:
        async with self._door.store.change(at=self._door.now()) as change:
            await set_aside(change, update_id, reason)

    async def _note_shown(self, update_ids: Sequence[int]) -> None:
        """One transaction for the batch: shown twice after a crash is harmless, lost is not."""
        if not update_ids:
            return
        async with self._door.store.change(at=self._door.now()) as change:
            for update_id in update_ids:
                await answers_shown(change, update_id)

    async def show_again(self, at: datetime) -> int:
        """Shows what took effect and was never shown; gives how many."""
        kept = await unanswered(self._door.store, at - SHOW_AGAIN_AFTER, BATCH)
        done = [update_id for update_id, text in kept if await show(self._door, showings_of(text))]
        await self._note_shown(done)
        return len(done)
