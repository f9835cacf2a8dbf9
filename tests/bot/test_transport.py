"""The transport: what surely did not leave, what may have arrived, proxies, and the way without a socket."""

import asyncio
import base64
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC
from typing import Any

import pytest
from telegram import Bot, InputFile
from telegram.error import BadRequest, InvalidToken

from bot.application import build_bot
from bot.failures import AmbiguousError, FloodError, NotSentError
from bot.transport import AiohttpRequest, CheckedRequest, InProcessRequest
from emulator.server import Emulator
from tests.bot.conftest import TOKEN
from tests.bot.test_courier import assert_no_token

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(talk: Talk) -> AsyncIterator[str]:
    """A server of bare bytes; the value is host and port."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0)
    async with server:
        yield "{}:{}".format(*server.sockets[0].getsockname())


def answering(status: str, body: bytes, headers: str = "") -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n{headers}\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    return talk


def bot_at(url: str, request: CheckedRequest) -> Bot:
    return build_bot(TOKEN, api_url=url, request=request, get_updates_request=request)


async def failure_at(url: str, **options: Any) -> BaseException:
    async with AiohttpRequest(**{"connect_timeout": 0.8, "read_timeout": 0.8} | options) as request:
        with pytest.raises(Exception) as caught:  # noqa: PT011  which one is the test's question
            await bot_at(url, request).send_message(1001, "x")
    return caught.value


async def test_a_refused_connection_was_not_sent(caplog: pytest.LogCaptureFixture) -> None:
    async with listening(answering("200 OK", b"")) as address:
        pass
    error = await failure_at(f"http://{address}")
    assert type(error) is NotSentError
    assert_no_token(error, caplog)


@pytest.mark.parametrize("proxy", ["http://{}", "socks5://{}", "socks5h://{}"])
async def test_a_proxy_that_is_gone_or_refuses_was_not_sent(proxy: str, caplog: pytest.LogCaptureFixture) -> None:
    async with listening(answering("403 Forbidden", b"no")) as address:
        url = proxy.format(address)
        refused = await failure_at("https://api.invalid", proxy_url=url)
        assert type(refused) is NotSentError
    gone = await failure_at("https://api.invalid", proxy_url=url)
    assert type(gone) is NotSentError
    assert_no_token(refused, caplog)
    assert_no_token(gone, caplog)


async def test_a_handshake_that_breaks_was_not_sent() -> None:
    async with listening(answering("400 Bad Request", b"plain text here")) as address:
        assert type(await failure_at(f"https://{address}")) is NotSentError


async def test_a_silent_proxy_was_not_sent() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(silent) as address:
        assert type(await failure_at("https://api.invalid", proxy_url=f"socks5://{address}")) is NotSentError
        assert type(await failure_at("https://api.invalid", proxy_url=f"http://{address}")) is NotSentError


async def test_a_full_pool_was_not_sent() -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with (
        listening(slow) as address,
        AiohttpRequest(connections=1, connect_timeout=0.8, read_timeout=1.6) as request,
    ):
        bot = bot_at(f"http://{address}", request)
        both = await asyncio.gather(*(bot.send_message(1001, "x") for _ in range(2)), return_exceptions=True)
    assert [type(error) for error in both] == [AmbiguousError, NotSentError]


AMBIGUOUS = {
    "silence": None,
    "closed at once": ("", b""),
    "an error of its own": ("500 x", b'{"ok":false,"error_code":500,"description":"x"}'),
    "gateway": ("502 Bad Gateway", b"<html>"),
    "not JSON": ("200 OK", b"hello"),
    "cut JSON": ("200 OK", b'{"ok":true,"result":{"message_id":'),
    "no result": ("200 OK", b'{"ok":true}'),
    "a list": ("200 OK", b"[]"),
    "not ok": ("200 OK", b'{"ok":false}'),
    "ok is no flag": ("200 OK", b'{"ok":1,"result":{}}'),
}


@pytest.mark.parametrize("answer", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
async def test_without_a_valid_answer_it_may_have_arrived(
    answer: tuple[str, bytes] | None, caplog: pytest.LogCaptureFixture
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer is None:
            await reader.read()
        elif answer[0]:
            await answering(*answer)(_again(), writer)

    async with listening(talk) as address:
        error = await failure_at(f"http://{address}")
    assert type(error) is AmbiguousError
    assert_no_token(error, caplog)
    assert "hello" not in caplog.text


def _again() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(b"\r\n\r\n")
    return reader


@pytest.mark.parametrize("status", ["403 Forbidden", "404 Not Found", "401 Unauthorized", "407 Proxy"])
async def test_a_gateways_own_page_is_no_word_of_telegram(status: str) -> None:
    async with listening(answering(status, b"<html>")) as address:
        assert type(await failure_at(f"http://{address}")) is NotSentError


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect"])
async def test_nothing_is_sent_to_where_a_gateway_points(status: str) -> None:
    async with listening(answering("200 OK", b'{"ok":true,"result":true}')) as elsewhere:
        to_it = f"location: http://{elsewhere}/\r\n"
        async with listening(answering(status, b"", to_it)) as address:
            assert type(await failure_at(f"http://{address}")) is NotSentError


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        ("400 x", b'{"ok":false,"description":"Bad Request: chat not found","parameters":[1]}', BadRequest),
        ("401 x", b'{"ok":false,"error_code":401,"description":"Unauthorized"}', InvalidToken),
        ("429 x", b'{"ok":false,"parameters":{"retry_after":1e999}}', FloodError),
        ("429 x", b"<html>", FloodError),
    ],
)
async def test_a_refusal_is_read_as_ptb_reads_it(status: str, body: bytes, expected: type[Exception]) -> None:
    async with listening(answering(status, body)) as address:
        assert type(await failure_at(f"http://{address}")) is expected


async def test_an_endless_answer_is_cut_off() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 1_000_000)
                await writer.drain()
        except ConnectionError:
            pass

    async with listening(endless) as address:
        assert type(await failure_at(f"http://{address}", read_timeout=5)) is AmbiguousError


async def test_the_proxy_of_the_environment_is_not_used(bot: Bot, fang: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert (await bot.send_message(fang, "x")).text == "x"


async def test_an_http_proxy_is_used_with_its_password() -> None:
    asked: list[str] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        await answering("200 OK", b'{"ok":true,"result":true}')(_again(), writer)

    async with listening(proxy) as address, AiohttpRequest(proxy_url=f"http://li:secret@{address}") as request:
        assert await bot_at("http://api.invalid", request).delete_webhook()
    assert asked[0].startswith(f"POST http://api.invalid/bot{TOKEN}/deleteWebhook ")
    assert base64.b64encode(b"li:secret").decode() in asked[0]


async def test_files_go_as_a_form(bot: Bot, emulator: Emulator, fang: int) -> None:
    sent = await bot.send_document(fang, InputFile(b"a,b", "doses.csv"), caption="x")
    assert sent.document is not None
    assert sent.document.file_name == "doses.csv"
    assert emulator.phone.messages(fang)[-1].document_name == "doses.csv"


async def test_an_odd_text_is_sent_or_refused_but_never_told(bot: Bot, fang: int) -> None:
    assert (await bot.send_message(fang, "没吃\ud83d\ude00")).text is not None


async def test_the_clock_of_the_other_side_is_known(bot: Bot, request_: AiohttpRequest, fang: int) -> None:
    before = request_.server_at
    await bot.send_message(fang, "x")
    after = request_.server_at
    assert before is None
    assert after is not None
    assert after.tzinfo is UTC


async def test_the_same_bot_works_without_a_socket(emulator: Emulator, fang: int) -> None:
    request = InProcessRequest(emulator.call, emulator.download)
    bot = build_bot(TOKEN, api_url=None, request=request, get_updates_request=request)
    sent = await bot.send_document(fang, InputFile(b"a,b", "doses.csv"))
    assert sent.document is not None
    got = await bot.get_file(sent.document.file_id)
    assert bytes(await got.download_as_bytearray()) == b"a,b"


@pytest.mark.parametrize(
    ("kind", "expected"), [("deliver_then_drop", AmbiguousError), ("drop_before_accept", NotSentError)]
)
async def test_a_cut_within_the_process_says_whether_it_arrived(
    emulator: Emulator, fang: int, kind: str, expected: type[Exception]
) -> None:
    request = InProcessRequest(emulator.call)
    emulator.faults.add(kind=kind)
    with pytest.raises(expected) as caught:
        await build_bot(TOKEN, api_url=None, request=request, get_updates_request=request).send_message(fang, "x")
    assert type(caught.value) is expected


async def test_a_bot_does_not_name_its_token(bot: Bot, fang: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with bot:
        await bot.send_message(fang, "没吃")
    assert "CANARY" not in repr(bot) + str(bot) + caplog.text
    assert "没吃" not in caplog.text
