"""Receiving updates: confirmation by offset, one poll at a time, what expires, what is wanted."""

import asyncio

import aiohttp
import pytest
from telegram import Bot
from telegram.error import Conflict, InvalidToken

from emulator.server import Emulator
from tests.emulator.conftest import TOKEN, Clock


async def test_an_update_stays_until_a_higher_offset_confirms_it(bot: Bot, emulator: Emulator, fang: int) -> None:
    for text in ("one", "two", "three"):
        emulator.phone.send_text(fang, text)
    first = await bot.get_updates()
    again = await bot.get_updates(offset=0)
    assert [update.update_id for update in first] == [update.update_id for update in again]
    rest = await bot.get_updates(offset=first[0].update_id + 1)
    assert [update.message.text for update in rest if update.message] == ["two", "three"]
    assert await bot.get_updates(offset=first[-1].update_id + 1) == ()


async def test_a_negative_offset_forgets_all_but_the_last(bot: Bot, emulator: Emulator, fang: int) -> None:
    for text in ("one", "two", "three"):
        emulator.phone.send_text(fang, text)
    assert [update.message.text for update in await bot.get_updates(offset=-1) if update.message] == ["three"]
    assert len(await bot.get_updates()) == 1


async def test_a_batch_is_no_longer_than_its_limit(bot: Bot, emulator: Emulator, fang: int) -> None:
    for number in range(5):
        emulator.phone.send_text(fang, str(number))
    assert len(await bot.get_updates(limit=2)) == 2


async def test_a_long_poll_returns_as_soon_as_something_arrives(bot: Bot, emulator: Emulator, fang: int) -> None:
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        poll = group.create_task(bot.get_updates(timeout=30))
        while not emulator.world.updates.polled:  # noqa: ASYNC110
            await asyncio.sleep(0)
        emulator.phone.send_text(fang, "hello")
    assert len(poll.result()) == 1


async def test_the_older_of_two_long_polls_is_told_of_the_conflict(emulator: Emulator, fang: int) -> None:
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        older = group.create_task(emulator.call(TOKEN, "getUpdates", {"timeout": 30}))
        await asyncio.sleep(0)
        newer = group.create_task(emulator.call(TOKEN, "getUpdates", {"timeout": 30}))
        await asyncio.sleep(0)
        emulator.phone.send_text(fang, "hello")
    status, body, _ = older.result()
    assert status == 409
    assert b"terminated by other getUpdates request; make sure that only one bot instance is running" in body
    assert newer.result()[0] == 200


async def test_getting_updates_is_refused_while_a_webhook_is_set(bot: Bot, emulator: Emulator) -> None:
    await bot.set_webhook("https://bot.invalid/hook")
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_a_tap_expires_after_150_seconds_and_a_text_after_a_day(
    bot: Bot, emulator: Emulator, clock: Clock, fang: int
) -> None:
    await emulator.call(TOKEN, "sendMessage", _asking(fang))
    emulator.phone.tap(fang, label="Taken")
    emulator.phone.send_text(fang, "Taken")
    clock.move(seconds=149)
    assert len(await bot.get_updates()) == 2
    clock.move(seconds=1)
    left = await bot.get_updates()
    assert [update.message.text for update in left if update.message] == ["Taken"]
    clock.move(hours=24)
    assert await bot.get_updates() == ()


async def test_unwanted_kinds_are_never_queued_and_the_choice_sticks(bot: Bot, emulator: Emulator, fang: int) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    emulator.phone.send_text(fang, "unheard")
    assert await bot.get_updates() == ()


async def test_blocking_and_unblocking_reach_the_bot(bot: Bot, emulator: Emulator, fang: int) -> None:
    emulator.phone.block(fang)
    emulator.phone.unblock(fang)
    updates = await bot.get_updates()
    assert [u.my_chat_member.new_chat_member.status for u in updates if u.my_chat_member] == ["kicked", "member"]


async def test_a_command_carries_its_entity_in_utf16_units(bot: Bot, emulator: Emulator, fang: int) -> None:
    emulator.phone.send_text(fang, "💊 /today")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.parse_entities(["bot_command"]) == {update.message.entities[0]: "/today"}
    assert update.message.entities[0].offset == 3


async def test_another_token_is_unauthorized_and_an_unknown_method_not_found(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/bot2:OTHER/getMe") as reply:
            assert (reply.status, (await reply.json())["description"]) == (401, "Unauthorized")
        async with session.get(f"{url}/bot{TOKEN}/makeTea") as reply:
            assert (reply.status, (await reply.json())["description"]) == (404, "Not Found: method not found")
    with pytest.raises(InvalidToken):
        async with Bot("2:OTHER", base_url=f"{url}/bot"):
            pass


async def test_parameters_arrive_by_query_form_json_and_multipart(url: str, emulator: Emulator, fang: int) -> None:
    told = {"chat_id": str(fang), "text": "hi"}
    address = f"{url}/bot{TOKEN}/SENDMESSAGE"
    async with aiohttp.ClientSession() as session:
        for content in ({"params": told}, {"data": told}, {"json": told}, {"data": aiohttp.FormData(told)}):
            async with session.post(address, **content) as reply:
                assert reply.status == 200
        async with session.get(address, params=told) as reply:
            assert reply.status == 200
    assert [message.text for message in emulator.phone.messages(fang)][1:] == ["hi"] * 5


async def test_parameters_nobody_reads_are_reported(emulator: Emulator, fang: int) -> None:
    await emulator.call(TOKEN, "sendMessage", {"chat_id": fang, "text": "hi", "colour": "red"})
    assert emulator.unknown_parameters == {("sendMessage", "colour")}


async def test_a_malformed_update_can_be_injected(emulator: Emulator) -> None:
    number = emulator.phone.raw_update({"callback_query": {"id": "1"}})
    _, body, _ = await emulator.call(TOKEN, "getUpdates", {})
    assert body == b'{"ok":true,"result":[{"update_id":%d,"callback_query":{"id":"1"}}]}' % number


def _asking(user: int) -> dict[str, object]:
    keyboard = {"inline_keyboard": [[{"text": "Taken", "callback_data": "t:1"}]]}
    return {"chat_id": user, "text": "Time for your dose", "reply_markup": keyboard}
