"""Forms as they come in: exactly the fields that were asked for, from this session's own page."""

import hmac

from starlette.exceptions import HTTPException
from starlette.requests import Request

from web.desk import desk_of, visitor
from web.rendering import form_token

TOKEN = "form_token"  # noqa: S105  the field's name
FIELD_MAX = 2000


async def form_of(request: Request, *fields: str) -> dict[str, str]:
    """The fields by name. Refuses others (422), and a missing or foreign token of the session (403)."""
    data = await request.form(max_files=0, max_fields=len(fields) + 1)
    values = {name: value for name, value in data.multi_items() if isinstance(value, str)}
    who = visitor(request)
    if who is not None and not hmac.compare_digest(
        values.get(TOKEN, "").encode(), form_token(desk_of(request), who).encode()
    ):
        raise HTTPException(403)
    if set(values) - {TOKEN} != set(fields) or any(len(value) > FIELD_MAX for value in values.values()):
        raise HTTPException(422)
    return values


def own_path(text: str) -> str:
    """A path on this host to go back to; anything else becomes the first page."""
    safe = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if safe else "/"
