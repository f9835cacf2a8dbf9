"""The own account: sessions and their end, another password, new recovery codes."""

import math

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from actions.own_account import change_password, end_other_sessions, end_session, handle_of, own_sessions
from actions.passwords import LENGTH_MAX, LENGTH_MIN, WeakPasswordError
from actions.proof import ProofRefusedError
from actions.recovery_codes import CODES, codes_left, make_codes
from actions.throttle import ThrottledError
from web.desk import desk_of, signed_in
from web.forms import form_of
from web.rendering import frame_of, render

TOLD = ("session_ended", "sessions_ended", "session_gone", "password_changed", "recovery_code_used")
HANDLE = "session"


async def show_account(request: Request) -> Response:
    """Whose account this is and where it is logged in."""
    return await _page(request)


async def take_end_session(request: Request) -> Response:
    """Ends one other session."""
    desk, who = desk_of(request), signed_in(request)
    typed = await form_of(request, HANDLE)
    async with desk.store.change(at=desk.session_now(), actor=who.actor) as change:
        ended = await end_session(change, who, typed[HANDLE])
    return RedirectResponse(f"/account?told={'session_ended' if ended else 'session_gone'}", 303)


async def take_end_others(request: Request) -> Response:
    """Ends all others: for who has left a computer somewhere."""
    desk, who = desk_of(request), signed_in(request)
    await form_of(request)
    async with desk.store.change(at=desk.session_now(), actor=who.actor) as change:
        await end_other_sessions(change, who)
    return RedirectResponse("/account?told=sessions_ended", 303)


async def take_password(request: Request) -> Response:
    """Another password, where the old one or a code comes with it."""
    desk, who = desk_of(request), signed_in(request)
    typed = await form_of(request, "current", "password", "again")
    if typed["password"] != typed["again"]:
        return await _page(request, wrong="again", status=422)
    try:
        await change_password(
            desk.store,
            desk.passwords,
            who,
            current=typed["current"],
            password=typed["password"],
            at=desk.session_now(),
        )
    except WeakPasswordError:
        return await _page(request, wrong="password", status=422)
    except ProofRefusedError:
        return await _page(request, wrong="current", status=422)
    except ThrottledError as error:
        seconds = math.ceil(error.retry_after.total_seconds())
        page = await _page(request, wait_minutes=math.ceil(seconds / 60), status=429)
        page.headers["retry-after"] = str(seconds)
        return page
    return RedirectResponse("/account?told=password_changed", 303)


async def take_codes(request: Request) -> Response:
    """Ten new recovery codes, shown this one time."""
    desk, who = desk_of(request), signed_in(request)
    await form_of(request)
    async with desk.store.change(at=desk.session_now(), actor=who.actor) as change:
        codes = await make_codes(change, who.staff.id)
    page: Response = render(
        request, "recovery_codes.html", frame=await frame_of(request), codes=codes, name=who.staff.name, first=False
    )
    return page


async def _page(request: Request, *, wrong: str = "", wait_minutes: int = 0, status: int = 200) -> Response:
    desk, who = desk_of(request), signed_in(request)
    async with desk.store.read() as session:
        sessions = await own_sessions(session, who, at=desk.session_now())
        left, made_at = await codes_left(session, who.staff.id)
    told = request.query_params.get("told", "")
    page: Response = render(
        request,
        "account.html",
        status=status,
        frame=await frame_of(request),
        sessions=[(handle_of(one), one, one.token_hash == who.session.token_hash) for one in sessions],
        left=left,
        codes=CODES,
        codes_made_at=made_at,
        wrong=wrong,
        wait_minutes=wait_minutes,
        told=told if told in TOLD else "",
        password_min=LENGTH_MIN,
        password_max=LENGTH_MAX,
    )
    return page
