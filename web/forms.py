"""Forms as they come in: exactly the fields that were asked for, from this session's own page."""

import hmac

from starlette.exceptions import HTTPException
from starlette.requests import Request

from web.desk import desk_of, visitor
from web.rendering import form_token

TOKEN = "form_token"  # noqa: S105  the field's name
FIELD_MAX = 2000
FIELDS_MAX = 200


async def form_of(request: Request, *fields: str) -> dict[str, str]:
    """The fields by name, all of them. Refuses others (422), and a missing or foreign token of the session (403)."""
    return await typed_of(request, *fields, all_of_them=True)


async def typed_of(request: Request, *fields: str, all_of_them: bool = False) -> dict[str, str]:
    """The same, where a field may be missing: then it is empty."""
    values = await _values(request, len(fields) + 1)
    sent = set(values) - {TOKEN}
    if sent - set(fields) or (all_of_them and sent != set(fields)):
        raise HTTPException(422)
    if any(len(value) > FIELD_MAX for value in values.values()):
        raise HTTPException(422)
    return dict.fromkeys(fields, "") | values


async def check_token(request: Request) -> None:
    """Before anything else is looked up: the form is of this session's own page. Refuses it otherwise (403)."""
    await _values(request, FIELDS_MAX)


async def _values(request: Request, fields_max: int) -> dict[str, str]:
    data = await request.form(max_files=0, max_fields=fields_max)
    values = {name: value for name, value in data.multi_items() if isinstance(value, str)}
    who = visitor(request)
    if who is not None and not hmac.compare_digest(
        values.get(TOKEN, "").encode(), form_token(desk_of(request), who).encode()
    ):
        raise HTTPException(403)
    return values


def own_path(text: str) -> str:
    """A path on this host to go back to; anything else becomes the first page."""
    safe = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if safe else "/"
