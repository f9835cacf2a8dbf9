"""The list of participants: found by code, site, state and what waits, a page of them with their last 14 days."""

from sqlalchemy.exc import DBAPIError
from sqlmodel import select
from starlette.requests import Request
from starlette.responses import Response

from messages.text import catalogue
from models.access import access_participants, site_wall
from models.site import Site
from protocol.terms import ParticipantState
from reports.days import CohortMember, cohort
from reports.worklist import worklist_report
from web.cookies import language_of
from web.days import recent_cells
from web.deed_words import DeedWords
from web.deeds import deed_named, entry_deeds
from web.desk import Desk, desk_of, signed_in
from web.people import LOOKS, PER_PAGE, SORTS, asked_of, found, like_a_code, page_of, silent_codes, waiting_alerts
from web.permissions import ROLES
from web.rendering import Frame, frame_of, render
from web.sight import note_reading

STRIP_DAYS = 14


async def show_participants(request: Request) -> Response:
    """Whom this reader may see and asked for; the reading is audited, and so is a search."""
    desk, who, frame = desk_of(request), signed_in(request), await frame_of(request)
    asked = asked_of(request.query_params)
    async with desk.store.read() as session:
        everybody = await access_participants(session, who.actor)
        waiting = await waiting_alerts(session, who.actor)
        sites = (await session.scalars(select(Site.code).where(site_wall(who.actor, Site.code)))).all()
    site = who.staff.site_code
    await note_reading(request, "read_participants", "site", site or "all", new={"shown": len(everybody)})
    searched = like_a_code(asked.text) if asked.text else None
    if searched:
        await note_reading(request, "search_participants", "participant", asked.text)
    silent = await _silent(desk, frame, site) if asked.look == "silent" else set()
    members = await _members(desk, site)
    shown = page_of(found(everybody, asked, waiting, silent), asked, waiting, members or {})
    strips = await recent_cells(desk, [one.code for one in shown.people], as_of=frame.as_of, days=STRIP_DAYS)
    page: Response = render(
        request,
        "participants.html",
        frame=frame,
        asked=asked,
        shown=shown,
        enrolled=len(everybody),
        waiting=waiting,
        members=members,
        strips=strips,
        sites=sorted(sites, key=str) if site is None else [],
        states=list(ParticipantState),
        looks=LOOKS,
        sorts=SORTS,
        per_page=PER_PAGE,
        no_code=searched is False,
        entry=entry_deeds(ROLES[who.staff.role]),
        done=deed_named(request.query_params.get("told", "")),
        deed_words=DeedWords(catalogue(language_of(request, who))),
    )
    return page


async def _silent(desk: Desk, frame: Frame, site: str | None) -> set[str]:
    return silent_codes(await worklist_report(desk.store, desk.trial, as_of=frame.as_of, site=site))


async def _members(desk: Desk, site: str | None) -> dict[str, CohortMember] | None:
    try:
        return {member.code: member for member in await cohort(desk.study, site)}
    except DBAPIError:
        return None
