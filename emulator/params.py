"""The parameters of one call: decoded objects, JSON strings or form fields, read by name and counted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.refusals import bad_request


@dataclass(frozen=True)
class Upload:
    """A file sent with a call: its name, its media type, its bytes."""

    name: str
    mime: str
    data: bytes


class Params:
    """Reads parameters and remembers which were asked for, so that the unknown ones can be reported."""

    def __init__(self, raw: Mapping[str, object]) -> None:
        self._raw = raw
        self._read: set[str] = set()

    def has(self, name: str) -> bool:
        self._read.add(name)
        return self._raw.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        self._read.add(name)
        value = self._raw.get(name)
        return default if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """The whole number, or 400 when it is not one."""
        value = self.text(name, str(default))
        try:
            return int(float(value)) if "." in value else int(value)
        except ValueError:
            raise bad_request(f"parameter {name} must be a number") from None

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in {"true", "1", "yes"}

    def decoded(self, name: str) -> Any:
        """The object, decoded when it came as a JSON string; None when absent or empty; 400 when it is not JSON."""
        self._read.add(name)
        value = self._raw.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def file(self, name: str) -> Upload | str | None:
        """The uploaded file, following attach:// references; or the text of a file id; or None."""
        self._read.add(name)
        value = self._raw.get(name)
        if isinstance(value, str) and value.startswith("attach://"):
            reference = value.removeprefix("attach://")
            self._read.add(reference)
            value = self._raw.get(reference)
        if value is None or isinstance(value, (str, Upload)):
            return value
        return _upload(value, name)

    def accept(self, *names: str) -> None:
        """Marks parameters as known that change nothing here."""
        self._read.update(names)

    def unknown(self) -> set[str]:
        return {name for name in self._raw if name not in self._read}


def _upload(value: object, name: str) -> Upload:
    if isinstance(value, bytes):
        return Upload(name, "application/octet-stream", value)
    if isinstance(value, tuple) and len(value) == 3 and isinstance(value[1], bytes):  # noqa: PLR2004
        return Upload(str(value[0]), str(value[2]), value[1])
    raise bad_request(f"wrong file identifier/HTTP URL specified for {name}")


def loggable(raw: Mapping[str, object]) -> dict[str, object]:
    """The parameters without the bytes of files."""
    return {name: _short(value) for name, value in raw.items()}


def _short(value: object) -> object:
    match value:
        case bytes():
            return f"<{len(value)} bytes>"
        case Upload():
            return f"<{value.name}, {len(value.data)} bytes>"
        case (str() as name, bytes() as data, _):
            return f"<{name}, {len(data)} bytes>"
        case _:
            return value
