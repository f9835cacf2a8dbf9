"""The webhook: nothing is read without the secret, and 200 means kept."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from telegram import Bot

from bot.webhook import BODY_BYTES_MAX, SECRET_HEADER, delete_webhook, set_webhook, webhook_route
from emulator.server import Emulator
from tests.serving import serving

SECRET = "a-secret_of-16chars"
UPDATE = {"update_id": 7, "message": {"text": "吃了"}}


@pytest.fixture
def kept() -> list[Mapping[str, Any]]:
    return []


@pytest.fixture
def arrived() -> asyncio.Queue[Mapping[str, Any]]:
    return asyncio.Queue()


@pytest.fixture
async def door(
    kept: list[Mapping[str, Any]], arrived: asyncio.Queue[Mapping[str, Any]]
) -> AsyncIterator[httpx.AsyncClient]:
    async def keep(updates: Sequence[Mapping[str, Any]]) -> None:
        for update in updates:
            kept.append(update)
            await arrived.put(update)

    application = Starlette(routes=[webhook_route("/hook", SECRET, keep)])
    async with serving(application) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
        yield client


async def test_an_update_with_the_secret_is_kept(door: httpx.AsyncClient, kept: list[Mapping[str, Any]]) -> None:
    answer = await door.post("/hook", json=UPDATE, headers={SECRET_HEADER: SECRET})
    assert (answer.status_code, kept) == (200, [UPDATE])


@pytest.mark.parametrize("given", [None, "", SECRET[:-1], SECRET + "x", SECRET.upper(), "秘密"])
async def test_without_the_secret_nothing_is_read(
    door: httpx.AsyncClient,
    kept: list[Mapping[str, Any]],
    given: str | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    headers = {} if given is None else {SECRET_HEADER.encode(): given.encode()}
    body = b"\xff" * (BODY_BYTES_MAX + 1)  # read, it would be 413 or 400
    answer = await door.post("/hook", content=body, headers=headers)
    assert (answer.status_code, kept) == (403, [])
    assert SECRET not in caplog.text


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"{}", b'{"update_id":"7"}', b"[" * 100_000])
async def test_what_is_no_update_is_refused(
    door: httpx.AsyncClient, kept: list[Mapping[str, Any]], body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await door.post("/hook", content=body, headers={SECRET_HEADER: SECRET})
    assert (answer.status_code, kept) == (400, [])
    assert not [record for record in caplog.records if record.name.startswith("bot")]


async def test_a_body_has_an_end(door: httpx.AsyncClient, kept: list[Mapping[str, Any]]) -> None:
    body = json.dumps(UPDATE | {"x": "y" * BODY_BYTES_MAX}).encode()
    answer = await door.post("/hook", content=body, headers={SECRET_HEADER: SECRET})
    assert (answer.status_code, kept) == (413, [])


async def test_what_could_not_be_kept_is_not_acknowledged() -> None:
    async def keep(updates: Sequence[Mapping[str, Any]]) -> None:
        raise OSError

    application = Starlette(routes=[webhook_route("/hook", SECRET, keep)])
    async with serving(application) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
        assert (await client.post("/hook", json=UPDATE, headers={SECRET_HEADER: SECRET})).status_code == 500


async def test_only_posts_are_answered(door: httpx.AsyncClient) -> None:
    assert (await door.get("/hook", headers={SECRET_HEADER: SECRET})).status_code == 405


@pytest.mark.parametrize("secret", ["", "with space", "x" * 257, "秘密"])
def test_a_secret_telegram_would_refuse_is_refused_at_the_start(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        webhook_route("/hook", secret, None)  # type: ignore[arg-type]


async def test_telegram_posts_to_the_door_it_was_given(
    door: httpx.AsyncClient, arrived: asyncio.Queue[Mapping[str, Any]], bot: Bot, emulator: Emulator, fang: int
) -> None:
    emulator.phone.send_text(fang, "before")
    await set_webhook(bot, f"{door.base_url}/hook".replace("//hook", "/hook"), SECRET)
    emulator.phone.send_text(fang, "after")
    async with asyncio.timeout(5):
        for text in ("before", "after"):
            assert (await arrived.get())["message"]["text"] == text
    await delete_webhook(bot)
    assert emulator.world.hook.url == ""
    assert not emulator.unknown_parameters
