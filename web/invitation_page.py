"""An invitation to hand over or to print: large type, both languages, the QR code; its link is shown this once."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from messages.text import catalogue
from models.participant import Participant
from protocol.terms import Language, LinkRole
from web.asking import Asking
from web.dates import Dates
from web.qr import qr_svg
from web.rendering import frame_of, render
from web.templating import TAGS


@dataclass(frozen=True, slots=True)
class Handed:
    """An invitation just made. `link` None: the bot has never run, so only the start word can be typed."""

    one: Participant
    role: LinkRole
    token: str
    link: str | None
    expires_at: datetime


async def show_invitation(request: Request, asking: Asking, made: Handed) -> Response:
    """Kept nowhere: whoever leaves the page makes a new one."""
    texts = [(tag, catalogue(language).gettext, Dates(language)) for language, tag in TAGS.items()]
    page: Response = render(
        request,
        "invitation.html",
        frame=await frame_of(request),
        made=made,
        qr=qr_svg(made.link, title=asking.say("QR code of the invitation")) if made.link else None,
        readers=texts if made.one.language is Language.ZH else texts[::-1],
    )
    return page
