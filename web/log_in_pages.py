"""Logging in and out, and the choice of language."""

import math

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from actions.log_in import (
    Attempt,
    LogInRefusedError,
    choose_language,
    device_proof,
    log_in,
    log_out,
)
from actions.recovery_codes import is_recovery_code
from actions.staff import account_name
from actions.throttle import ThrottledError
from models.site import Staff
from protocol.terms import Language
from web.cookies import DEVICE, LANGUAGE, YEAR, drop_session, language_of, set_cookie, set_session
from web.desk import Desk, desk_of, signed_in, visitor
from web.forms import form_of, own_path
from web.rendering import render

LOOPBACK = ("127.0.0.1", "localhost", "::1")
DEVICE_ID_LENGTH = 22


async def show_log_in(request: Request) -> Response:
    """The form; who is known already goes on to the first page."""
    if visitor(request) is not None:
        return RedirectResponse("/", 303)
    return _form(request)


async def take_log_in(request: Request) -> Response:
    """Checks name, password and code; a new session each time, whatever cookie came with the form."""
    desk = desk_of(request)
    if visitor(request) is not None:
        return RedirectResponse("/", 303)
    typed = await form_of(request, "name", "password", "code")
    attempt = Attempt(
        typed["name"],
        typed["password"],
        typed["code"],
        request.client.host if request.client else "",
        language_of(request, None),
        request.cookies.get(DEVICE, ""),
    )
    try:
        token, staff = await log_in(
            desk.store, desk.passwords, attempt, at=desk.session_now(), new_token=desk.new_token
        )
    except LogInRefusedError:
        return _form(request, status=401, refused=True, name=typed["name"])
    except ThrottledError as error:
        seconds = math.ceil(error.retry_after.total_seconds())
        page = _form(request, status=429, wait_minutes=math.ceil(seconds / 60), name=typed["name"])
        page.headers["retry-after"] = str(seconds)
        return page
    response = RedirectResponse(_first_page(staff, typed["code"]), 303)
    set_session(response, token)
    _keep_device(request, response, desk, staff.name)
    return response


def _first_page(staff: Staff, code: str) -> str:
    """Who came in with a recovery code is told how many are left."""
    came_without_phone = staff.ready_at is not None and is_recovery_code("".join(code.replace("-", "").split()))
    return "/account?told=recovery_code_used" if came_without_phone else "/"


async def take_log_out(request: Request) -> Response:
    """Ends the session here and in the browser."""
    desk, who = desk_of(request), signed_in(request)
    await form_of(request)
    async with desk.store.change(at=desk.session_now(), actor=who.actor) as change:
        await log_out(change, who)
    response = RedirectResponse("/login", 303)
    drop_session(response)
    response.headers["clear-site-data"] = '"storage"'
    return response


async def take_language(request: Request) -> Response:
    """Changes the language and comes back to the same page."""
    desk, who = desk_of(request), visitor(request)
    typed = await form_of(request, "language", "back")
    chosen = Language.EN if typed["language"] == Language.EN else Language.ZH
    if who is not None:
        async with desk.store.change(at=desk.session_now(), actor=who.actor) as change:
            await choose_language(change, who, chosen)
    response = RedirectResponse(own_path(typed["back"]), 303)
    set_cookie(response, LANGUAGE, chosen, seconds=YEAR)
    return response


def _form(
    request: Request, *, status: int = 200, refused: bool = False, wait_minutes: int = 0, name: str = ""
) -> Response:
    page: Response = render(
        request,
        "login.html",
        status=status,
        refused=refused,
        wait_minutes=wait_minutes,
        name=name,
        insecure=_cookie_would_be_dropped(request),
    )
    return page


def _cookie_would_be_dropped(request: Request) -> bool:
    """A browser silently drops our cookies on plain HTTP, except on this very machine."""
    public = desk_of(request).public_url or ""
    plain = request.url.scheme == "http" and not public.startswith("https://")
    return plain and request.url.hostname not in LOOPBACK


def _keep_device(request: Request, response: Response, desk: Desk, name: str) -> None:
    """Marks this browser as one that has logged in as this name, for the count of failures."""
    name = account_name(name)
    known = request.cookies.get(DEVICE, "")
    device_id = known.partition(".")[0]
    if not device_id or known != device_proof(desk.store, name, device_id):
        device_id = desk.new_token()[:DEVICE_ID_LENGTH]
    set_cookie(response, DEVICE, device_proof(desk.store, name, device_id), seconds=YEAR)
