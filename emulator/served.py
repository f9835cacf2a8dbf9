"""What the routes need of an emulator, so that they know it and it may build them without a circle."""

from collections.abc import Mapping
from typing import Protocol

from emulator.faults import Faults
from emulator.phones import Phones
from emulator.world import World


class Served(Protocol):
    """A Telegram that answers calls; its phones and its world beside it."""

    world: World
    phone: Phones
    faults: Faults

    async def call(self, token: str, method: str, params: Mapping[str, object]) -> tuple[int, bytes, dict[str, str]]:
        """One Bot API call: HTTP status, JSON body, extra headers. Raises ConnectionCut."""

    async def download(self, token: str, path: str) -> tuple[int, bytes]:
        """The bytes of a file by the path getFile answered."""
