"""The emulator on a loopback port, our own way to it, and a loop whose time the test moves."""

import asyncio
import heapq
import random
from collections.abc import AsyncIterator, Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from telegram import Bot
from typing_extensions import override

from bot.application import build_bot
from bot.courier import TelegramCourier
from bot.limiter import Limiter
from bot.transport import AiohttpRequest
from emulator.server import Emulator
from tests.serving import serving

TOKEN = "4242:CANARY-canary-CANARY-canary-CANARY-1"
START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop that never waits: when nothing is ready its time jumps to the next timer."""

    def __init__(self) -> None:
        super().__init__()
        self.virtual = 0.0

    @override
    def time(self) -> float:
        return getattr(self, "virtual", 0.0)

    def _run_once(self) -> None:
        timers: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        while timers and timers[0].cancelled():
            heapq.heappop(timers)._scheduled = False  # type: ignore[attr-defined]
            self._timer_cancelled_count -= 1  # type: ignore[attr-defined]
        if not self._ready and timers:  # type: ignore[attr-defined]
            self.virtual = max(self.virtual, timers[0].when())
        super()._run_once()  # type: ignore[misc]


T = TypeVar("T")


def run_virtually(story: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(story)


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    made = Emulator(now=lambda: START, token=TOKEN, secrets=random.Random(7))
    yield made
    await made.aclose()


@pytest.fixture
async def url(emulator: Emulator) -> AsyncIterator[str]:
    async with serving(emulator.application()) as base:
        yield base
        await emulator.aclose()


@pytest.fixture
async def request_() -> AsyncIterator[AiohttpRequest]:
    async with AiohttpRequest(connect_timeout=5, read_timeout=1) as made:
        yield made


@pytest.fixture
async def bot(url: str, request_: AiohttpRequest) -> Bot:
    return build_bot(TOKEN, api_url=url, request=request_, get_updates_request=request_)


@pytest.fixture
def courier(bot: Bot) -> TelegramCourier:
    return TelegramCourier(bot, Limiter(per_second=1000, per_chat_seconds=0))


@pytest.fixture
def fang(emulator: Emulator) -> int:
    """Fang has pressed Start; the queue of updates is empty."""
    user = emulator.phone.create_user("zh-hans", "Fang", tz="Asia/Shanghai")
    emulator.phone.start(user)
    emulator.world.updates.clear()
    return user
