"""Refusals and failures as pages: what happened in general words, and a reference for whoever operates the system."""

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from web.desk import desk_of
from web.rendering import render

logger = logging.getLogger(__name__)
SHOWN = (400, 403, 404, 405, 413, 422, 429, 503)


def refusal(request: Request, status: int, *, reference: str = "") -> Response:
    """A page that says no more than its status does."""
    page: Response = render(request, "error.html", status=status, code=status, reference=reference)
    return page


async def on_http_error(request: Request, error: Exception) -> Response:
    """Starlette's own refusals: no such page, another method, too large."""
    if not isinstance(error, HTTPException):
        raise error
    page = refusal(request, error.status_code if error.status_code in SHOWN else 400)
    page.headers.update(error.headers or {})
    return page


def failure(request: Request, error: Exception) -> Response:
    """Something of ours broke. The log has the place and the reference, never the values."""
    reference = desk_of(request).store.new_id()[:8]
    frames = error.__traceback__
    while frames is not None and frames.tb_next is not None:
        frames = frames.tb_next
    place = f"{frames.tb_frame.f_code.co_filename}:{frames.tb_lineno}" if frames else ""
    extra = {"action": "page_failed", "reference": reference, "error": type(error).__name__, "place": place}
    logger.error("page failed", extra=extra)
    return refusal(request, 500, reference=reference)
