"""The Bot API over HTTP: any method, any of the four ways to send parameters, and connections that really break."""

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from emulator.clocks import ClockControl
from emulator.params import Upload
from emulator.phone_routes import PhoneRoutes
from emulator.refusals import ConnectionCut
from emulator.served import Served

TRANSPORT = "emulator.transport"
BIGGEST_BODY = 20 * 1024 * 1024


class CutConnection(Response):
    """Breaks the connection instead of answering: aborts the socket, or cuts the body short where there is none."""

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = scope.get(TRANSPORT)
        if transport is None:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
            raise ConnectionCut(delivered=True)
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass


class Application(Starlette):
    """Remembers the server's socket before the layers wrap it, so that a fault can break it."""

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[TRANSPORT] = getattr(getattr(receive, "__self__", None), "transport", None)
        await super().__call__(scope, receive, send)


def build(emulator: Served, clock: ClockControl | None) -> Starlette:
    async def call(request: Request) -> Response:
        params = await read(request)
        try:
            status, body, headers = await emulator.call(
                request.path_params["token"], request.path_params["method"], params
            )
        except ConnectionCut:
            return CutConnection()
        return Response(body, status, headers)

    async def download(request: Request) -> Response:
        status, body = await emulator.download(request.path_params["token"], request.path_params["path"])
        return Response(body, status, media_type="application/octet-stream")

    routes = [
        Route("/bot{token}/{method}", call, methods=["GET", "POST"]),
        Route("/file/bot{token}/{path:path}", download),
        *PhoneRoutes(emulator, clock).routes(),
    ]
    return Application(routes=routes, max_body_size=BIGGEST_BODY)


async def read(request: Request) -> dict[str, object]:
    """Parameters from the query and from a JSON, urlencoded or multipart body."""
    params: dict[str, object] = dict(request.query_params)
    if request.method != "POST":
        return params
    if request.headers.get("content-type", "").startswith("application/json"):
        body = await request.body()
        decoded = await request.json() if body else {}
        return params | (decoded if isinstance(decoded, dict) else {})
    async with request.form(max_part_size=BIGGEST_BODY) as form:
        for name, value in form.items():
            params[name] = await _part(value)
    return params


async def _part(value: UploadFile | str) -> object:
    if isinstance(value, str):
        return value
    return Upload(value.filename or "file", value.content_type or "application/octet-stream", await value.read())
