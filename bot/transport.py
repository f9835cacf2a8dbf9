"""The way to the Bot API, over aiohttp or within the process; an answer is checked before it is believed.

Nothing raised here carries an address, since the address carries the token.
"""

import json
import re
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote

import aiohttp
import aiohttp_socks
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from telegram.request import BaseRequest, RequestData
from typing_extensions import override
from yarl import URL

from bot.envelope import checked, envelope_of
from bot.failures import AmbiguousError, NotSentError

BODY_BYTES_MAX: Final = 20 * 1024 * 1024  # what the Bot API lets a bot download at most
KEPT_ALIVE_SECONDS: Final = 75  # a burst each minute does not shake hands anew

_ADDRESS: Final = re.compile(r"/(file/)?bot([^/]*:[^/]*)/(.*)")
_JSON: Final = {"Content-Type": "application/json"}
_ACCEPTED: Final = (b'{"ok":true', b'{"ok": true')
_TORN: Final = (aiohttp.ClientError, TimeoutError, OSError)
_UNCONNECTED: Final = (
    *_TORN,
    aiohttp_socks.ProxyError,
    aiohttp_socks.ProxyConnectionError,
    aiohttp_socks.ProxyTimeoutError,
)

Files = Mapping[str, tuple[str, Any, str]]
"""By field: name, content, media type."""

CallReturn = tuple[int, bytes] | tuple[int, bytes, Mapping[str, str]]
InProcessCall = Callable[[str, str, Mapping[str, object]], Awaitable[CallReturn]]
"""(token, method, parameters) -> (status, body) or (status, body, headers)."""


class CheckedRequest(BaseRequest):
    """A transport that lets an answer pass only when it is one of the Bot API's."""

    @property
    def server_at(self) -> datetime | None:
        """What the clock of the other side said with its last answer, where it says so."""
        return None

    @override
    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body. Raises NotSentError, AmbiguousError or FloodError; every other refusal is PTB's to name."""
        parameters = request_data.parameters if request_data else {}
        files = request_data.multipart_data if request_data and request_data.contains_files else {}
        seconds = float(read_timeout) if isinstance(read_timeout, (int, float)) else None
        return await self._believed(url, method, parameters, files, seconds)

    async def ask(self, url: str, parameters: Mapping[str, object], *, read_timeout: float) -> tuple[int, bytes]:
        """One call with plain parameters, without PTB between. Status and body; raises as `do_request` does."""
        return await self._believed(url, "POST", parameters, {}, read_timeout)

    async def _believed(
        self, url: str, method: str, parameters: Mapping[str, object], files: Files, read_timeout: float | None
    ) -> tuple[int, bytes]:
        code, body = await self.exchange(url, method, parameters, files, read_timeout)
        if code == HTTPStatus.OK and (method == "GET" or body.startswith(_ACCEPTED)):
            return code, body
        return checked(code, body)

    @abstractmethod
    async def exchange(
        self, url: str, method: str, parameters: Mapping[str, object], files: Files, read_timeout: float | None
    ) -> tuple[int, bytes]:
        """Carries one request over and back, whatever the answer says. Raises NotSentError or AmbiguousError."""

    @staticmethod
    @override
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The decoded envelope. PTB's own would write an unreadable body into the log."""
        envelope = envelope_of(payload)
        if envelope is None or (envelope["ok"] is True and "result" not in envelope):
            raise AmbiguousError("unreadable answer")
        return envelope


class _Connecting(aiohttp.TCPConnector):
    """Whatever fails while connecting, in the pool, at a proxy or in the handshake: the request has not left."""

    @override
    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        try:
            return await super().connect(req, traces, timeout)
        except _UNCONNECTED as error:
            raise NotSentError(type(error).__name__) from None


class _ConnectingBySocks(_Connecting, aiohttp_socks.ProxyConnector):
    """The same through a SOCKS proxy."""


class AiohttpRequest(CheckedRequest):
    """The Bot API over HTTP. The session opens with the first request and is closed by `shutdown`.

    `proxy_url` is http(s):// or socks4/5(h)://; proxies of the environment are never used. Time-outs are seconds.
    """

    def __init__(
        self,
        *,
        proxy_url: str | None = None,
        connections: int = 8,
        connect_timeout: float = 10,
        read_timeout: float = 20,
    ) -> None:
        self._proxy = URL(proxy_url) if proxy_url else None
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._patience = self._timeout(read_timeout)
        self._urls: dict[str, URL] = {}  # one per method of the API
        self._session: aiohttp.ClientSession | None = None
        self._date = ""

    @property
    @override
    def read_timeout(self) -> float:
        return self._read_timeout

    @property
    @override
    def server_at(self) -> datetime | None:
        try:
            return parsedate_to_datetime(self._date).astimezone(UTC)
        except ValueError:
            return None

    @override
    async def initialize(self) -> None:
        """Nothing to do: the session opens when it is needed."""

    @override
    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    @override
    async def exchange(
        self, url: str, method: str, parameters: Mapping[str, object], files: Files, read_timeout: float | None
    ) -> tuple[int, bytes]:
        # Raised outside the except clauses, so that not even a context names the address.
        failure: Exception
        try:
            return await self._over_the_wire(url, method, parameters, files, read_timeout)
        except NotSentError as error:
            failure = NotSentError(error.message)
        except aiohttp.InvalidURL:
            failure = NotSentError("no valid address of the Bot API")
        except _TORN as error:
            failure = AmbiguousError(type(error).__name__)
        raise failure

    async def _over_the_wire(
        self, url: str, method: str, parameters: Mapping[str, object], files: Files, read_timeout: float | None
    ) -> tuple[int, bytes]:
        session = self._session or self._open()
        patience = self._patience if read_timeout is None else self._timeout(read_timeout)
        data: bytes | aiohttp.FormData | None = None
        if method == "POST":
            data = _form(parameters, files) if files else json.dumps(parameters).encode()
        headers = _JSON if isinstance(data, bytes) else None
        address = self._urls.get(url) or self._address(url, method)
        async with session.request(
            method, address, data=data, headers=headers, timeout=patience, allow_redirects=False
        ) as response:
            self._date = response.headers.get("Date", "")
            return response.status, await _read(response)

    def _open(self) -> aiohttp.ClientSession:
        over_http = self._proxy is None or self._proxy.scheme in {"http", "https"}
        self._session = aiohttp.ClientSession(
            connector=self._direct() if over_http else self._socks(),
            proxy=self._proxy if over_http else None,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent",),
            trust_env=False,
        )
        return self._session

    def _direct(self) -> aiohttp.TCPConnector:
        return _Connecting(limit=self._connections, keepalive_timeout=KEPT_ALIVE_SECONDS, ttl_dns_cache=300)

    def _socks(self) -> aiohttp.TCPConnector:
        # The names are looked up behind the proxy: here the answers may be false.
        url = str(self._proxy).replace("socks5h://", "socks5://", 1)
        connector: aiohttp.TCPConnector = _ConnectingBySocks.from_url(
            url, rdns=True, limit=self._connections, keepalive_timeout=KEPT_ALIVE_SECONDS
        )
        return connector

    def _timeout(self, read: float) -> aiohttp.ClientTimeout:
        connect = self._connect_timeout
        return aiohttp.ClientTimeout(total=connect + 2 * read, connect=connect, sock_connect=connect, sock_read=read)

    def _address(self, url: str, method: str) -> URL:
        address = URL(url)
        if method == "POST":  # there are as many as the API has methods; files are endless
            self._urls[url] = address
        return address


def _form(parameters: Mapping[str, object], files: Files) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in parameters.items():
        form.add_field(name, value if isinstance(value, str) else json.dumps(value))
    for name, (filename, content, mime) in files.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The whole body, or an aiohttp.ClientPayloadError when it is bigger than anything the Bot API sends."""
    if response.content_length is not None and response.content_length <= BODY_BYTES_MAX:
        return await response.read()
    body = bytearray()
    async for part in response.content.iter_any():
        body += part
        if len(body) > BODY_BYTES_MAX:
            raise aiohttp.ClientPayloadError("too long")
    return bytes(body)


class InProcessRequest(CheckedRequest):
    """The same seam without a socket. An exception with an attribute `delivered` stands for a cut connection."""

    def __init__(self, call: InProcessCall, download: Callable[[str, str], Awaitable[tuple[int, bytes]]] | None = None):
        self._call = call
        self._download = download

    @property
    @override
    def read_timeout(self) -> float:
        return 20

    @override
    async def initialize(self) -> None:
        """Nothing to open."""

    @override
    async def shutdown(self) -> None:
        """Nothing to close."""

    @override
    async def exchange(
        self, url: str, method: str, parameters: Mapping[str, object], files: Files, read_timeout: float | None
    ) -> tuple[int, bytes]:
        try:
            return await self._within(url, {**parameters, **files})
        except Exception as error:
            delivered = getattr(error, "delivered", None)
            if delivered is None:
                raise
            cut = AmbiguousError if delivered else NotSentError
        raise cut("connection cut")

    async def _within(self, url: str, parameters: Mapping[str, object]) -> tuple[int, bytes]:
        address = _ADDRESS.search(unquote(url))  # PTB quotes the address of a file
        if address is None:
            raise NotSentError("no address of the Bot API")
        is_file, token, rest = address.groups()
        if is_file:
            return await self._download(token, rest) if self._download else (404, b'{"ok":false}')
        code, body, *_ = await self._call(token, rest, parameters)
        return code, body
