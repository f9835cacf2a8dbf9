"""Sends what is due: claimed in small lots, and so many groups side by side that no second of the rate is lost.

One group is on the wire while the next waits for its turns and the one after is looked at. What is marked as being
sent is what a killed process leaves unknown, so there are no more than these.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from scheduler.claims import Claimed, claim, release
from scheduler.prompts import Post, send_claimed

LOT = 40  # claimed together; a lease outlasts it by far, also where many processes share the rate
GROUP = 8  # so many are marked as being sent together
GROUPS_AT_ONCE = 3
TICK = timedelta(seconds=60)  # then the loop's edge looks whether the clock can be trusted


async def send_due(post: Post, at: datetime, *, owner: str) -> None:
    """Until nothing is due, a minute has passed, or sending is held: what was claimed and not begun is given back."""
    free, now = asyncio.Semaphore(GROUPS_AT_ONCE), at
    async with asyncio.TaskGroup() as tasks:
        while at <= now < at + TICK:
            claimed = await claim(post.store, now, owner=owner, limit=LOT)
            for start in range(0, len(claimed), GROUP):
                await free.acquire()
                if post.is_held():
                    free.release()
                    await release(post.store, now, claimed[start:], owner=owner)
                    return
                now = max(now, post.now())
                tasks.create_task(_send(post, claimed[start : start + GROUP], now, free))
            if len(claimed) < LOT:
                return


async def _send(post: Post, group: Sequence[Claimed], at: datetime, free: asyncio.Semaphore) -> None:
    try:
        await send_claimed(post, group, at)
    finally:
        free.release()
