"""The inbox worker: one person's updates in order, different people's side by side, and nothing shown twice in peace.

A process that dies between the effect and its answer shows the answer after the restart, from what was kept.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from telegram.ext import Application

from actions.inbox import (
    SHOW_AGAIN_AFTER,
    AlreadyHandledError,
    NotItsTurnError,
    Unshown,
    Waiting,
    answers_shown,
    put_off,
    set_aside,
    take_unshown,
    waiting_updates,
)
from bot.application import MalformedUpdateError, Read, build_application, process
from bot.door import Door, Showings, show, showings_of
from bot.handlers import handle
from bot.updates import Ignored
from messages.courier import DeliveryError

log = logging.getLogger("anshi.bot")

BATCH = 200
PEOPLE_AT_ONCE = 8

App = Application[Any, Any, Any, Any, Any, Any]


class InboxWorker:
    """Opened with the bot, closed with it: the application it feeds needs both."""

    def __init__(self, door: Door, bot: Any) -> None:
        self._door = door
        self._bot = bot
        self._shown: dict[int, Showings] = {}
        self._groups: set[int] = set()  # chats that are none of ours, to be left
        self._busy = asyncio.Lock()  # the receiver and the metronome both wake it
        self._application: App = build_application(bot, self._handle)

    async def open(self) -> None:
        await self._application.initialize()

    async def close(self) -> None:
        await self._application.shutdown()

    async def _handle(self, read: Read) -> None:
        if isinstance(read, Ignored) and read.leave_chat is not None:
            self._groups.add(read.leave_chat)
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
        handled = 0

        async def one_person(items: Sequence[Waiting]) -> None:
            nonlocal handled
            async with limit:
                for item in items:
                    if not await self._one(item, done):
                        return  # what follows waits behind it
                    handled += 1

        async with asyncio.TaskGroup() as tasks:
            for items in people.values():
                tasks.create_task(one_person(items))
        await self._note_shown(done)
        await self._leave_groups()
        return len(waiting) == BATCH and handled > 0

    async def _leave_groups(self) -> None:
        """Once for all that was said there. Nothing depends on it: the next word from a group tries again."""
        while self._groups:
            chat_id = self._groups.pop()
            try:
                await self._door.leave(chat_id)
            except DeliveryError as error:
                log.info("could not leave a group: %s", error.reason, extra={"action": "leave_group"})

    async def _one(self, item: Waiting, done: list[int]) -> bool:
        """One update: handled, set aside when it does not read, put off when something fails."""
        began = self._door.now()
        try:
            await process(self._application, item.raw)
        except MalformedUpdateError as error:
            await self._set_aside(item.update_id, f"does not read: {error}")
            return True
        except AlreadyHandledError:
            return True
        except NotItsTurnError:
            return False
        except Exception as error:
            log.exception("update failed", extra={"action": "handle_update", "update_id": item.update_id})
            async with self._door.store.change(at=self._door.now()) as change:
                await put_off(change, item.update_id, type(error).__name__)
            return False
        showings = self._shown.pop(item.update_id, Showings([]))
        if self._door.now() - began >= SHOW_AGAIN_AFTER:
            return True  # the machine slept: another process may show it by now, or this one does so again
        if await show(self._door, showings, item.update_id) and showings.items:
            done.append(item.update_id)
        return True

    async def _set_aside(self, update_id: int, reason: str) -> None:
        async with self._door.store.change(at=self._door.now()) as change:
            await set_aside(change, update_id, reason)

    async def _note_shown(self, update_ids: Sequence[int]) -> None:
        """One transaction for the batch: shown twice after a crash is harmless, lost is not."""
        if not update_ids:
            return
        await answers_shown(self._door.store, update_ids, at=self._door.now())

    async def show_again(self, at: datetime) -> int:
        """Shows what took effect and was never shown; gives how many. Nothing newer is answered meanwhile."""
        async with self._busy:
            kept = await take_unshown(self._door.store, at, worker=self._door.worker, limit=BATCH)
            done = [one.update_id for one in kept if await show(self._door, _in_time(one), one.update_id)]
            await self._note_shown(done)
            return len(done)


def _in_time(kept: Unshown) -> Showings:
    """Without what a later press has overtaken: an old answer would stand over the new one."""
    showings = showings_of(kept.text)
    return Showings([item for item in showings.items if item.message not in kept.overtaken], showings.press)
