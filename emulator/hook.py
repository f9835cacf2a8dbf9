"""Where updates are delivered when a webhook is set, and what went wrong last."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class Hook:
    """The settings of setWebhook; `changed` wakes the deliverer. An empty url means: getUpdates."""

    url: str = ""
    secret: str = ""
    last_error: tuple[int, str] | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def set(self, url: str, secret: str) -> None:
        self.url = url
        self.secret = secret
        self.last_error = None
        self.changed.set()
