"""What the Bot API says when it says no: the code, the exact sentence, the parameters."""

from collections.abc import Mapping


class Refused(Exception):  # noqa: N818
    """The Bot API refuses this call.

    `code` is the HTTP status and `error_code`; `parameters` go into the envelope (for example `retry_after` seconds).
    """

    def __init__(self, code: int, description: str, parameters: Mapping[str, object] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = dict(parameters or {})


class ConnectionCut(Exception):  # noqa: N818
    """The connection was cut without an answer; `delivered` says whether the request took effect."""

    def __init__(self, delivered: bool) -> None:  # noqa: FBT001
        super().__init__("connection cut, request delivered" if delivered else "connection cut, request not accepted")
        self.delivered = delivered


NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def bad_request(reason: str) -> Refused:
    return Refused(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> Refused:
    return Refused(403, f"Forbidden: {reason}")


def too_many_requests(seconds: int) -> Refused:
    return Refused(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


UNAUTHORIZED = (401, "Unauthorized")
UNKNOWN_METHOD = (404, "Not Found: method not found")
OTHER_POLLER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
