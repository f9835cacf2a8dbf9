"""Today's worklist: who needs a human, why, and since when."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from messages.text import catalogue
from reports.worklist import Section, worklist_report
from web.alerts_page import TOLD
from web.cookies import language_of
from web.days import recent_cells
from web.deed_words import DeedWords
from web.deeds import deed_for
from web.desk import desk_of, signed_in
from web.permissions import ROLES
from web.rendering import frame_of, render

STRIP_DAYS = 14


async def show_today(request: Request) -> Response:
    """The list as of now; every number is the length of what it links to."""
    desk, who = desk_of(request), signed_in(request)
    frame = await frame_of(request)
    work = await worklist_report(desk.store, desk.trial, as_of=frame.as_of, site=who.staff.site_code)
    codes = {row.code for row in work.rows if row.code and row.section is not Section.ENTRY}
    strips = await recent_cells(desk, sorted(codes), as_of=frame.as_of, days=STRIP_DAYS)
    told = request.query_params.get("told", "")
    page: Response = render(
        request,
        "today.html",
        frame=frame,
        work=work,
        Section=Section,
        strips=strips,
        deed_for=partial(deed_for, may=ROLES[who.staff.role]),
        deed_words=DeedWords(catalogue(language_of(request, who))),
        told=told if told in TOLD else "",
    )
    return page
