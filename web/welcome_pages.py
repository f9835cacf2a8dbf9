"""The first log-in: an own password and the one-time codes, before anything else is seen."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from actions.first_log_in import CodeRefusedError, set_up, shown_secret
from actions.log_in import LogInRefusedError
from actions.passwords import LENGTH_MAX, LENGTH_MIN, WeakPasswordError
from messages.text import catalogue
from web.cookies import language_of, set_session
from web.desk import desk_of, signed_in
from web.forms import form_of
from web.qr import qr_svg
from web.rendering import frame_of, render

GROUP = 4  # letters of the secret that are read at once


@dataclass(frozen=True, slots=True)
class Wrong:
    """Which of the fields has to be typed anew."""

    password: bool = False
    again: bool = False
    code: bool = False


async def show_welcome(request: Request) -> Response:
    """The QR code and the form; whose account is ready goes on."""
    if signed_in(request).staff.ready_at is not None:
        return RedirectResponse("/", 303)
    return await _form(request, Wrong())


async def take_welcome(request: Request) -> Response:
    """Sets the account up, and shows the recovery codes this one time."""
    desk, who = desk_of(request), signed_in(request)
    typed = await form_of(request, "password", "again", "code")
    if who.staff.ready_at is not None:
        return RedirectResponse("/", 303)
    if typed["password"] != typed["again"]:
        return await _form(request, Wrong(again=True))
    token = desk.new_token()
    try:
        codes = await set_up(
            desk.store,
            desk.passwords,
            who,
            password=typed["password"],
            code=typed["code"],
            token=token,
            at=desk.session_now(),
        )
    except WeakPasswordError:
        return await _form(request, Wrong(password=True))
    except CodeRefusedError:
        return await _form(request, Wrong(code=True))
    except LogInRefusedError:
        return RedirectResponse("/login", 303)
    page: Response = render(request, "recovery_codes.html", codes=codes, name=who.staff.name, first=True)
    set_session(page, token)
    return page


async def _form(request: Request, wrong: Wrong) -> Response:
    desk, who = desk_of(request), signed_in(request)
    secret, uri = await shown_secret(desk.store, who)
    _ = catalogue(language_of(request, who)).gettext
    page: Response = render(
        request,
        "welcome.html",
        status=422 if wrong != Wrong() else 200,
        frame=await frame_of(request),
        qr=qr_svg(uri, title=_("QR code for your authenticator app")),
        secret=" ".join(secret[start : start + GROUP] for start in range(0, len(secret), GROUP)),
        wrong=wrong,
        password_min=LENGTH_MIN,
        password_max=LENGTH_MAX,
    )
    return page
