"""Alerts: the list, open and closed; and what staff do on one: see it, take it over, close it with what came of it."""

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, urlencode

from sqlmodel import select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from actions.alerts import AlertGoneError, acknowledge, close, take_over
from models.access import AccessDeniedError, access_alert, site_wall
from models.session import Change
from models.site import Site
from reports.worklist import alert_row
from web.alert_list import Standing, alert_page, asked_alerts, kinds_known
from web.desk import desk_of, signed_in
from web.errors import refusal
from web.forms import form_of, own_path, typed_of
from web.rendering import frame_of, render
from web.sight import note_reading

TOLD = ("acknowledged", "taken", "closed", "gone", "outcome_missing")


async def show_alerts(request: Request) -> Response:
    """Those that were asked for; the reading is audited."""
    desk, who, frame = desk_of(request), signed_in(request), await frame_of(request)
    asked = asked_alerts(request.query_params)
    async with desk.store.read() as session:
        shown = await alert_page(session, who.actor, asked, frame.as_of)
        kinds = await kinds_known(session, who.actor)
        sites = (await session.scalars(select(Site.code).where(site_wall(who.actor, Site.code)))).all()
    await note_reading(request, "read_alerts", "site", who.staff.site_code or "all")
    told = request.query_params.get("told", "")
    page: Response = render(
        request,
        "alerts.html",
        frame=frame,
        asked=asked,
        shown=shown,
        rows=[(alert_row(one), one.alert) for one in shown.alerts],
        kinds=kinds,
        sites=sorted(sites, key=str) if who.staff.site_code is None else [],
        Standing=Standing,
        back=asked.link(),
        told=told if told in TOLD else "",
    )
    return page


async def take_acknowledge(request: Request) -> Response:
    """This member of staff has seen the alert."""
    typed, name = await form_of(request, "back"), signed_in(request).staff.name
    return await _answer(request, typed["back"], "acknowledged", lambda change, key: acknowledge(change, key, name))


async def take_take_over(request: Request) -> Response:
    """It is this member of staff's matter from now on."""
    typed, name = await form_of(request, "back"), signed_in(request).staff.name
    return await _answer(request, typed["back"], "taken", lambda change, key: take_over(change, key, name))


async def take_close(request: Request) -> Response:
    """The matter is done: what was done, and what came of it."""
    typed, name = await typed_of(request, "back", "outcome", "action"), signed_in(request).staff.name
    if not typed["outcome"].strip():
        return _back(typed["back"], "outcome_missing")
    return await _answer(
        request,
        typed["back"],
        "closed",
        lambda change, key: close(change, key, name, typed["outcome"], typed["action"]),
    )


async def _answer(request: Request, back: str, told: str, do: Callable[[Change, str], Awaitable[object]]) -> Response:
    desk, who = desk_of(request), signed_in(request)
    alert_id = request.path_params["alert_id"]
    try:
        async with desk.store.change(at=desk.now(), actor=who.actor) as change:
            await access_alert(change.session, who.actor, alert_id)
            await do(change, alert_id)
    except AccessDeniedError:
        return refusal(request, 404)
    except AlertGoneError:
        return _back(back, "gone")
    return _back(back, told)


def _back(back: str, told: str) -> Response:
    """To the page it came from, with what was asked of it."""
    path, _, query = own_path(back).partition("?")
    said = [(name, value) for name, value in parse_qsl(query.partition("#")[0]) if name != "told"]
    return RedirectResponse(f"{path}?{urlencode([*said, ('told', told)])}", 303)
