"""The envelope of the Bot API: an answer is read only when it is one, and named by what it says of the request."""

import json
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from bot.failures import AmbiguousError, FloodError, NotSentError

FLOOD_PAUSE_LEAST: Final = timedelta(seconds=1)  # a 429 that names no pause
FLOOD_PAUSE_MOST: Final = timedelta(hours=1)  # beyond this the pause is asked for anew


def checked(code: int, body: bytes) -> tuple[int, bytes]:
    """The answers that are not plainly "ok". Raises AmbiguousError, FloodError or NotSentError; 4xx pass."""
    if code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise AmbiguousError(f"HTTP {code}")
    envelope = envelope_of(body)
    if code == HTTPStatus.TOO_MANY_REQUESTS:
        raise FloodError(_pause(envelope))
    if HTTPStatus.OK <= code < HTTPStatus.MULTIPLE_CHOICES:
        if envelope is None or envelope["ok"] is not True:
            raise AmbiguousError(f"HTTP {code} without an answer")
        return code, body
    if envelope is None:
        # A gateway's own page, not the Bot API: its 403 is no blocked chat and its 404 no dead token.
        raise NotSentError(f"HTTP {code} from something that is not the Bot API")
    return code, _refusal(envelope)


def _refusal(envelope: Mapping[str, Any]) -> bytes:
    """Only what may be read on: an odd refusal must not trip the reader."""
    refusal: dict[str, Any] = {"ok": False, "description": str(envelope.get("description") or "refused")[:200]}
    parameters = envelope.get("parameters")
    moved_to = parameters.get("migrate_to_chat_id") if isinstance(parameters, dict) else None
    if isinstance(moved_to, int):
        refusal["parameters"] = {"migrate_to_chat_id": moved_to}
    return json.dumps(refusal).encode()


def envelope_of(body: bytes) -> dict[str, Any] | None:
    """The decoded envelope, None when the body is not one."""
    try:
        decoded = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return decoded if isinstance(decoded, dict) and isinstance(decoded.get("ok"), bool) else None


def _pause(envelope: Mapping[str, Any] | None) -> timedelta:
    parameters = (envelope or {}).get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if not isinstance(seconds, (int, float)) or not seconds > 0:
        return FLOOD_PAUSE_LEAST
    return timedelta(seconds=min(seconds, FLOOD_PAUSE_MOST.total_seconds()))
