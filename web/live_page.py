"""What an open page asks every few seconds: have the open alerts changed? Their mark, and 304 while they have not."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from messages.text import catalogue
from web.cookies import language_of
from web.desk import desk_of, signed_in
from web.live import open_alerts


async def show_live(request: Request) -> Response:
    """The number of open alerts this reader may see, in words too. Nothing of any of them is in the answer."""
    who = signed_in(request)
    language = language_of(request, who)
    found = await open_alerts(desk_of(request), who, language)
    mark = f'"{found.mark}"'
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers={"etag": mark})
    words = catalogue(language).ngettext("%(num)d open alert", "%(num)d open alerts", found.number)
    return JSONResponse({"alerts": found.number, "words": words % {"num": found.number}}, headers={"etag": mark})
