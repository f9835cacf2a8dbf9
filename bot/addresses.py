"""Where the Bot API is: the official one, or the one the settings name."""

from typing import Final

OFFICIAL: Final = "https://api.telegram.org"


def api_base(api_url: str | None) -> str:
    """What stands before the token of a call."""
    return f"{(api_url or OFFICIAL).rstrip('/')}/bot"


def file_base(api_url: str | None) -> str:
    """What stands before the token of a download; forgotten, files would come from the official server."""
    return f"{(api_url or OFFICIAL).rstrip('/')}/file/bot"
