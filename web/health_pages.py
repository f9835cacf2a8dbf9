"""Whether the process is up, and whether it is ready; neither needs a log-in or tells a secret."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from web.desk import desk_of


async def livez(_request: Request) -> Response:
    """200 while the process answers."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """200, or 503 with the names of what is not ready, one on a line."""
    waiting = await desk_of(request).readiness()
    if not waiting:
        return PlainTextResponse("ready\n")
    return PlainTextResponse("".join(f"{name}\n" for name in waiting), status_code=503)
