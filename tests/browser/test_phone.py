"""The phone page in a real browser: what a person sees and does, by mouse, by keyboard and on a small screen."""

import asyncio
import json
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from emulator.server import Emulator
from tests.emulator.conftest import TOKEN
from tests.serving import serving

CHROMIUM = Path("/usr/bin/chromium")
INSTALL = "needs Chromium: apt-get install -y --no-install-recommends chromium fonts-noto-cjk"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists() and os.environ.get("CI") != "true", reason=INSTALL),  # noqa: TID251
]
OPEN = "body[data-ready]"
DOSE = {
    "inline_keyboard": [
        [{"text": "已服药", "callback_data": "t", "style": "success"}],
        [{"text": "晚一点", "callback_data": "l"}],
    ]
}


class Clock:
    """Moves in steps and waits for the test between them."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
        self.go_on = asyncio.Event()
        self.go_on.set()

    def now(self) -> datetime:
        return self.at

    async def advance(self, by: timedelta) -> None:
        self.at += by / 2
        await self.go_on.wait()
        self.at += by / 2

    async def next_event(self) -> tuple[datetime, str] | None:
        return self.at.replace(hour=0, minute=0) + timedelta(days=1), "服药提醒"

    async def upcoming(self, limit: int) -> list[tuple[datetime, str]]:
        return [event] * min(limit, 2) if (event := await self.next_event()) else []


class Desk:
    """The emulator behind the page, its clock, and a way to open pages."""

    def __init__(self, emulator: Emulator, clock: Clock, base: str, browser: Browser) -> None:
        self.emulator = emulator
        self.clock = clock
        self.phone = emulator.phone
        self._base = base
        self._browser = browser
        self.complaints: list[str] = []
        self.fang = self.phone.create_user("zh-hans", "芳", tz="Asia/Shanghai")
        self.emma = self.phone.create_user("en", "Emma", tz="Europe/London")

    async def bot(self, method: str, **params: Any) -> Any:
        status, body, _ = await self.emulator.call(TOKEN, method, params)
        assert status == 200, body
        return json.loads(body)["result"]

    async def page(self, path: str = "/phone", width: int = 1360, **context: Any) -> Page:
        opened = await self._browser.new_context(viewport={"width": width, "height": 860}, **context)
        page = await opened.new_page()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda sent: None if sent.url.startswith(self._base) else self.complaints.append(sent.url))
        await page.goto(f"{self._base}{path}")
        await page.wait_for_selector(OPEN)
        return page

    async def query(self) -> str:
        """The id of the tap that reached the bot."""
        async with asyncio.timeout(5):
            updates = await self.bot("getUpdates", timeout=5, offset=-1, allowed_updates=["callback_query"])
        return str(updates[-1]["callback_query"]["id"])


@asynccontextmanager
async def desk_of(clock: Clock) -> AsyncIterator[Desk]:
    emulator = Emulator(now=clock.now, secrets=random.SystemRandom())
    async with (
        async_playwright() as playwright,
        serving(emulator.application(clock)) as base,
        await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS) as browser,
    ):
        yield Desk(emulator, clock, base, browser)
        await browser.close()
        await emulator.aclose()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with desk_of(Clock()) as made:
        yield made
        assert made.complaints == []


async def started(desk: Desk) -> None:
    for user in (desk.fang, desk.emma):
        desk.phone.start(user)
    await desk.bot("getUpdates", allowed_updates=["callback_query"])
    desk.emulator.world.updates.clear()


async def test_a_tap_is_busy_until_it_is_answered_and_the_focus_survives_the_edit(desk: Desk) -> None:
    await started(desk)
    sent = await desk.bot("sendMessage", chat_id=desk.fang, text="到服药时间了", reply_markup=DOSE)
    page = await desk.page()
    phone = page.get_by_role("region", name="芳 的手机")
    button = phone.get_by_role("button", name="已服药")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(button).to_have_attribute("aria-busy", "true")
    kept = {"inline_keyboard": [[{"text": "更正", "callback_data": "t"}]]}
    await desk.bot("answerCallbackQuery", callback_query_id=await desk.query(), text="已记录")
    await desk.bot(
        "editMessageText", chat_id=desk.fang, message_id=sent["message_id"], text="已记录：08:00", reply_markup=kept
    )
    await expect(phone.locator(".toast")).to_have_text("已记录")
    await expect(phone.get_by_text("已编辑")).to_be_visible()
    await expect(phone.get_by_role("button", name="更正")).to_be_focused()
    await expect(phone.locator("[aria-busy=true]")).to_have_count(0)


async def test_an_alert_waits_until_it_is_closed(desk: Desk) -> None:
    await started(desk)
    await desk.bot("sendMessage", chat_id=desk.fang, text="x", reply_markup=DOSE)
    page = await desk.page()
    await page.get_by_role("button", name="已服药").click()
    await desk.bot("answerCallbackQuery", callback_query_id=await desk.query(), text="请立即就医", show_alert=True)
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("请立即就医")
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()


async def test_each_phone_speaks_its_owners_language_and_shows_the_time_there(desk: Desk) -> None:
    await started(desk)
    page = await desk.page()
    left, right = (page.get_by_role("region", name=name) for name in ("芳 的手机", "Emma’s phone"))
    await expect(left.locator(".status-time")).to_have_text("08:00")
    await expect(right.locator(".status-time")).to_have_text("00:00")
    await expect(left.locator(".day")).to_have_text("11月23日星期一")
    await expect(right.locator(".day")).to_have_text("Monday 23 November")
    await expect(right.get_by_placeholder("Message")).to_be_visible()


async def test_text_never_becomes_markup_and_enter_waits_for_the_input_method(desk: Desk) -> None:
    await started(desk)
    await desk.bot("sendMessage", chat_id=desk.fang, text='<img src=x onerror="alert(1)"> &amp; 💊')
    page = await desk.page(f"/phone?left={desk.fang}")
    await expect(page.locator(".message.bot .text")).to_have_text('<img src=x onerror="alert(1)"> &amp; 💊')
    field = page.get_by_placeholder("消息")
    await field.fill("ni hao")
    await field.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    await expect(field).to_have_value("ni hao")
    await field.press("Enter")
    await expect(page.locator(".message.own .text").last).to_have_text("ni hao")
    await expect(field).to_have_value("")


async def test_keyboards_commands_and_photos_reach_the_bot(desk: Desk, tmp_path: Path) -> None:
    await started(desk)
    await desk.bot("setMyCommands", commands=[{"command": "today", "description": "今天的药"}], language_code="zh")
    keyboard = {"keyboard": [["今天", "我不舒服"]], "is_persistent": True}
    await desk.bot("sendMessage", chat_id=desk.fang, text="您好", reply_markup=keyboard)
    page = await desk.page(f"/phone?left={desk.fang}")
    await page.get_by_role("button", name="我不舒服").click()
    await expect(page.locator(".message.own .text").last).to_have_text("我不舒服")
    await page.get_by_role("button", name="命令菜单").click()
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.own .text").last).to_have_text("/today")
    await expect(page.get_by_role("button", name="命令菜单")).to_be_focused()
    picture, other = tmp_path / "pills.png", tmp_path / "notes.png"
    picture.write_bytes(PNG)
    other.write_bytes(b"not a picture")
    await page.locator("input.file").set_input_files(picture)
    await expect(page.get_by_role("img", name="照片")).to_be_visible()
    await page.locator("input.file").set_input_files(other)
    await expect(page.locator(".toast")).to_have_text("只能发送 JPEG 或 PNG 照片")


async def test_the_switches_block_the_bot_and_cut_the_network(desk: Desk) -> None:
    await started(desk)
    page = await desk.page(f"/phone?left={desk.fang}")
    controls = page.get_by_role("group", name="左边的手机")
    await controls.get_by_label("断网").click()
    await expect(page.locator(".bot-state")).to_have_text("等待网络…")
    await page.get_by_placeholder("消息").fill("已服药")
    await page.keyboard.press("Enter")
    await expect(page.locator(".queued .text")).to_have_text("已服药")
    await controls.get_by_label("断网").click()
    await expect(page.locator(".messages .own .text").last).to_have_text("已服药")
    await controls.get_by_label("停用机器人").click()
    await page.get_by_role("button", name="重新启用").click()
    await expect(page.locator(".messages .own .text").last).to_have_text("/start")


async def test_the_clock_moves_shows_that_it_moves_and_jumps_to_the_next_event(desk: Desk) -> None:
    await started(desk)
    desk.clock.go_on.clear()
    page = await desk.page()
    await page.get_by_role("button", name="+1 小时").click()
    panel = page.get_by_role("region", name="时间", exact=True)
    await expect(panel).to_have_attribute("aria-busy", "true")
    await expect(page.locator("#clock-time")).to_have_text("08:30")
    desk.clock.go_on.set()
    await expect(page.locator("#clock-time")).to_have_text("09:00")
    await expect(panel).to_have_attribute("aria-busy", "false")
    await page.get_by_role("button", name="跳到下一件事").click()
    await expect(page.locator("#clock-day")).to_contain_text("11月24日星期二")
    await expect(page.locator(".status-time").first).to_have_text("08:00")


async def test_an_invitation_link_opens_a_new_phone_and_presses_start(desk: Desk) -> None:
    page = await desk.page("/phone?start=inv-1&lang=en")
    await expect(page.locator(".message.own .text")).to_have_text("/start inv-1")
    await page.reload()
    await page.wait_for_selector(OPEN)
    await expect(page.locator(".message.own")).to_have_count(1)


async def test_a_restarted_server_makes_the_page_load_again_and_a_lost_one_is_shown(desk: Desk) -> None:
    await started(desk)
    page = await desk.page(f"/phone?left={desk.fang}")
    desk.emulator.world.events.close()
    await page.wait_for_event("domcontentloaded")
    await page.wait_for_selector(OPEN)
    await desk.bot("sendMessage", chat_id=desk.fang, text="还在")
    await expect(page.locator(".message.bot .text")).to_have_text("还在")


LOOKS: list[dict[str, Any]] = [
    {"width": 1360, "color_scheme": "light"},
    {"width": 1360, "color_scheme": "dark"},
    {"width": 360, "color_scheme": "light"},
]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("first", ["fang", "emma"])
async def test_everyone_can_use_it(desk: Desk, look: dict[str, Any], first: str) -> None:
    await started(desk)
    await desk.bot("sendMessage", chat_id=desk.fang, text="<b>您好</b>", parse_mode="HTML", reply_markup=DOSE)
    await desk.bot("sendMessage", chat_id=desk.emma, text="Hello", reply_markup={"keyboard": [["Today"]]})
    gone = await desk.bot("sendMessage", chat_id=desk.fang, text="x", disable_notification=True)
    await desk.bot("deleteMessage", chat_id=desk.fang, message_id=gone["message_id"])
    path = f"/phone?left={getattr(desk, first)}&right={desk.fang if first == 'emma' else desk.emma}"
    page = await desk.page(path, **look)
    if look["width"] < 800:
        await page.locator("#sheet-toggle").click()
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    sizes = await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert sizes[0] <= sizes[1]
    await _big_enough(page)


async def _big_enough(page: Page) -> None:
    """Bubbles of at least 17 px, buttons of at least 44 px."""
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    assert all([await text.evaluate(size) >= 17 for text in await page.locator(".text").all()])
    for button in await page.get_by_role("button").all():
        box = await button.bounding_box()
        assert box is None or box["height"] >= 44 or "command" in (await button.get_attribute("class") or "")


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
