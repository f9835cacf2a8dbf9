"""Guards the phone's routes: refuses other sites, bounds bodies, sets the headers of every page."""

import json
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request

PAGE_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
BIGGEST_BODY = 8 * 1024 * 1024


def refuse_other_sites(request: Request) -> None:
    """403 for a browser that comes from another site; programs send neither header and pass."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    foreign = (
        site not in {"same-origin", "none"} if site else origin and urlsplit(origin).netloc != request.headers["host"]
    )
    if foreign:
        raise HTTPException(403, "cross-origin request refused")


async def body(request: Request) -> dict[str, Any]:
    """The JSON object of a request from this site; 403, 413, 415 or 400 otherwise."""
    refuse_other_sites(request)
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise HTTPException(415, "send JSON")
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > BIGGEST_BODY:
            raise HTTPException(413, "too large")
    try:
        decoded = json.loads(raw or b"{}")
    except ValueError:
        raise HTTPException(400, "not JSON") from None
    if not isinstance(decoded, dict):
        raise HTTPException(400, "send a JSON object")
    return decoded
