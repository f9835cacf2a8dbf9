"""A disk that loses power: what SQLite writes and syncs is logged, and a cut keeps no more than it must."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

SECTOR = 512
NAME = "torn"


@dataclass(frozen=True, slots=True)
class Write:
    file: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    file: str


@dataclass(frozen=True, slots=True)
class Create:
    file: str


@dataclass(frozen=True, slots=True)
class Delete:
    """`durable`: SQLite asked for the folder to be synced as well."""

    file: str
    durable: bool


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """COMMIT has returned for this number."""

    number: int


Entry = Write | Truncate | Sync | Create | Delete | Acknowledged


class TornDisk(apsw.VFS):
    """The system's own VFS with a log beside it. Syncs are logged and not done: they would only cost time."""

    def __init__(self) -> None:
        self.log: list[Entry] = []
        super().__init__(NAME, "")

    def xOpen(self, name: Any, flags: list[int]) -> "TornFile":  # noqa: N802
        return TornFile(self.log, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        super().xDelete(filename, syncdir)
        self.log.append(Delete(Path(filename).name, bool(syncdir)))


class TornFile(apsw.VFSFile):
    """One open file. The shared memory of a WAL is not of it, and does not outlive a machine anyway."""

    def __init__(self, log: list[Entry], name: Any, flags: list[int]) -> None:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._log = log
        self._file = Path(path).name if path else ""
        is_new = bool(path) and not Path(path).exists()
        super().__init__("", name, flags)
        if is_new:
            self._note(Create(self._file))

    def _note(self, entry: Entry) -> None:
        if self._file:
            self._log.append(entry)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        super().xWrite(data, offset)
        self._note(Write(self._file, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        super().xTruncate(newsize)
        self._note(Truncate(self._file, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802, ARG002
        self._note(Sync(self._file))


@dataclass(slots=True)
class _File:
    """One name on the disk: what is safe, what is only in flight, and what stood there before."""

    safe: bytearray = field(default_factory=bytearray)
    flight: list[Write | Truncate] = field(default_factory=list)
    is_named: bool = False  # the folder's entry is safe
    is_gone: bool = False  # deleted, though the folder may not know it yet
    before: "_File | None" = None


def survivors(
    log: Sequence[Entry], dice: random.Random, *, strict: bool, start: dict[str, bytes] | None = None
) -> dict[str, bytes]:
    """What stands on the disk after a cut at the end of this log.

    Writes that were not synced survive as a random subset of their sectors. `strict` is a folder that keeps a deletion
    only when it is synced itself; otherwise any later sync makes it safe, as on ext4.
    """
    disk = {name: _File(bytearray(data), is_named=True) for name, data in (start or {}).items()}
    for entry in log:
        _apply(disk, entry, strict=strict)
    keeps = dice.choice((0.0, 0.2, 0.5, 0.8, 1.0))
    found = {name: _image(file, dice, keeps) for name, file in disk.items()}
    return {name: data for name, data in found.items() if data is not None}


def _apply(disk: dict[str, _File], entry: Entry, *, strict: bool) -> None:
    match entry:
        case Create(name):
            disk[name] = _File(before=disk.get(name))
        case Write(name) | Truncate(name):
            disk[name].flight.append(entry)
        case Sync(name):
            _make_safe(disk[name])
            if not strict:
                for gone in [other for other, file in disk.items() if file.is_gone]:
                    del disk[gone]
        case Delete(name, durable):
            if durable:
                del disk[name]
            else:
                disk[name].is_gone = True


def _make_safe(file: _File) -> None:
    for entry in file.flight:
        _do(file.safe, entry)
    file.flight, file.is_named, file.before = [], True, None


def _do(data: bytearray, entry: Write | Truncate) -> None:
    if isinstance(entry, Truncate):
        del data[entry.size :]
        return
    data.extend(bytes(max(0, entry.offset - len(data))))
    data[entry.offset : entry.offset + len(entry.data)] = entry.data


def _image(file: _File, dice: random.Random, keeps: float) -> bytes | None:
    """One of the states this name may be found in; None: not at all."""
    if (file.is_gone or not file.is_named) and dice.random() < 0.5:
        return _image(file.before, dice, keeps) if file.before is not None else None
    data = bytearray(file.safe)
    for entry in file.flight:
        if isinstance(entry, Truncate):
            if dice.random() < keeps:
                _do(data, entry)
        else:
            for piece in _sectors(entry):
                if dice.random() < keeps:
                    _do(data, piece)
    return bytes(data)


def _sectors(entry: Write) -> list[Write]:
    """A write in pieces that end where a sector ends."""
    pieces, at, end = [], entry.offset, entry.offset + len(entry.data)
    while at < end:
        upto = min(end, (at // SECTOR + 1) * SECTOR)
        pieces.append(Write(entry.file, at, entry.data[at - entry.offset : upto - entry.offset]))
        at = upto
    return pieces
