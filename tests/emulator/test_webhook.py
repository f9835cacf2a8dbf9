"""Delivery by webhook: the secret, the order, and another try when the bot does not answer 2xx."""

import asyncio
import random

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emulator.server import Emulator
from tests.emulator.conftest import TOKEN, Clock
from tests.serving import serving


class Hook:
    """A bot's end of a webhook: notes what comes and answers as it is told."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.texts: list[str] = []
        self.secrets: list[str | None] = []
        self.came = asyncio.Condition()

    async def __call__(self, request: Request) -> Response:
        update = await request.json()
        async with self.came:
            self.texts.append(update["message"]["text"])
            self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
            self.came.notify_all()
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    async def wait(self, count: int) -> None:
        async with asyncio.timeout(5), self.came:
            await self.came.wait_for(lambda: len(self.texts) >= count)

    def application(self) -> Starlette:
        async def receive(request: Request) -> Response:
            return await self(request)

        return Starlette(routes=[Route("/hook", receive, methods=["POST"])])


async def test_updates_are_posted_in_order_with_the_secret_and_again_after_a_failure(
    emulator: Emulator, fang: int
) -> None:
    hook = Hook()
    hook.answers = [500]
    emulator.deliverer.first_wait = 0.01
    async with serving(hook.application()) as base:
        await emulator.call(TOKEN, "setWebhook", {"url": f"{base}/hook", "secret_token": "S3cret_-"})
        emulator.phone.send_text(fang, "one")
        emulator.phone.send_text(fang, "two")
        await hook.wait(3)
        await emulator.aclose()
    assert hook.texts == ["one", "one", "two"]
    assert set(hook.secrets) == {"S3cret_-"}


async def test_a_failing_webhook_is_reported_and_keeps_its_updates(emulator: Emulator, fang: int) -> None:
    hook = Hook()
    hook.answers = [503]
    async with serving(hook.application()) as base:
        await emulator.call(TOKEN, "setWebhook", {"url": f"{base}/hook"})
        emulator.phone.send_text(fang, "one")
        await hook.wait(1)
        async with asyncio.timeout(5):
            while emulator.world.hook.last_error is None:  # noqa: ASYNC110
                await asyncio.sleep(0)
        _, body, _ = await emulator.call(TOKEN, "getWebhookInfo", {})
        await emulator.aclose()
    assert b'"pending_update_count":1' in body
    assert b"Wrong response from the webhook: 503 Service Unavailable" in body


@pytest.mark.parametrize("secret", ["with space", "x" * 257, "é"])
async def test_a_malformed_secret_is_refused(emulator: Emulator, secret: str) -> None:
    status, body, _ = await emulator.call(TOKEN, "setWebhook", {"url": "https://x.test", "secret_token": secret})
    assert status == 400
    assert b"secret token contains unallowed characters" in body


async def test_without_history_memory_stays_small(clock: Clock) -> None:
    emulator = Emulator(now=clock.now, secrets=random.SystemRandom(), keep_history=False)
    user = emulator.phone.create_user()
    emulator.phone.start(user)
    for number in range(50):
        await emulator.call(TOKEN, "sendMessage", {"chat_id": user, "text": str(number)})
    assert len(emulator.phone.messages(user)) == 8
    assert emulator.phone.calls == []
    await emulator.aclose()
