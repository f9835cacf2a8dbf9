"""Polling: kept before confirmed, and no failure ends it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from bot.application import MalformedUpdateError, build_application, build_bot, process
from bot.receiving import BATCH_MAX, Poller, PollFailure
from bot.transport import AiohttpRequest, InProcessRequest
from bot.updates import Incoming
from emulator.server import Emulator
from protocol.taps import Typed
from tests.bot.conftest import TOKEN


class PowerCutError(Exception):
    """The machine went dark before the commit."""


class Inbox:
    """Rows by update_id, as a table would keep them."""

    def __init__(self) -> None:
        self.rows: dict[int, Mapping[str, Any]] = {}
        self.dark = False

    async def keep(self, updates: Sequence[Mapping[str, Any]]) -> None:
        await asyncio.sleep(0)
        if self.dark:
            raise PowerCutError
        for update in updates:
            self.rows.setdefault(update["update_id"], update)

    async def offset(self) -> int | None:
        return max(self.rows) + 1 if self.rows else None

    def texts(self) -> list[str]:
        return [row["message"]["text"] for row in self.rows.values()]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def poller(request_: AiohttpRequest, url: str, inbox: Inbox) -> Poller:
    return Poller(request_, TOKEN, url, inbox.keep, inbox.offset)


@pytest.fixture
async def elsewhere() -> AsyncIterator[AiohttpRequest]:
    async with AiohttpRequest() as made:
        yield made


def offsets(emulator: Emulator) -> list[object]:
    return [call.params.get("offset") for call in emulator.phone.calls if call.method == "getUpdates"]


async def test_what_was_said_is_kept_and_then_confirmed(
    poller: Poller, inbox: Inbox, emulator: Emulator, fang: int
) -> None:
    for text in ("吃了", "没吃"):
        emulator.phone.send_text(fang, text)
    assert (await poller.poll(timeout=0)).kept == 2
    assert len(emulator.world.updates.pending()) == 2  # not confirmed yet
    assert (await poller.poll(timeout=0)).kept == 0
    assert not emulator.world.updates.pending()
    assert inbox.texts() == ["吃了", "没吃"]
    assert offsets(emulator) == [None, max(inbox.rows) + 1]
    assert not emulator.unknown_parameters


async def test_nothing_is_confirmed_that_was_not_committed(
    poller: Poller, inbox: Inbox, emulator: Emulator, fang: int
) -> None:
    emulator.phone.send_text(fang, "吃了")
    inbox.dark = True
    for _ in range(2):
        with pytest.raises(PowerCutError):
            await poller.poll(timeout=0)
    inbox.dark = False
    assert (await poller.poll(timeout=0)).kept == 1
    assert inbox.texts() == ["吃了"]


async def test_an_answer_that_is_lost_comes_again(poller: Poller, inbox: Inbox, emulator: Emulator, fang: int) -> None:
    emulator.phone.send_text(fang, "吃了")
    emulator.faults.add(kind="deliver_then_drop", method="getUpdates")
    assert (await poller.poll(timeout=0)).failure is PollFailure.UNREACHABLE
    assert (await poller.poll(timeout=0)).kept == 1
    assert inbox.texts() == ["吃了"]


async def test_a_long_poll_waits_for_the_first_word(
    poller: Poller, inbox: Inbox, emulator: Emulator, fang: int
) -> None:
    asyncio.get_running_loop().call_later(1.2, emulator.phone.send_text, fang, "吃了")  # past the usual read time-out
    assert (await poller.poll(timeout=20)).kept == 1


async def test_a_full_batch_says_that_more_is_waiting(poller: Poller, emulator: Emulator, fang: int) -> None:
    for number in range(BATCH_MAX + 1):
        emulator.phone.send_text(fang, str(number))
    assert [(await poller.poll(timeout=0)).full for _ in range(2)] == [True, False]


FAILURES = [
    ({"kind": "status", "code": 401, "description": "Unauthorized"}, PollFailure.TOKEN, None),
    ({"kind": "status", "code": 404, "description": "Not Found"}, PollFailure.TOKEN, None),
    ({"kind": "status", "code": 409, "description": "Conflict: terminated"}, PollFailure.CONFLICT, None),
    ({"kind": "status", "code": 400, "description": "Bad Request"}, PollFailure.REFUSED, None),
    ({"kind": "status", "code": 429, "retry_after": 7}, PollFailure.FLOOD, timedelta(seconds=7)),
    ({"kind": "status", "code": 500}, PollFailure.UNREACHABLE, None),
    ({"kind": "html_502"}, PollFailure.UNREACHABLE, None),
    ({"kind": "not_json"}, PollFailure.UNREACHABLE, None),
]


@pytest.mark.parametrize(("fault", "failure", "retry_after"), FAILURES, ids=lambda row: str(row)[:50])
async def test_no_failure_ends_polling(
    poller: Poller,
    emulator: Emulator,
    fang: int,
    fault: dict[str, Any],
    failure: PollFailure,
    retry_after: timedelta | None,
) -> None:
    emulator.phone.send_text(fang, "吃了")
    emulator.faults.add(method="getUpdates", **fault)
    found = await poller.poll(timeout=0)
    assert (found.failure, found.retry_after, found.kept) == (failure, retry_after, 0)
    assert found.conflict == (failure is PollFailure.CONFLICT)
    assert found.reason
    assert "CANARY" not in repr(found)
    assert (await poller.poll(timeout=0)).kept == 1


async def test_a_webhook_that_is_set_is_a_conflict(poller: Poller, emulator: Emulator) -> None:
    emulator.world.hook.set("http://127.0.0.1:1/", "")
    assert (await poller.poll(timeout=0)).conflict


@pytest.mark.parametrize("body", [b'{"ok":true,"result":{}}', b'{"ok":true,"result":[', b'{"ok":true}'])
async def test_what_is_no_batch_is_no_answer(inbox: Inbox, body: bytes) -> None:
    async def call(token: str, method: str, params: Mapping[str, object]) -> tuple[int, bytes]:
        return 200, body

    found = await Poller(InProcessRequest(call), TOKEN, None, inbox.keep, inbox.offset).poll(timeout=0)
    assert found.failure is PollFailure.UNREACHABLE


async def test_an_update_without_a_number_does_not_hold_up_the_others(inbox: Inbox) -> None:
    batch = [{"message": {}}, 5, None, {"update_id": "7"}, {"update_id": True}, {"update_id": 8}]

    async def call(token: str, method: str, params: Mapping[str, object]) -> tuple[int, bytes]:
        return 200, json.dumps({"ok": True, "result": batch}).encode()

    found = await Poller(InProcessRequest(call), TOKEN, None, inbox.keep, inbox.offset).poll(timeout=0)
    assert (found.kept, list(inbox.rows)) == (1, [8])


async def test_a_malformed_update_is_set_aside_and_its_neighbours_are_heard(
    poller: Poller, inbox: Inbox, emulator: Emulator, request_: AiohttpRequest, url: str, fang: int
) -> None:
    heard: list[object] = []

    async def handle(read: object) -> None:
        heard.append(read)

    emulator.phone.send_text(fang, "吃了")
    emulator.phone.raw_update({"callback_query": {"id": "1", "from": {"id": 1}, "data": "x"}})
    emulator.phone.send_text(fang, "没吃")
    assert (await poller.poll(timeout=0)).kept == 3
    bot = build_bot(TOKEN, api_url=url, request=request_, get_updates_request=request_)
    application = build_application(bot, handle)
    await application.initialize()
    aside = []
    for raw in inbox.rows.values():
        try:
            await process(application, raw)
        except MalformedUpdateError:
            aside.append(raw)
    assert [read.intent for read in heard if isinstance(read, Incoming)] == [Typed("吃了"), Typed("没吃")]
    assert len(aside) == 1
