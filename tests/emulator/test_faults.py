"""Faults: each arrives at a real client as the failure it imitates."""

import asyncio

import aiohttp
import httpx
import pytest
from telegram import Bot
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut

from emulator.refusals import ConnectionCut
from emulator.server import Emulator
from tests.emulator.conftest import TOKEN


def texts(emulator: Emulator, user: int) -> list[str]:
    return [message.text for message in emulator.phone.messages(user) if message.from_bot]


@pytest.mark.parametrize(("kind", "left"), [("deliver_then_drop", ["x"]), ("drop_before_accept", [])])
async def test_a_cut_connection_is_really_cut(
    bot: Bot, emulator: Emulator, fang: int, kind: str, left: list[str]
) -> None:
    emulator.faults.add(kind=kind, method="sendMessage")
    with pytest.raises(NetworkError) as cut:
        await bot.send_message(fang, "x")
    assert isinstance(cut.value.__cause__, httpx.RemoteProtocolError)
    assert texts(emulator, fang) == left


async def test_another_client_sees_the_disconnect_too(url: str, emulator: Emulator, fang: int) -> None:
    emulator.faults.add(kind="deliver_then_drop")
    async with aiohttp.ClientSession() as session:
        with pytest.raises((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
            await session.post(f"{url}/bot{TOKEN}/sendMessage", json={"chat_id": fang, "text": "x"})


@pytest.mark.parametrize(("kind", "delivered"), [("deliver_then_drop", True), ("drop_before_accept", False)])
async def test_in_process_a_cut_says_whether_it_was_delivered(
    emulator: Emulator, fang: int, kind: str, delivered: bool
) -> None:
    emulator.faults.add(kind=kind)
    with pytest.raises(ConnectionCut) as cut:
        await emulator.call(TOKEN, "sendMessage", {"chat_id": fang, "text": "x"})
    assert cut.value.delivered is delivered
    assert emulator.phone.calls[-1].status == 0


async def test_a_late_answer_times_out_although_the_message_arrived(bot: Bot, emulator: Emulator, fang: int) -> None:
    emulator.faults.add(kind="deliver_then_late", seconds=0.6)
    with pytest.raises(TimedOut):
        await bot.send_message(fang, "x", read_timeout=0.1)
    assert texts(emulator, fang) == ["x"]


async def test_unreadable_answers_leave_the_client_in_doubt(bot: Bot, emulator: Emulator, fang: int) -> None:
    emulator.faults.add(kind="not_json", takes_effect=True)
    with pytest.raises(TelegramError, match="Invalid server response"):
        await bot.send_message(fang, "x")
    emulator.faults.add(kind="html_502")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(fang, "y")
    assert texts(emulator, fang) == ["x"]


async def test_a_fault_hits_only_its_method_its_chat_and_its_times(bot: Bot, emulator: Emulator, fang: int) -> None:
    emma = emulator.phone.create_user("en", "Emma")
    emulator.phone.start(emma)
    emulator.faults.add(kind="status", method="sendMessage", chat_id=fang, retry_after=3, times=2)
    await bot.send_message(emma, "x")
    await bot.send_chat_action(fang, "typing")
    for _ in range(2):
        with pytest.raises(RetryAfter):
            await bot.send_message(fang, "x")
    await bot.send_message(fang, "x")
    assert emulator.faults.pending() == []


async def test_updates_can_come_twice_and_out_of_order(emulator: Emulator, bot: Bot, fang: int) -> None:
    for text in ("one", "two"):
        emulator.phone.send_text(fang, text)
    emulator.faults.add(kind="duplicate")
    emulator.faults.add(kind="reorder")
    seen = [[u.message.text for u in await bot.get_updates() if u.message] for _ in range(3)]
    assert seen == [["one", "one", "two", "two"], ["two", "one"], ["one", "two"]]


async def test_latency_delays_the_call_and_then_does_it(emulator: Emulator, fang: int) -> None:
    emulator.faults.add(kind="latency", seconds=0.05)
    started = asyncio.get_running_loop().time()
    assert (await emulator.call(TOKEN, "sendMessage", {"chat_id": fang, "text": "x"}))[0] == 200
    assert asyncio.get_running_loop().time() - started >= 0.05


async def test_an_unknown_fault_is_refused(emulator: Emulator) -> None:
    with pytest.raises(ValueError, match="gremlin"):
        emulator.faults.add(kind="gremlin")
