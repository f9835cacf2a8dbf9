"""The proof that a request that changes something comes from our own page."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def is_foreign(headers: Headers, *, scheme: str, public_url: str | None) -> bool:
    """True unless the browser says that our own page sent it; who says nothing at all is foreign too.

    Sec-Fetch-Site decides where it is sent; a plain-HTTP address gets none, there the Origin has to be ours.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site != "same-origin"
    ours = {f"{scheme}://{headers.get('host', '')}"} | ({origin_of(public_url)} if public_url else set())
    return origin not in ours


def origin_of(url: str) -> str:
    """Scheme and host of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
