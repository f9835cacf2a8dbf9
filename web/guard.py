"""The guard before every route: whose session it is, whether the request is our own, and whether the role may."""

from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from actions.log_in import SEEN_STEP, see
from models.access import AccessDeniedError, SignedIn, access_session
from models.session import sha256
from web.cookies import SESSION
from web.desk import Desk
from web.errors import refusal
from web.permissions import Permission, may
from web.same_origin import SAFE_METHODS, is_foreign

REFRESH_HEADER = "x-anshi-refresh"  # the page's own refresh is no sign of a person
NEEDS_SESSION = frozenset(set(Permission) - {Permission.PUBLIC, Permission.OWN_PROOF})


class Guard:
    """Wraps one route's application; what is not declared never gets here."""

    def __init__(self, app: ASGIApp, permission: Permission) -> None:
        self._app = app
        self._permission = permission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._refused(Request(scope)) if scope["type"] == "http" else refusal_of_sockets()
        await (response or self._app)(scope, receive, send)

    async def _refused(self, request: Request) -> Response | None:
        desk: Desk = request.app.state.desk
        if self._permission is Permission.OWN_PROOF:
            return None
        who = await _session(desk, request)
        request.state.signed_in = who
        unsafe = request.method not in SAFE_METHODS
        if unsafe and is_foreign(request.headers, scheme=request.url.scheme, public_url=desk.public_url):
            return refusal(request, 403)
        if self._permission not in NEEDS_SESSION:
            return None
        if who is None:
            return RedirectResponse("/login", 303)
        if who.staff.ready_at is None and self._permission is not Permission.UNFINISHED:
            return RedirectResponse("/welcome", 303)
        if request.url.path == "/" and not may(who.staff.role, Permission.READ_TRIAL):
            return RedirectResponse("/staff", 303)  # whoever sees no participant begins with the accounts
        if not may(who.staff.role, self._permission):
            await _note_refusal(desk, request, who)
            return refusal(request, 403)
        await _note_sight(desk, request, who)
        return None


def refusal_of_sockets() -> Response:
    """The pages have no websocket."""
    return Response(status_code=403)


async def _session(desk: Desk, request: HTTPConnection) -> SignedIn | None:
    token = request.cookies.get(SESSION)
    if not token:
        return None
    try:
        async with desk.store.read() as session:
            return await access_session(session, sha256(token), at=desk.session_now())
    except AccessDeniedError:
        return None


async def _note_refusal(desk: Desk, request: Request, who: SignedIn) -> None:
    route = request.scope.get("route")
    async with desk.store.change(at=desk.now(), actor=who.actor) as change:
        change.audit("refused", "page", str(getattr(route, "path", "")), reason=who.staff.role.value)


async def _note_sight(desk: Desk, request: Request, who: SignedIn) -> None:
    if REFRESH_HEADER in request.headers or desk.session_now() - who.session.seen_at < SEEN_STEP:
        return
    async with desk.store.change(at=desk.session_now(), actor=who.actor) as change:
        await see(change, who)
