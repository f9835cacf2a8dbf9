"""The application: one raw update in, one read value to the handler, and every failure out again."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.application import MalformedUpdateError, Read, build_application, build_bot, process
from bot.transport import AiohttpRequest
from bot.updates import Ignored, Incoming, Membership
from tests.bot.conftest import TOKEN
from tests.bot.test_updates import FANG, GROUP, membership, message, query


class NoRoomError(Exception):
    """The handler could not."""


@asynccontextmanager
async def running(heard: list[Read], failure: Exception | None = None) -> AsyncIterator[Any]:
    async def handle(read: Read) -> None:
        await asyncio.sleep(0)
        heard.append(read)
        if failure is not None:
            raise failure

    request = AiohttpRequest()
    application = build_application(
        build_bot(TOKEN, api_url="http://127.0.0.1:1", request=request, get_updates_request=request), handle
    )
    async with application:  # without a network
        yield application


KINDS: list[dict[str, Any]] = [
    {"message": message(text="吃了")},
    {"callback_query": query()},
    {"my_chat_member": membership("kicked")},
    {"edited_message": message(text="x")},
    {"message": message(text="x", chat=GROUP)},
    {"poll_answer": {"poll_id": "1", "user": FANG, "option_ids": [], "option_persistent_ids": []}},
    {"something_new": {}},
]


async def test_each_kind_of_update_reaches_the_handler_once() -> None:
    heard: list[Read] = []
    async with running(heard) as application:
        for number, content in enumerate(KINDS):
            await process(application, {"update_id": number, **content})
        assert not application.bot_data
    assert [type(read) for read in heard] == [Incoming, Incoming, Membership, Ignored, Ignored, Ignored, Ignored]
    assert [read.update_id for read in heard] == list(range(7))


async def test_what_the_handler_raises_comes_out() -> None:
    async with running([], NoRoomError()) as application:
        with pytest.raises(NoRoomError):
            await process(application, {"update_id": 1, "message": message(text="吃了")})
        assert not application.bot_data


async def test_what_reaches_no_handler_is_not_passed_over() -> None:
    async with running([]) as application:
        for handler in list(application.handlers[0]):
            application.remove_handler(handler)
        with pytest.raises(MalformedUpdateError, match="not dispatched"):
            await process(application, {"update_id": 1, "message": message(text="吃了")})


async def test_failures_of_updates_at_the_same_time_are_kept_apart() -> None:
    async def handle(read: Read) -> None:
        await asyncio.sleep(0)
        if read.update_id % 2:
            raise NoRoomError(read.update_id)

    request = AiohttpRequest()
    bot = build_bot(TOKEN, api_url=None, request=request, get_updates_request=request)
    async with build_application(bot, handle) as application:
        found = await asyncio.gather(
            *(process(application, {"update_id": number, "message": message(text="x")}) for number in range(4)),
            return_exceptions=True,
        )
    assert [str(error) for error in found] == ["None", "1", "None", "3"]


@pytest.mark.parametrize(
    "content",
    [
        {"callback_query": {"id": "1", "from": FANG, "data": "x"}},
        {"message": message(text="x", date="yesterday")},
        {"message": message(text="x", date=10**18)},
        {"message": message(text=["x"])},
        {"message": "吃了"},
        {"message": message(text="x", chat=[1])},
        {"my_chat_member": {"chat": {}}},
    ],
)
async def test_a_malformed_update_is_called_so_and_not_quoted(
    content: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    heard: list[Read] = []
    async with running(heard) as application:
        with pytest.raises(MalformedUpdateError) as caught:
            await process(application, {"update_id": 1, **content})
        logging.getLogger("bot").error("set aside", exc_info=caught.value)
        assert not application.bot_data
    assert not heard
    assert "set aside" in caplog.text
    assert "yesterday" not in caplog.text
    assert "吃了" not in caplog.text


SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ["message_id", "date", "chat", "from", "text", "photo", "voice", "forward_origin", "entities", "caption"]


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["message", "callback_query", "my_chat_member", "edited_message"]),
    st.dictionaries(st.sampled_from([*FIELDS, "data", "message", "id", "new_chat_member"]), SHAPES, max_size=3),
    st.sampled_from(FIELDS),
)
def test_no_shape_of_an_update_does_more_than_be_set_aside(kind: str, odd: dict[str, Any], missing: str) -> None:
    whole = {"message": message(text="x"), "callback_query": query(), "my_chat_member": membership("member")}
    content = whole.get(kind, message(text="x")) | odd
    content.pop(missing, None)

    async def story() -> list[Read]:
        heard: list[Read] = []
        async with running(heard) as application:
            try:
                await process(application, {"update_id": 1, kind: content})
            except MalformedUpdateError:
                return []
        return heard

    assert len(asyncio.run(story())) <= 1
