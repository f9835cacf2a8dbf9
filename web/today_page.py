"""Today's worklist, and what staff do on it: see an alert, and close it with what came of it."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from actions.alerts import AlertGoneError, acknowledge, close
from models.access import AccessDeniedError, access_alert
from reports.worklist import Section, worklist_report
from web.days import recent_cells
from web.desk import desk_of, signed_in
from web.errors import refusal
from web.forms import form_of, own_path
from web.rendering import frame_of, render

TOLD = ("acknowledged", "closed", "gone", "outcome_missing")
STRIP_DAYS = 14


async def show_today(request: Request) -> Response:
    """The list as of now; every number is the length of what it links to."""
    desk, who = desk_of(request), signed_in(request)
    frame = await frame_of(request)
    work = await worklist_report(desk.store, as_of=frame.as_of, site=who.staff.site_code)
    codes = {row.code for row in work.rows if row.code and row.section is not Section.ENTRY}
    strips = await recent_cells(desk, sorted(codes), as_of=frame.as_of, days=STRIP_DAYS)
    told = request.query_params.get("told", "")
    page: Response = render(
        request, "today.html", frame=frame, work=work, Section=Section, strips=strips, told=told if told in TOLD else ""
    )
    return page


async def take_acknowledge(request: Request) -> Response:
    """This member of staff has seen the alert."""
    return await _answer(request, outcome=None)


async def take_close(request: Request) -> Response:
    """The matter is done, and this came of it."""
    return await _answer(request, outcome="")


async def _answer(request: Request, *, outcome: str | None) -> Response:
    desk, who = desk_of(request), signed_in(request)
    typed = await form_of(request, "back", *(() if outcome is None else ("outcome",)))
    back = own_path(typed["back"]).partition("?")[0]
    if outcome is not None and not typed["outcome"].strip():
        return RedirectResponse(f"{back}?told=outcome_missing", 303)
    alert_id = request.path_params["alert_id"]
    try:
        async with desk.store.change(at=desk.now(), actor=who.actor) as change:
            await access_alert(change.session, who.actor, alert_id)
            if outcome is None:
                await acknowledge(change, alert_id, who.staff.name)
            else:
                await close(change, alert_id, who.staff.name, typed["outcome"])
    except AccessDeniedError:
        return refusal(request, 404)
    except AlertGoneError:
        return RedirectResponse(f"{back}?told=gone", 303)
    return RedirectResponse(f"{back}?told={'closed' if outcome is not None else 'acknowledged'}", 303)
