"""The coordinator's pages as one application; it does not start with a route that declares no permission."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from actions.passwords import PasswordDesk
from models.session import Store
from models.study.store import StudyStore
from protocol.trial import Trial
from web.account_pages import show_account, take_codes, take_end_others, take_end_session, take_password
from web.alerts_page import show_alerts, take_acknowledge, take_close, take_take_over
from web.cohort_page import show_cohort, take_out
from web.day_page import show_day
from web.deeds import deed_routes
from web.desk import Desk
from web.errors import on_http_error
from web.guard import Guard
from web.health_pages import livez, readyz
from web.live_page import show_live
from web.log_in_pages import show_log_in, take_language, take_log_in, take_log_out
from web.month_page import show_month
from web.participant_pages import show_participant
from web.people_page import show_participants
from web.permissions import Permission, declared, permitted
from web.photo_pages import show_photo
from web.proof import AskingForProof, asks_for_proof, proven, show_proof, take_proof
from web.shield import Shield
from web.sights import Sights
from web.staff_pages import show_one, show_staff, take_add, take_change, take_disable, take_reset
from web.templating import STATIC, environments
from web.today_page import show_today
from web.visit_sheet import show_visit_sheet
from web.visits_page import show_visits
from web.welcome_pages import show_welcome, take_welcome

BODY_MAX = 64 * 1024
KEPT = "public, max-age=31536000, immutable"


class Assets(StaticFiles):
    """Static files; their address changes with their content, so browsers keep them."""

    def file_response(self, full_path: Any, stat_result: Any, scope: Scope, status_code: int = 200) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["cache-control"] = KEPT
        return response


def build_web(  # noqa: PLR0913  everything the pages work with, and each by name
    store: Store,
    study: StudyStore,
    trial: Trial,
    *,
    now: Callable[[], datetime],
    new_token: Callable[[], str],
    public_url: str | None,
    readiness: Callable[[], Awaitable[list[str]]],
    demo: bool = False,
    extra_routes: Sequence[BaseRoute] = (),
    session_now: Callable[[], datetime] | None = None,
) -> Starlette:
    """The application. `new_token` gives 256 random bits as text; `readiness` names what is not ready.

    `session_now` is the clock of one-time codes and sessions where that of the trial can be moved; else `now`.
    `extra_routes` declare their permission with `web.permissions.permitted`. Raises UndeclaredRouteError.
    """
    routes = [*_own_routes(), *extra_routes]
    for route in routes:
        _guard(route)
    https = (public_url or "").startswith("https://")
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Shield, https=https)],
        exception_handlers={HTTPException: on_http_error},
    )
    app.router.redirect_slashes = False
    app.state.desk = Desk(
        store,
        study,
        trial,
        now,
        session_now or now,
        new_token,
        public_url,
        readiness,
        demo,
        PasswordDesk(),
        environments(),
        Sights(),
    )
    return app


def _guard(route: BaseRoute) -> None:
    held: Any = route
    asked = AskingForProof(held.app) if asks_for_proof(route) else held.app
    held.app = Guard(asked, declared(route))


def _own_routes() -> list[BaseRoute]:
    return [
        _page("/login", show_log_in, Permission.PUBLIC),
        _form("/login", take_log_in, Permission.PUBLIC),
        _form("/logout", take_log_out, Permission.UNFINISHED),
        _page("/welcome", show_welcome, Permission.UNFINISHED),
        _form("/welcome", take_welcome, Permission.UNFINISHED),
        _page("/proof", show_proof, Permission.SIGNED_IN),
        _form("/proof", take_proof, Permission.SIGNED_IN),
        _page("/account", show_account, Permission.SIGNED_IN),
        _form("/account/sessions/end", take_end_session, Permission.SIGNED_IN),
        _form("/account/sessions/end-others", take_end_others, Permission.SIGNED_IN),
        _form("/account/password", take_password, Permission.SIGNED_IN),
        proven(_form("/account/codes", take_codes, Permission.SIGNED_IN)),
        _page("/staff", show_staff, Permission.KEEP_ACCOUNTS),
        proven(_form("/staff", take_add, Permission.KEEP_ACCOUNTS)),
        _page("/staff/{staff_id}", show_one, Permission.KEEP_ACCOUNTS),
        proven(_form("/staff/{staff_id}/change", take_change, Permission.KEEP_ACCOUNTS)),
        proven(_form("/staff/{staff_id}/reset", take_reset, Permission.KEEP_ACCOUNTS)),
        proven(_form("/staff/{staff_id}/disable", take_disable, Permission.KEEP_ACCOUNTS)),
        _form("/language", take_language, Permission.PUBLIC),
        _page("/", show_today, Permission.READ_TRIAL),
        _page("/live", show_live, Permission.READ_TRIAL),
        _page("/participants", show_participants, Permission.READ_TRIAL),
        _page("/participants/{code}", show_participant, Permission.READ_TRIAL),
        _page("/participants/{code}/visit-sheet", show_visit_sheet, Permission.READ_TRIAL),
        _page("/participants/{code}/days/{date}", show_day, Permission.READ_TRIAL),
        _page("/participants/{code}/photos/{message_id}", show_photo, Permission.RECORD),
        *deed_routes(),
        _page("/alerts", show_alerts, Permission.READ_TRIAL),
        _form("/alerts/{alert_id}/take", take_take_over, Permission.ANSWER_ALERTS),
        _form("/alerts/{alert_id}/acknowledge", take_acknowledge, Permission.ANSWER_ALERTS),
        _form("/alerts/{alert_id}/close", take_close, Permission.ANSWER_ALERTS),
        _page("/visits", show_visits, Permission.READ_TRIAL),
        _page("/cohort", show_cohort, Permission.READ_TRIAL),
        _page("/cohort/month", show_month, Permission.READ_TRIAL),
        proven(_page("/cohort/{name}.csv", take_out, Permission.READ_TRIAL)),
        _page("/livez", livez, Permission.PUBLIC),
        _page("/readyz", readyz, Permission.PUBLIC),
        permitted(Mount("/static", app=Assets(directory=STATIC)), Permission.PUBLIC),
    ]


def _page(path: str, endpoint: Callable[..., Any], permission: Permission) -> BaseRoute:
    return permitted(Route(path, endpoint, methods=["GET"]), permission)


def _form(path: str, endpoint: Callable[..., Any], permission: Permission) -> BaseRoute:
    return permitted(Route(path, endpoint, methods=["POST"], max_body_size=BODY_MAX), permission)
