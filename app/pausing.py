"""Pausing: waiting a while, unless the process is told to stop."""

import asyncio


async def pause(seconds: float, stop: asyncio.Event) -> None:
    """Waits so long, or until stopped."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
