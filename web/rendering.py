"""A page from its template: the frame that all pages share, and the language they are read in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import select
from starlette.requests import Request
from starlette.responses import HTMLResponse

from models.access import SignedIn, site_wall
from models.site import Site
from reports.freshness import Freshness, freshness
from web.cookies import language_of
from web.desk import Desk, desk_of, signed_in, visitor
from web.live import open_alerts
from web.marks import late_after
from web.permissions import ROLES, Permission


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page of somebody who is known."""

    who: SignedIn
    as_of: datetime
    tz: str
    fresh: Freshness
    open_alerts: int
    live_mark: str  # of the open alerts, as this page was made
    sees: bool
    answers: bool
    form_token: str
    keeps_accounts: bool = False


async def frame_of(request: Request) -> Frame:
    """The frame of this request, as of now."""
    desk, who = desk_of(request), signed_in(request)
    as_of = desk.now()
    may = ROLES[who.staff.role] if who.staff.ready_at else frozenset[Permission]()
    alerts = await open_alerts(desk, who, language_of(request, who))
    return Frame(
        who,
        as_of,
        await zone_of(desk, who),
        await freshness(desk.store, as_of=as_of),
        alerts.number,
        alerts.mark,
        Permission.READ_TRIAL in may,
        Permission.ANSWER_ALERTS in may,
        form_token(desk, who),
        Permission.KEEP_ACCOUNTS in may,
    )


def form_token(desk: Desk, who: SignedIn) -> str:
    """What every form of one session carries; derived, so there is nothing to store."""
    return desk.store.vault.index("form_token", who.session.token_hash)


def render(request: Request, template: str, *, status: int = 200, frame: Frame | None = None, **facts: Any) -> Any:
    """The page as a response, in the reader's language."""
    desk = desk_of(request)
    language = language_of(request, visitor(request))
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    hours = f"{late_after(desk.trial).total_seconds() / 3600:g}"
    html = (
        desk.pages[language]
        .get_template(template)
        .render(frame=frame, desk=desk, language=language, path=path, here=request.url.path, late_hours=hours, **facts)
    )
    return HTMLResponse(html, status_code=status)


async def zone_of(desk: Desk, who: SignedIn) -> str:
    """The zone of the reader's site; for those of all sites the zone that the sites share, else UTC."""
    query = select(Site.tz).where(site_wall(who.actor, Site.code)).distinct()
    async with desk.store.read() as session:
        zones = list((await session.execute(query)).scalars())
    return zones[0] if len(zones) == 1 else "UTC"
