"""The other side of the wire in a process of its own: the emulator over HTTP, and when each message came in."""

import sys
import time

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Message, Receive, Scope, Send

from app.clock import RealClock
from benchmarks.rows import nth_user
from emulator.server import Emulator

STAFF = 900


class Noting:
    """Notes the moment of every sendMessage before it is looked at, and the answer's status."""

    def __init__(self, application: Starlette) -> None:
        self._application = application
        self.seen: list[tuple[float, str, int]] = []  # seconds of the machine's ticking clock, chat, status

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].endswith("/sendMessage"):
            await self._application(scope, receive, send)
            return
        at, chat, status = time.monotonic(), "", 0

        async def receiving() -> Message:
            nonlocal chat
            message = await receive()
            chat = chat or message.get("body", b"").decode().partition('"chat_id"')[2].partition(",")[0].strip(': "}')
            return message

        async def sending(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        await self._application(scope, receiving, sending)
        self.seen.append((at, chat, status))


def application(people: int) -> Starlette:
    """The Bot API; `/seen` gives what came in, `/slow/SECONDS` answers the next message with a 429."""
    emulator = Emulator(now=RealClock().now, keep_history=False)
    for user in [*(nth_user(number) for number in range(people)), STAFF]:
        emulator.phone.start(emulator.phone.create_user("zh-hans", f"P{user}", user, tz="Asia/Shanghai"))
    emulator.world.updates.clear()
    noting = Noting(emulator.application())

    async def seen(_: Request) -> Response:
        return JSONResponse(noting.seen)

    async def slow(request: Request) -> Response:
        seconds = int(request.path_params["seconds"])
        emulator.faults.add(kind="status", method="sendMessage", retry_after=seconds)
        return JSONResponse(time.monotonic())

    return Starlette(routes=[Route("/seen", seen), Route("/slow/{seconds:int}", slow), Mount("/", noting)])


if __name__ == "__main__":
    uvicorn.run(application(int(sys.argv[2])), port=int(sys.argv[1]), log_level="error", access_log=False)
