"""The phones over HTTP: other sites are refused, bodies are bounded, everything can be driven from another process."""

import io
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from emulator.server import Emulator


@pytest.fixture
async def session(url: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(base_url=url) as made:
        yield made


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.test"}]
)
async def test_another_site_changes_nothing(session: aiohttp.ClientSession, fang: int, headers: dict[str, str]) -> None:
    for path in (f"/phone/users/{fang}/text", "/phone/users", "/phone/clock", "/phone/faults", "/phone/update"):
        async with session.post(path, json={"text": "x"}, headers=headers) as reply:
            assert reply.status == 403


async def test_only_bounded_json_objects_are_read(session: aiohttp.ClientSession, fang: int) -> None:
    path = f"/phone/users/{fang}/text"
    as_json = {"Content-Type": "application/json"}
    async with session.post(path, data={"text": "x"}) as reply:
        assert reply.status == 415
    async with session.post(path, data=b"{", headers=as_json) as reply:
        assert reply.status == 400
    async with session.post(path, data=b"[]", headers=as_json) as reply:
        assert reply.status == 400
    async with session.post(path, data=io.BytesIO(b" " * (9 * 1024 * 1024)), headers=as_json) as reply:
        assert reply.status == 413


async def test_the_page_has_a_strict_policy_and_no_inline_code(session: aiohttp.ClientSession) -> None:
    async with session.get("/phone") as reply:
        assert reply.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        page = await reply.text()
    assert "style=" not in page
    assert "onclick" not in page
    async with session.get("/phone/static/..%2Fserver.py") as reply:
        assert reply.status == 404


async def test_a_phone_can_be_driven_from_another_process(session: aiohttp.ClientSession, emulator: Emulator) -> None:
    async with session.post("/phone/users", json={"language_code": "en", "first_name": "Emma"}) as reply:
        user = (await reply.json())["id"]
    for action, given in (("start", {"payload": "p"}), ("text", {"text": "hi"}), ("block", {}), ("unblock", {})):
        async with session.post(f"/phone/users/{user}/{action}", json=given) as reply:
            assert reply.status == 200
    async with session.get(f"/phone/users/{user}") as reply:
        look = await reply.json()
    assert [message["text"] for message in look["messages"]] == ["/start p", "hi"]
    async with session.post(f"/phone/users/{user}/tap", json={"label": "none"}) as reply:
        assert (reply.status, await reply.text()) == (409, "no such button: none")
    async with session.post("/phone/faults", json={"kind": "status", "code": 500}) as reply:
        assert reply.status == 200
    async with session.delete("/phone/faults", json={}) as reply:
        assert reply.status == 200
    assert emulator.faults.pending() == []


async def test_events_are_replayed_after_the_last_one_seen(
    session: aiohttp.ClientSession, emulator: Emulator, fang: int
) -> None:
    seen = emulator.world.events.last_id
    emulator.phone.send_text(fang, "missed")
    async with session.get("/phone/events", headers={"Last-Event-ID": str(seen)}) as reply:
        beat = await reply.content.readuntil(b"\n\n")
        missed = await reply.content.readuntil(b"\n\n")
    assert beat.startswith(b"event: beat")
    number, data = missed.decode().strip().split("\n")
    assert number == f"id: {seen + 1}"
    assert json.loads(data.removeprefix("data: "))["data"]["text"] == "missed"


async def test_without_a_clock_there_is_nothing_to_move(session: aiohttp.ClientSession) -> None:
    async with session.post("/phone/clock", json={"seconds": 60}) as reply:
        assert reply.status == 404
