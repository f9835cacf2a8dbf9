"""The other side of the wire: the emulator over HTTP in a process of its own, with phones tapped in bulk."""

import sys
from datetime import UTC, datetime

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from benchmarks.rows import nth_user
from emulator.server import Emulator


def application(people: int) -> Starlette:
    """The Bot API, and beside it `/taps`: [[user, message, data], ...] are tapped, the raw updates come back."""
    emulator = Emulator(now=lambda: datetime.now(UTC), keep_history=False)
    for number in range(people):
        user = emulator.phone.create_user("zh-hans", f"P{number}", nth_user(number), tz="Asia/Shanghai")
        emulator.phone.start(user)
    emulator.world.updates.clear()

    async def taps(request: Request) -> Response:
        for user, message_id, data in await request.json():
            emulator.phone.tap(user, data=data, message_id=message_id)
        waiting = [update.body for update in emulator.world.updates.pending()]
        emulator.world.updates.clear()
        return JSONResponse(waiting)

    return Starlette(routes=[Route("/taps", taps, methods=["POST"]), Mount("/", emulator.application())])


if __name__ == "__main__":
    uvicorn.run(application(int(sys.argv[2])), port=int(sys.argv[1]), log_level="error", access_log=False)
