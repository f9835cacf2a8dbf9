"""The three cookies: session, language and known browser; none is readable by a script or sent elsewhere."""

from starlette.requests import Request
from starlette.responses import Response

from models.access import SESSION_MAX, SignedIn
from protocol.terms import Language

SESSION = "__Host-anshi"
LANGUAGE = "__Host-anshi-language"
DEVICE = "__Host-anshi-device"
YEAR = 365 * 24 * 3600


def set_cookie(response: Response, name: str, value: str, *, seconds: int) -> None:
    """Bound to this host, only over HTTPS or on this machine, never for scripts, not sent from other sites."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def set_session(response: Response, token: str) -> None:
    set_cookie(response, SESSION, token, seconds=int(SESSION_MAX.total_seconds()))


def drop_session(response: Response) -> None:
    response.delete_cookie(SESSION, path="/", secure=True, httponly=True, samesite="lax")


def language_of(request: Request, who: SignedIn | None) -> Language:
    """The session's language, else the browser's choice, else Chinese."""
    chosen = who.session.language if who else request.cookies.get(LANGUAGE, "")
    return Language(chosen) if chosen in set(Language) else Language.ZH
