"""The demo in a real browser: a reminder comes, a tap is recorded, and the coordinator sees it; in both languages."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyotp
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from app.clock import RealClock
from tests.browser.chromium import MARKS, chromium
from tests.demo.conftest import seeded_folder
from tests.demo.living import EMMA, FANG, Demo, copied, demo

pytestmark = [*MARKS, pytest.mark.slow]
MOVED = 60_000  # milliseconds


@dataclass(frozen=True)
class Guest:
    """Who plays, and the words of this person's language."""

    user: int
    code: str
    reminder: str
    taken: str
    recorded: str
    undo: str
    gone: str
    state: str
    synced: str
    language: str
    tz: str


GUESTS = (
    Guest(
        FANG,
        "P001",
        "方丽华 · 服药提醒",
        "已服1片",
        "已记录",
        "撤销",
        "已撤销",
        "已服药",
        "已同步至",
        "中文",
        "Asia/Shanghai",
    ),
    Guest(
        EMMA,
        "P002",
        "Emma · reminder",
        "Taken: 1 tablet",
        "Recorded",
        "Undo",
        "Undone",
        "Taken",
        "synced to",
        "EN",
        "Europe/London",
    ),
)


@dataclass
class Desk:
    """Opens pages of a running demo; whatever the browser complains about fails the test."""

    demo: Demo
    browser: Browser
    complaints: list[str] = field(default_factory=list)

    async def page(self, address: str, **context: Any) -> Page:
        opened = await self.browser.new_context(viewport={"width": 1360, "height": 900}, **context)
        page = await opened.new_page()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda sent: self._inside(sent.url))
        await page.goto(address)
        return page

    def _inside(self, url: str) -> None:
        if not url.startswith((self.demo.phone, self.demo.web)):
            self.complaints.append(url)

    async def office(self, language: str) -> Page:
        """The coordinator's pages, as Li."""
        page = await self.page(f"{self.demo.web}/login")
        await page.get_by_role("button", name=language, exact=True).click()
        account = self.demo.account("li")
        await page.locator("#name").fill("li")
        await page.locator("#password").fill(account["password"])
        await page.locator("#code").fill(pyotp.TOTP(account["totp_secret"]).at(RealClock().now()))
        await page.locator("#code").press("Enter")
        await expect(page).to_have_url(f"{self.demo.web}/")
        return page


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days lived up to now."""
    return seeded_folder(tmp_path_factory.mktemp("demo") / "lived", 2, RealClock().now())


@pytest.fixture
async def desk(lived: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    async with demo(copied(lived, tmp_path / "demo")) as running, chromium() as browser:
        made = Desk(running, browser)
        yield made
        assert made.complaints == []
        await browser.close()
        assert await running.stopped() < 5


async def jump(page: Page) -> None:
    """Presses "jump to the next event" and waits until the clock stands."""
    await page.locator(".jump").click()
    await expect(page.locator("#clock")).to_have_attribute("aria-busy", "true")
    await expect(page.locator("#clock")).to_have_attribute("aria-busy", "false", timeout=MOVED)


def newest(phone: Locator) -> Locator:
    return phone.locator(".messages > li").last


@pytest.mark.parametrize("guest", GUESTS, ids=lambda guest: str(guest.code))
async def test_a_reminder_is_tapped_and_the_coordinator_sees_it(desk: Desk, guest: Guest) -> None:
    page = await desk.page(f"{desk.demo.phone}/phone?left={guest.user}")
    phone = page.locator(".phone")
    await expect(phone).to_contain_text(guest.recorded)  # the days lived are on the phone
    for _ in range(12):
        reminds = guest.reminder in await page.locator("#clock-next").inner_text()
        await jump(page)
        if reminds:
            break
    await phone.get_by_role("button", name=guest.taken, exact=True).last.click()
    await expect(newest(phone)).to_contain_text(guest.recorded)
    await phone.get_by_role("button", name=guest.undo, exact=True).last.click()
    await expect(newest(phone)).to_contain_text(guest.gone)
    await phone.get_by_role("button", name=guest.taken, exact=True).last.click()
    await expect(newest(phone)).to_contain_text(guest.recorded)
    office = await desk.office(guest.language)
    await office.goto(f"{desk.demo.web}/participants/{guest.code}")
    await sees_taken(office, guest, datetime.fromisoformat((await desk.demo.get("/phone/clock"))["now"]))
    await expect(office.locator(".asof")).to_contain_text(guest.synced)


async def sees_taken(office: Page, guest: Guest, at: datetime) -> None:
    """Today's cell in the calendar, once the sync has brought it."""
    day = at.astimezone(ZoneInfo(guest.tz)).day
    cell = office.locator("td.cell").filter(has=office.locator(".on", has_text=re.compile(f"^{day}$"))).first
    async with asyncio.timeout(20):
        while not (await cell.count() and (await cell.get_attribute("title") or "").startswith(guest.state)):
            await office.reload()


async def test_the_panel_speaks_the_language_of_the_left_phone_and_says_how_its_clock_stands(desk: Desk) -> None:
    for user, real, ahead in (
        (FANG, "与真实时间一致", "比真实时间快"),
        (EMMA, "Shows the real time", "ahead of the real time"),
    ):
        page = await desk.page(f"{desk.demo.phone}/phone?left={user}")
        if user == FANG:
            await expect(page.locator("#clock-apart")).to_have_text(real)
            await jump(page)
            await jump(page)
        await expect(page.locator("#clock-apart")).to_contain_text(ahead)
