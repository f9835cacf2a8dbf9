"""A real server on a loopback port, a real Bot that talks to it, and a clock that the test moves."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from emulator.server import Emulator
from tests.serving import serving

TOKEN = "1:EMULATOR"
START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def emulator(clock: Clock) -> AsyncIterator[Emulator]:
    made = Emulator(now=clock.now, secrets=random.Random(7))
    yield made
    await made.aclose()


@pytest.fixture
async def url(emulator: Emulator) -> AsyncIterator[str]:
    async with serving(emulator.application()) as base:
        yield base
        await emulator.aclose()


@pytest.fixture(autouse=True)
def timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    """The Bot warns of a change to come unless it is told to use it already."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


def request() -> HTTPXRequest:
    return HTTPXRequest(httpx_kwargs={"trust_env": False, "verify": False})


@pytest.fixture
async def bot(url: str) -> AsyncIterator[Bot]:
    made = Bot(
        TOKEN,
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=request(),
        get_updates_request=request(),
    )
    async with made:
        yield made


@pytest.fixture
def fang(emulator: Emulator) -> int:
    """Fang has pressed Start; the queue of updates is empty."""
    user = emulator.phone.create_user("zh-hans", "Fang", tz="Asia/Shanghai")
    emulator.phone.start(user)
    emulator.world.updates.clear()
    return user
