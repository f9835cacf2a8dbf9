"""A wire to PostgreSQL that can be cut: it reads what the client says, and drops the reply of a COMMIT at will."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL, make_url

TABLES = re.compile(rb"(?:INSERT INTO|UPDATE)\s+(\w+)", re.IGNORECASE)
COMMIT = re.compile(rb"\s*COMMIT\b", re.IGNORECASE)
CHUNK = 65536


@dataclass
class Wire:
    """`cuts` decides, by the tables that a transaction has written, whether the reply of its COMMIT is dropped."""

    target: URL
    cuts: Callable[[set[str]], bool]
    cut: list[set[str]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the client, with one of ours behind it."""
        beyond_reader, beyond = await self._beyond()
        spoken = _Spoken()
        dropping = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._there(reader, beyond, spoken, dropping))
                tasks.create_task(_back(beyond_reader, writer, dropping))
        except* (OSError, _EndedError):
            pass
        finally:
            for end in (beyond, writer):
                end.close()
                with suppress(OSError):
                    await end.wait_closed()

    async def _beyond(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host = self.target.query.get("host") or self.target.host or "127.0.0.1"
        port = self.target.port or 5432
        if isinstance(host, str) and host.startswith("/"):
            return await asyncio.open_unix_connection(Path(host) / f".s.PGSQL.{port}")
        return await asyncio.open_connection(str(host), port)

    async def _there(
        self, reader: asyncio.StreamReader, beyond: asyncio.StreamWriter, spoken: "_Spoken", dropping: asyncio.Event
    ) -> None:
        while data := await reader.read(CHUNK):
            for written in spoken.committed(data):
                if self.cuts(written):
                    self.cut.append(written)
                    dropping.set()
            beyond.write(data)
            await beyond.drain()
        raise _EndedError


class _EndedError(Exception):
    """One side has hung up."""


async def _back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, dropping: asyncio.Event) -> None:
    while data := await reader.read(CHUNK):
        if dropping.is_set():
            raise _EndedError  # the server has answered, so it has committed; the client never hears of it
        writer.write(data)
        await writer.drain()
    raise _EndedError


class _Spoken:
    """What one client says: its messages, its prepared statements, and the tables written since the last COMMIT."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._started = False
        self._prepared: dict[bytes, bytes] = {}
        self._written: set[str] = set()

    def committed(self, data: bytes) -> list[set[str]]:
        """The tables of each transaction that this data asks to commit."""
        self._buffer += data
        found = []
        while (message := self._next()) is not None:
            kind, body = message
            text = self._text(kind, body)
            if COMMIT.match(text):
                found.append(self._written)
                self._written = set()
            else:
                self._written |= {name.decode() for name in TABLES.findall(text)}
        return found

    def _text(self, kind: bytes, body: bytes) -> bytes:
        """The SQL that a message makes the server run; nothing for one that runs none."""
        if kind == b"Q":
            return body.rstrip(b"\0")
        if kind == b"P":
            name, query, *_ = body.split(b"\0")
            self._prepared[name] = query
        if kind == b"B":
            _, name, *_ = body.split(b"\0")
            return self._prepared.get(name, b"")
        return b""

    def _next(self) -> tuple[bytes, bytes] | None:
        head = 1 if self._started else 0  # what comes first has no letter: the wish for TLS, then the greeting
        if len(self._buffer) < head + 4:
            return None
        size = int.from_bytes(self._buffer[head : head + 4])
        if len(self._buffer) < head + size:
            return None
        kind, body = bytes(self._buffer[:head]), bytes(self._buffer[head + 4 : head + size])
        del self._buffer[: head + size]
        if not self._started and len(body) > 4:
            self._started = True
        return kind, body


@asynccontextmanager
async def wired(url: str, cuts: Callable[[set[str]], bool]) -> AsyncIterator[tuple[Wire, Callable[[str], str]]]:
    """The wire, and a function that makes a URL on the same server go through it."""
    wire = Wire(make_url(url), cuts)
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    def through(other: str) -> str:
        made = make_url(other).set(host="127.0.0.1", port=port, query={"ssl": "disable"})
        return made.render_as_string(hide_password=False)

    try:
        yield wire, through
    finally:
        server.close()
