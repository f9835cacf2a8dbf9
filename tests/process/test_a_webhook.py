"""The webhook as it is deployed: Telegram posts to a proxy that ends TLS, and the process behind it answers."""

from urllib.parse import urlsplit

import aiohttp
import pytest

from models.inbox import InboxUpdate, Note, ReceivingGap
from tests.process.living import SECRET, Phone, Site

pytestmark = pytest.mark.slow

PUBLIC = "https://anshi.example.org/hook/7f3a"


async def test_a_webhook_is_set_kept_answered_and_taken_back(site: Site) -> None:
    await site.furnish()
    token = await site.enrol()
    hooked = {"ANSHI_TELEGRAM_WEBHOOK_URL": PUBLIC, "ANSHI_TELEGRAM_WEBHOOK_SECRET": SECRET}
    site.settings |= hooked
    process = await site.run("--only", "bot,scheduler")  # the door stands open though no pages were asked for
    hook = site.emulator.world.hook
    await site.until(lambda: hook.url == PUBLIC)
    assert hook.secret == SECRET
    inside = f"http://127.0.0.1:{site.settings['ANSHI_WEB_PORT']}{urlsplit(PUBLIC).path}"
    hook.set(inside, SECRET)  # what the proxy does
    phone = Phone(site, site.emulator.phone.create_user("en", "Fang", 1001))
    await phone.enter(token, "08:00")
    await site.until_row(Note, lambda note: note.name == "listening")
    assert site.calls("getUpdates") == 0

    async with aiohttp.ClientSession() as stranger:
        for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}):
            async with stranger.post(inside, json={"update_id": 1}, headers=headers) as reply:
                assert reply.status == 403
    assert 1 not in [update.update_id for update in await site.rows(InboxUpdate)]

    await process.killed()
    site.emulator.phone.send_text(phone.user, "/contact")
    again = await site.run()
    await site.until(lambda: hook.url == PUBLIC, 30)
    hook.set(inside, SECRET)
    await site.until(lambda: "010-69150000" in phone.messages()[-1].text, 60)
    assert await site.rows(ReceivingGap) == []
    assert await again.terminated() == 0

    for name in hooked:
        del site.settings[name]
    polling = await site.run()
    await site.until(lambda: hook.url == "")
    seen = len(phone.messages())
    site.emulator.phone.send_text(phone.user, "/contact")
    await site.until(lambda: len(phone.messages()) > seen)
    assert await polling.terminated() == 0
