"""Name and phone, shown once to whoever gives a reason; the number can be tapped to call."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from actions.identity import Known, NoIdentityError, reveal
from models.session import Change
from web.asking import Asking, Deed, Form, Group, Typed
from web.asking_fields import reason_field
from web.deed_groups import DeedGroup
from web.permissions import Permission
from web.rendering import frame_of, render


@dataclass(frozen=True, slots=True)
class _Shown:
    known: Known
    dial: str  # the number as a telephone takes it; empty where there is none


async def _form(asking: Asking) -> Form:
    return [Group((reason_field(asking),))]


async def _do(change: Change, asking: Asking, typed: Typed) -> Known:
    return await reveal(change, asking.person, typed["reason"])


async def _show(request: Request, asking: Asking, known: Known) -> Response:
    dial = "".join(sign for sign in known.phone if sign in "+0123456789")
    frame = await frame_of(request)
    page: Response = render(request, "identity.html", frame=frame, person=asking.person, shown=_Shown(known, dial))
    return page


IDENTITY_DEED: Final = Deed("identity", Permission.RECORD, _form, _do, DeedGroup.CHAT, (NoIdentityError,), shows=_show)
