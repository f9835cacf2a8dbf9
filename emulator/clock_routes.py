"""The clock panel over HTTP: what time it is, what comes next, and moving there."""

import asyncio
from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from emulator.clocks import ClockControl, Planned
from emulator.served import Served
from emulator.shield import PAGE_HEADERS, body

SHOWN = 5
FURTHEST = timedelta(days=31)


class ClockRoutes:
    """GET shows the clock; POST {"seconds": n} or {"next": true} moves it and answers when everything due has run."""

    def __init__(self, emulator: Served, clock: ClockControl | None) -> None:
        self._events = emulator.world.events
        self._clock = clock
        self._moving = asyncio.Lock()

    def routes(self) -> list[BaseRoute]:
        return [Route("/phone/clock", self.show), Route("/phone/clock", self.move, methods=["POST"])]

    async def show(self, request: Request) -> Response:  # noqa: ARG002
        return await self._state(self._control())

    async def move(self, request: Request) -> Response:
        given = await body(request)
        clock = self._control()
        if self._moving.locked():
            raise HTTPException(409, "the clock is already moving")
        async with self._moving:
            by = await self._distance(clock, given)
            if by > timedelta():
                await clock.advance(by)
            self._events.add("clock", None, {"now": clock.now().isoformat()})
        return await self._state(clock)

    async def _distance(self, clock: "ClockControl", given: dict[str, object]) -> timedelta:
        if given.get("next"):
            planned = await clock.next_event()
            return planned[0] - clock.now() if planned else timedelta()
        seconds = given.get("seconds")
        if not isinstance(seconds, int) or not 0 < seconds <= FURTHEST.total_seconds():
            raise HTTPException(400, "seconds: a whole number, at most 31 days")
        return timedelta(seconds=seconds)

    async def _state(self, clock: "ClockControl") -> Response:
        planned = await clock.next_event()
        state = {
            "now": clock.now().isoformat(),
            "moving": self._moving.locked(),
            "next": planned and _entry(planned),
            "upcoming": [_entry(entry) for entry in await clock.upcoming(SHOWN)],
        }
        return JSONResponse(state, headers=PAGE_HEADERS)

    def _control(self) -> "ClockControl":
        if self._clock is None:
            raise HTTPException(404, "no clock to move here")
        return self._clock


def _entry(planned: Planned) -> dict[str, object]:
    return {"at": planned[0].isoformat(), "label": planned[1]}
