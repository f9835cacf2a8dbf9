"""Files the bot and the phones have sent, the newest few hundred, and what a picture's first bytes say of it."""

import random
import struct
from collections import OrderedDict
from dataclasses import dataclass

KEPT = 200
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"


@dataclass(frozen=True)
class StoredFile:
    """A file on the emulator's shelf; `path` is what getFile answers."""

    id: str
    unique_id: str
    name: str
    mime: str
    data: bytes
    path: str


class Files:
    def __init__(self, secrets: random.Random) -> None:
        self._secrets = secrets
        self._by_id: OrderedDict[str, StoredFile] = OrderedDict()

    def keep(self, name: str, mime: str, data: bytes, folder: str) -> StoredFile:
        number = f"{self._secrets.getrandbits(96):024x}"
        stored = StoredFile(
            f"AgAC{number}", number[:16], name, mime, data, f"{folder}/file_{number[:8]}.{_ending(name)}"
        )
        self._by_id[stored.id] = stored
        while len(self._by_id) > KEPT:
            self._by_id.popitem(last=False)
        return stored

    def get(self, file_id: str) -> StoredFile | None:
        return self._by_id.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        return next((stored for stored in self._by_id.values() if stored.path == path), None)


def _ending(name: str) -> str:
    return name.rpartition(".")[2] if "." in name else "bin"


def picture_type(data: bytes) -> str | None:
    """image/png or image/jpeg by the first bytes, or None."""
    if data.startswith(PNG):
        return "image/png"
    return "image/jpeg" if data.startswith(JPEG) else None


def picture_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels; 1 by 1 when the header cannot be read."""
    if data.startswith(PNG) and len(data) >= 24:  # noqa: PLR2004
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    return _jpeg_size(data)


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:  # noqa: PLR2004
        if data[at + 1] in {0xC0, 0xC1, 0xC2}:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    return 1, 1
