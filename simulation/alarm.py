"""An alarm: waits for some seconds, or until somebody rings."""

import asyncio


class Alarm:
    """One waits, anybody rings; a ring while nobody waits is kept for the next wait."""

    def __init__(self) -> None:
        self._waiting: asyncio.Future[None] | None = None
        self._rung = False

    def ring(self) -> None:
        self._rung = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def wait(self, seconds: float) -> None:
        """Returns after so long at most."""
        if self._rung:
            self._rung = False
            return
        loop = asyncio.get_running_loop()
        waiting = self._waiting = loop.create_future()
        timer = loop.call_later(max(0.0, seconds), _end, waiting)
        try:
            await waiting
        finally:
            timer.cancel()
            self._rung = False
            self._waiting = None


def _end(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
