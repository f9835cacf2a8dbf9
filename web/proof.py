"""Routes that ask again who sits there: signatures, exports, accounts. What was filled in is never lost by it."""

import hmac
import math
from urllib.parse import parse_qsl, quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from actions.proof import ProofRefusedError, is_proved, prove
from actions.throttle import ThrottledError
from web.desk import Desk, desk_of, signed_in
from web.errors import refusal
from web.forms import TOKEN, form_of, own_path
from web.rendering import form_token, frame_of, render
from web.same_origin import SAFE_METHODS

PROOF = "proof"
BODY_MAX = 64 * 1024
FIELDS_MAX = 200
FORM = "application/x-www-form-urlencoded"


def proven(route: BaseRoute) -> BaseRoute:
    """The same route, open only within five minutes of a log-in or a proof; else that is asked for on the way."""
    route.asks_for_proof = True  # type: ignore[attr-defined]
    return route


def asks_for_proof(route: BaseRoute) -> bool:
    """Whether the route is one of `proven`."""
    return getattr(route, "asks_for_proof", False) is True


class AskingForProof:
    """Stands between the guard and such a route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        desk, who = desk_of(request), signed_in(request)
        if is_proved(who, at=desk.session_now()):
            await self._app(scope, receive, send)
        elif request.method in SAFE_METHODS:
            path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            await RedirectResponse(f"/proof?back={quote(path)}", 303)(scope, receive, send)
        else:
            await self._ask(request, send)

    async def _ask(self, request: Request, send: Send) -> None:
        fields = await _fields(request)
        if fields is None:
            answer: Response | None = refusal(request, 413)
        else:
            answer = await _answer(request, fields)
        if answer is not None:
            await answer(request.scope, request.receive, send)
            return
        body = urlencode([(name, value) for name, value in fields or [] if name != PROOF]).encode()
        await self._app(_resized(request.scope, len(body)), _again(body), send)


async def show_proof(request: Request) -> Response:
    """The question on its own, before a page."""
    return await _question(request, "/proof", [("back", own_path(request.query_params.get("back", "/")))])


async def take_proof(request: Request) -> Response:
    """Checks the answer and goes on to where it was asked for."""
    typed = await form_of(request, PROOF, "back")
    back = own_path(typed["back"])
    answer = await _checked(request, typed[PROOF], "/proof", [("back", back)])
    return answer or RedirectResponse(back, 303)


async def _answer(request: Request, fields: list[tuple[str, str]]) -> Response | None:
    """What stands in the way of this form; None where the proof came with it and is good."""
    values, desk = dict(fields), desk_of(request)
    if not _own_token(desk, request, values.get(TOKEN, "")):
        return refusal(request, 403)
    kept = [(name, value) for name, value in fields if name not in (PROOF, TOKEN)]
    if PROOF not in values:
        return await _question(request, request.url.path, kept)
    return await _checked(request, values[PROOF], request.url.path, kept)


async def _checked(request: Request, typed: str, action: str, kept: list[tuple[str, str]]) -> Response | None:
    desk = desk_of(request)
    try:
        await prove(desk.store, desk.passwords, signed_in(request), typed, at=desk.session_now())
    except ProofRefusedError:
        return await _question(request, action, kept, status=401, refused=True)
    except ThrottledError as error:
        seconds = math.ceil(error.retry_after.total_seconds())
        page = await _question(request, action, kept, status=429, wait_minutes=math.ceil(seconds / 60))
        page.headers["retry-after"] = str(seconds)
        return page
    return None


async def _question(
    request: Request,
    action: str,
    kept: list[tuple[str, str]],
    *,
    status: int = 200,
    refused: bool = False,
    wait_minutes: int = 0,
) -> Response:
    page: Response = render(
        request,
        "proof.html",
        status=status,
        frame=await frame_of(request),
        action=action,
        kept=kept,
        refused=refused,
        wait_minutes=wait_minutes,
    )
    return page


def _own_token(desk: Desk, request: Request, typed: str) -> bool:
    return hmac.compare_digest(typed.encode(), form_token(desk, signed_in(request)).encode())


async def _fields(request: Request) -> list[tuple[str, str]] | None:
    """The form as name and value; None where it is too large or no plain form."""
    if not request.headers.get("content-type", "").startswith(FORM):
        return None
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX:
            return None
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError:
        return None


def _resized(scope: Scope, length: int) -> Scope:
    headers = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
    return {**scope, "headers": [*headers, (b"content-length", str(length).encode())]}


def _again(body: bytes) -> Receive:
    """The body as if it came now."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive
