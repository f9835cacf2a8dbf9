"""The alarm: a red report is answered when it arrives, whatever the store does, and nobody else is written to."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from telegram import Bot

from bot.alarm import Alarm
from bot.callback_data import encode
from bot.courier import TelegramCourier
from bot.known_chats import KnownChats
from bot.limiter import Limiter
from bot.receiving import Poller
from bot.red_reports import red_reports
from bot.transport import AiohttpRequest
from bot.webhook import SECRET_HEADER, webhook_route
from emulator.server import Emulator
from messages.courier import Button, Wording
from messages.emergency import modal
from messages.typed_answers import read_typed
from models.protocol_file import load_trial
from models.session import Store
from models.vault import Keys, Vault
from protocol.screens import Reader
from protocol.taps import Tap, Verb
from protocol.terms import Lane, Language
from protocol.trial import Trial
from tests.bot.conftest import TOKEN
from tests.postgres import fresh_store_url
from tests.serving import serving

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
UNWELL = Tap(Verb.UNWELL)
RED = Tap(Verb.SYMPTOM_ANSWER, "01KB000000000000000000000A", "danger_breath:chest_pain")
LIGHT = Tap(Verb.SYMPTOM_ANSWER, "01KB000000000000000000000A", "cough:light")


@dataclass
class HeldStore:
    """Keeps updates once it is let go: its commit waits, or fails."""

    kept: list[int] = field(default_factory=list)
    may_commit: asyncio.Event = field(default_factory=asyncio.Event)
    fails: int = 0

    async def keep(self, updates: Sequence[Mapping[str, Any]]) -> None:
        await self.may_commit.wait()
        if self.fails:
            self.fails -= 1
            raise OSError("the disk is full")
        self.kept += [update["update_id"] for update in updates]

    async def offset(self) -> int | None:
        return max(self.kept) + 1 if self.kept else None


@pytest.fixture(scope="module")
def trial() -> Trial:
    return load_trial(None)


@pytest.fixture
async def known(tmp_path: Path, fang: int) -> AsyncIterator[KnownChats]:
    """Fang is a participant; everybody else is looked up in a store that knows nobody."""
    url = await fresh_store_url("sqlite", tmp_path)
    vault = Vault(Keys({"k1": b"1" * 32}, b"2" * 32), lambda size: b"3" * size)
    store = Store(url, vault=vault, new_id=lambda: "x", random_bytes=lambda size: b"3" * size)
    found = KnownChats(store)
    found.remember(fang, Reader(Language.ZH, "Asia/Shanghai", "研究团队", "010-69150000"))
    yield found
    await store.close()


@pytest.fixture
def limiter() -> Limiter:
    return Limiter()


@pytest.fixture
async def alarm(bot: Bot, limiter: Limiter, known: KnownChats, trial: Trial) -> AsyncIterator[Alarm]:
    courier = TelegramCourier(bot, limiter)
    is_red = red_reports(trial, read_typed)
    made = Alarm(
        bot,
        courier,
        known,
        is_red,
        lambda reader: Wording(trial.texts.emergency[reader.language]),
        lambda reader: modal(reader.language, trial),
        courier.is_held,
    )
    yield made
    await made.close()


@pytest.fixture
def store() -> HeldStore:
    return HeldStore()


@pytest.fixture
def poller(request_: AiohttpRequest, url: str, store: HeldStore, alarm: Alarm) -> Poller:
    return Poller(request_, TOKEN, url, alarm.before(store.keep), store.offset)


async def shown(emulator: Emulator, user: int, trial: Trial, times: int = 1) -> None:
    """Waits until the approved text stands so often in this chat. Raises TimeoutError."""
    text = trial.texts.emergency[Language.ZH].strip()
    await emulator.phone.until(user, lambda seen: [message.text for message in seen].count(text) >= times)
    assert told(emulator, user, trial) == times


def told(emulator: Emulator, user: int, trial: Trial) -> int:
    text = trial.texts.emergency[Language.ZH].strip()
    return [message.text for message in emulator.phone.messages(user)].count(text)


async def until(done: Callable[[], object], seconds: float = 3) -> None:
    """Waits for what the other side does. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not done():  # noqa: ASYNC110  the emulator tells of messages alone
            await asyncio.sleep(0.01)


async def buttons(bot: Bot, fang: int) -> None:
    wording = Wording("?", ((Button("我不舒服", UNWELL),), (Button("胸痛", RED),), (Button("轻", LIGHT),)))
    await TelegramCourier(bot, Limiter(per_second=None)).send(str(fang), wording, lane=Lane.REPLY)


def presses(emulator: Emulator, fang: int, tap: Tap) -> str:
    return emulator.phone.tap(fang, data=encode(tap))


SAYINGS = ["我不舒服", "我喘不上气", "发烧38.5度", "39", "/symptom", "/help 胸痛"]


@pytest.mark.parametrize("said", SAYINGS)
async def test_red_words_are_answered_while_the_commit_still_waits(
    said: str, poller: Poller, store: HeldStore, emulator: Emulator, fang: int, trial: Trial
) -> None:
    emulator.phone.send_text(fang, said)
    polling = asyncio.ensure_future(poller.poll(timeout=0))
    await shown(emulator, fang, trial)
    assert not store.kept
    assert not polling.done()
    store.may_commit.set()
    await polling
    assert len(store.kept) == 1


async def test_so_are_a_red_button_and_a_caption(
    poller: Poller, store: HeldStore, emulator: Emulator, fang: int, trial: Trial, bot: Bot, alarm: Alarm
) -> None:
    await buttons(bot, fang)
    sayings: tuple[Callable[[], object], ...] = (
        lambda: presses(emulator, fang, UNWELL),
        lambda: presses(emulator, fang, RED),
        lambda: emulator.phone.send_photo(fang, PNG, "胸口疼"),
    )
    for times, say in enumerate(sayings, start=1):
        say()
        polling = asyncio.ensure_future(poller.poll(timeout=0))
        await shown(emulator, fang, trial, times)
        assert not polling.done()
        store.may_commit.set()
        await polling
        assert await alarm.has_shown(store.kept[-1])
        store.may_commit.clear()
    assert [(toast.text, toast.alert) for toast in emulator.phone.toasts(fang)] == []  # the text itself was the answer
    assert len([call for call in emulator.phone.calls if call.method == "answerCallbackQuery"]) == 2


@pytest.fixture
async def hook(alarm: Alarm, store: HeldStore) -> AsyncIterator[httpx.AsyncClient]:
    application = Starlette(routes=[webhook_route("/hook", "a-secret_of-16chars", alarm.before(store.keep))])
    async with serving(application) as base, httpx.AsyncClient(base_url=base, trust_env=False) as client:
        yield client


async def test_by_webhook_too(
    hook: httpx.AsyncClient, store: HeldStore, emulator: Emulator, fang: int, trial: Trial
) -> None:
    emulator.phone.send_text(fang, "胸痛")
    (update,) = emulator.world.updates.pending()
    headers = {SECRET_HEADER: "a-secret_of-16chars"}
    posting = asyncio.ensure_future(hook.post("/hook", json=update.body, headers=headers))
    await shown(emulator, fang, trial)
    assert not posting.done()
    store.may_commit.set()
    assert (await posting).status_code == 200
    assert len(store.kept) == 1


@pytest.mark.parametrize(
    "said", ["吃了", "今天有点累", "没有胸痛", "我有点发烧", "打电话", "/today", "体温36.5度", "37", "8", "20", "45"]
)
async def test_what_is_not_red_is_left_to_the_usual_way(
    said: str, poller: Poller, store: HeldStore, emulator: Emulator, fang: int, trial: Trial
) -> None:
    store.may_commit.set()
    emulator.phone.send_text(fang, said)
    await poller.poll(timeout=0)
    emulator.phone.send_text(fang, "胸痛")  # what comes after it is seen: the alarm was awake
    await poller.poll(timeout=0)
    await shown(emulator, fang, trial)


async def test_a_button_that_is_not_red_is_left_to_the_usual_way(
    poller: Poller, store: HeldStore, emulator: Emulator, fang: int, bot: Bot, alarm: Alarm
) -> None:
    await buttons(bot, fang)
    store.may_commit.set()
    presses(emulator, fang, LIGHT)
    await poller.poll(timeout=0)
    assert not alarm.answers(store.kept[0])


async def test_one_that_is_delivered_again_is_answered_once(
    poller: Poller, store: HeldStore, emulator: Emulator, fang: int, trial: Trial, alarm: Alarm
) -> None:
    emulator.phone.send_text(fang, "胸痛")
    store.may_commit.set()
    store.fails = 3
    for _ in range(3):
        with pytest.raises(OSError, match="full"):
            await poller.poll(timeout=0)
    await poller.poll(timeout=0)
    assert await alarm.has_shown(store.kept[0])
    assert told(emulator, fang, trial) == 1
    emulator.phone.send_text(fang, "胸痛")  # said anew, it is answered again
    await poller.poll(timeout=0)
    await shown(emulator, fang, trial, 2)


async def test_one_that_could_not_be_answered_is_tried_again_when_it_comes_again(
    poller: Poller, store: HeldStore, emulator: Emulator, fang: int, trial: Trial, alarm: Alarm
) -> None:
    emulator.phone.send_text(fang, "胸痛")
    emulator.faults.add(kind="drop_before_accept", method="sendMessage")
    store.may_commit.set()
    store.fails = 1
    with pytest.raises(OSError, match="full"):
        await poller.poll(timeout=0)
    number = emulator.world.updates.pending()[0].id
    assert not await alarm.has_shown(number)
    assert not alarm.answers(number)
    await poller.poll(timeout=0)
    await shown(emulator, fang, trial)


async def test_a_stranger_and_a_group_get_nothing(
    poller: Poller, store: HeldStore, emulator: Emulator, fang: int, trial: Trial
) -> None:
    stranger = emulator.phone.create_user("zh-hans", "Wei", tz="Asia/Shanghai")
    emulator.phone.start(stranger)
    emulator.phone.add_to_group(fang)
    emulator.phone.group_message(fang, "胸痛")
    emulator.phone.send_text(stranger, "胸痛")
    emulator.phone.send_text(fang, "胸痛")
    store.may_commit.set()
    await poller.poll(timeout=0)
    await shown(emulator, fang, trial)
    sent = [call.params["chat_id"] for call in emulator.phone.calls if call.method == "sendMessage"]
    assert {str(chat) for chat in sent} == {str(fang)}


async def test_while_telegram_asks_for_a_pause_a_tap_is_answered_by_a_modal(
    poller: Poller, emulator: Emulator, fang: int, trial: Trial, bot: Bot, limiter: Limiter, store: HeldStore
) -> None:
    await buttons(bot, fang)
    limiter.pause(1.2)
    presses(emulator, fang, UNWELL)
    polling = asyncio.ensure_future(poller.poll(timeout=0))
    await until(lambda: emulator.phone.toasts(fang), 1)
    (toast,) = emulator.phone.toasts(fang)
    assert (toast.alert, toast.text) == (True, modal(Language.ZH, trial))
    assert told(emulator, fang, trial) == 0
    await shown(emulator, fang, trial)  # and the text follows when it may
    store.may_commit.set()
    await polling


async def test_a_refusal_for_a_while_is_answered_by_a_modal_and_the_text_follows(
    poller: Poller, emulator: Emulator, fang: int, trial: Trial, bot: Bot, store: HeldStore
) -> None:
    await buttons(bot, fang)
    emulator.faults.add(kind="status", method="sendMessage", retry_after=2)
    presses(emulator, fang, RED)
    store.may_commit.set()
    await poller.poll(timeout=0)
    await shown(emulator, fang, trial)
    assert [toast.alert for toast in emulator.phone.toasts(fang)] == [True]


async def test_a_modal_is_short_and_says_nothing_that_is_not_approved(trial: Trial) -> None:
    for language in Language:
        text = modal(language, trial)
        assert 0 < len(text) <= 200
        assert trial.texts.emergency[language].strip().startswith(text)
        assert "120" in text


async def test_many_red_words_while_it_is_held_make_one_text(
    poller: Poller, store: HeldStore, emulator: Emulator, fang: int, trial: Trial, limiter: Limiter, alarm: Alarm
) -> None:
    limiter.pause(0.5)
    for _ in range(20):
        emulator.phone.send_text(fang, "胸痛")
    store.may_commit.set()
    await poller.poll(timeout=0)
    assert all([await alarm.has_shown(number) for number in store.kept])
    assert told(emulator, fang, trial) == 1


async def test_while_the_store_is_away_what_waits_is_looked_at_and_not_confirmed(
    poller: Poller, store: HeldStore, emulator: Emulator, fang: int, trial: Trial, alarm: Alarm
) -> None:
    store.may_commit.set()
    await poller.poll(timeout=0)
    store.may_commit.clear()
    asked = len(emulator.phone.calls)
    emulator.phone.send_text(fang, "吃了")
    polling = asyncio.ensure_future(poller.poll(timeout=0))
    await until(lambda: len(emulator.phone.calls) == asked + 1)  # it has come, and waits to be kept
    emulator.phone.send_text(fang, "胸痛")
    await glances(poller, alarm)
    await shown(emulator, fang, trial)
    await glances(poller, alarm)
    assert len(emulator.world.updates.pending()) == 2  # neither is confirmed
    assert not store.kept
    store.may_commit.set()
    await polling
    await poller.poll(timeout=0)
    assert len(store.kept) == 2
    assert told(emulator, fang, trial) == 1


async def glances(poller: Poller, alarm: Alarm) -> None:
    """One look beside a poll that waits for the store. Raises TimeoutError."""
    async with asyncio.timeout(3):
        while not await poller.glance(alarm.look):  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # it gives a poll the time that one takes


async def test_a_glance_does_nothing_while_a_poll_is_on(
    poller: Poller, emulator: Emulator, alarm: Alarm, store: HeldStore
) -> None:
    assert not await poller.glance(alarm.look)  # before the first good poll
    polling = asyncio.ensure_future(poller.poll(timeout=1))
    await asyncio.sleep(0.1)
    assert not await poller.glance(alarm.look)
    await polling
    assert not await poller.glance(alarm.look)  # it has only just looked
    assert len([call for call in emulator.phone.calls if call.method == "getUpdates"]) == 1


async def test_no_log_line_tells_what_was_said(
    poller: Poller,
    store: HeldStore,
    emulator: Emulator,
    fang: int,
    trial: Trial,
    alarm: Alarm,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "anshi")
    store.may_commit.set()
    emulator.phone.send_text(fang, "胸痛得厉害")
    emulator.phone.raw_update({"update_id": 99, "message": {"text": "胸痛", "chat": 7}})
    await poller.poll(timeout=0)
    assert await alarm.has_shown(min(store.kept, key=lambda number: number == 99))
    lines = json.dumps([record.__dict__ for record in caplog.records], default=str, ensure_ascii=False)
    assert "flash" in lines
    assert "胸痛" not in lines
    assert trial.texts.emergency[Language.ZH].strip()[:10] not in lines


async def test_known_chats_forget_the_quietest(known: KnownChats, fang: int) -> None:
    reader = Reader(Language.EN, "UTC", "Team", "1")
    small = KnownChats(known._store, most=2)
    for user in (1, 2, 1, 3):
        small.remember(user, reader)
    assert [small.recall(user) is not None for user in (1, 2, 3)] == [True, False, True]
    small.forget(1)
    assert small.recall(1) is None
    assert await small.find(fang) is None
    assert known.recall(fang) is not None
