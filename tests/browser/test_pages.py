"""The coordinator's pages as people meet them: by eye, by keyboard, on a phone, in the dark and on paper."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.browser.chromium import MARKS, chromium
from tests.serving import serving
from tests.web.cast import PASSWORD, open_alert
from tests.web.conftest import Pages

pytestmark = MARKS
PATHS = (
    "/",
    "/alerts",
    "/alerts?standing=closed",
    "/cohort",
    "/participants",
    "/participants/PRCA-001",
    "/participants/PRCA-001/visit-sheet",
    "/cohort/month?of=2026-10",
    "/participants/PRCA-012",
    "/participants/PRCA-001/days/2026-11-21",
    "/participants/PRCA-001/call",
    "/participants/PRCA-008/event-from-told",
    "/participants/PRCA-008/tablets",
    "/participants/PRCA-008/message",
    "/participants/PRCA-001/visit-move",
    "/participants/PRCA-001/lab",
    "/participants/PRCA-003/travel",
    "/enrol",
    "/visits",
    "/participants/nobody",
)
Language = Literal["zh", "en"]


class Office:
    """Opens pages as Li; whatever the browser complains about fails the test."""

    def __init__(self, pages: Pages, base: str, browser: Browser) -> None:
        self.pages = pages
        self.base = base
        self.browser = browser
        self.complaints: list[str] = []
        self.expected = "404"  # the status of the one page that is not there

    async def page(self, *, width: int = 1280, **context: Any) -> Page:
        opened = await self.browser.new_context(viewport={"width": width, "height": 900}, **context)
        page = await opened.new_page()
        page.on("console", lambda said: self._note(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda sent: None if sent.url.startswith(self.base) else self.complaints.append(sent.url))
        return page

    async def inside(self, *, language: Language = "zh", width: int = 1280, name: str = "Li", **context: Any) -> Page:
        page = await self.page(width=width, **context)
        await enter(self, page, language, name)
        return page

    def _note(self, text: str) -> None:
        if self.expected not in text:
            self.complaints.append(text)


async def enter(office: Office, page: Page, language: Language, name: str = "Li") -> None:
    """Logs in as this member of staff, in this language."""
    await page.goto(f"{office.base}/login")
    if language == "en":
        await page.get_by_role("button", name="EN", exact=True).click()
    await page.locator("#name").fill(name)
    await page.locator("#password").fill(PASSWORD)
    await page.locator("#code").fill(office.pages.cast.code(name, office.pages.clock.at))
    await page.locator("#code").press("Enter")
    await expect(page).to_have_url(f"{office.base}/")


@asynccontextmanager
async def office_of(pages: Pages) -> AsyncIterator[Office]:
    async with chromium() as browser, serving(pages.app) as base:
        made = Office(pages, base, browser)
        yield made
        assert made.complaints == []


Shots = Callable[[Page, str, str], Awaitable[None]]


@pytest.fixture
def shots() -> Shots:
    """Keeps pictures in the folder that ANSHI_TEST_SHOTS names; nowhere without it."""
    folder = os.environ.get("ANSHI_TEST_SHOTS")  # noqa: TID251  a setting of the tests alone

    async def keep(page: Page, path: str, name: str) -> None:
        if folder:
            shot = f"{path.strip('/').replace('/', '-') or 'today'}-{name}.png"
            await page.screenshot(path=Path(folder) / shot, full_page=True)

    return keep


@pytest.fixture
async def office(pages: Pages) -> AsyncIterator[Office]:
    async with office_of(pages) as made:
        yield made


async def looked_at(office: Office, page: Page, path: str) -> None:
    """No violation that axe knows, and nothing wider than the screen."""
    await page.goto(office.base + path)
    found = await Axe().run(page)
    assert found.violations_count == 0, f"{path}: {found.generate_report()}"
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{path} is {wide} px wider than the screen"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_page_is_accessible_and_fits_a_phone(
    office: Office, language: Language, scheme: Literal["light", "dark"], shots: Shots
) -> None:
    page = await office.inside(language=language, width=360, color_scheme=scheme)
    for width in (360, 1280):
        await page.set_viewport_size({"width": width, "height": 900})
        for path in PATHS:
            await looked_at(office, page, path)
            assert await page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[language]
            await shots(page, path, f"{language}-{scheme}-{width}")


async def test_the_log_in_page_and_its_refusal_are_accessible(office: Office) -> None:
    page = await office.page(width=360)
    await looked_at(office, page, "/login")
    await page.locator("#name").fill("Li")
    await page.locator("#password").fill("not the password")
    await page.locator("#code").fill("000000")
    office.expected = "401"
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    assert (await Axe().run(page)).violations_count == 0


async def test_an_alert_is_seen_and_closed_by_keyboard_alone(office: Office) -> None:
    page = await office.inside(language="en")
    red = page.locator(".alert", has_text="PRCA-003")
    await red.get_by_role("button", name="Acknowledge").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("you have seen the alert")
    await expect(red).to_contain_text("Acknowledged by Li")
    await red.locator("summary").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Took one dose only")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Called")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("The alert is closed")
    await expect(page.locator(".alert", has_text="PRCA-003")).to_have_count(0)


async def test_the_skip_link_comes_first(office: Office) -> None:
    page = await office.inside()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()


async def test_the_worklist_refreshes_itself_but_never_under_somebodys_hands(office: Office) -> None:
    page = await office.page()
    await page.clock.install()
    await enter(office, page, "en")
    await expect(page.locator(".asof")).to_contain_text("20:14")
    await page.wait_for_load_state("load")  # the script that counts the minute has run by then
    office.pages.clock.move(timedelta(minutes=5))
    await page.clock.run_for(61_000)
    await expect(page.locator(".asof")).to_contain_text("20:19")
    await page.locator(".alert summary").first.click()
    office.pages.clock.move(timedelta(minutes=5))
    await page.clock.run_for(61_000)
    await expect(page.locator("textarea").first).to_be_visible()
    await expect(page.locator(".asof")).to_contain_text("20:19")


async def test_a_new_alert_is_counted_and_listed_within_seconds_on_an_open_page(office: Office) -> None:
    page = await office.page()
    await page.clock.install()
    await enter(office, page, "en")
    badge = page.locator('[data-live="number"]').first
    await expect(badge).to_have_text("5")
    await page.wait_for_load_state("load")
    await page.clock.run_for(16_000)  # what stands is known by then
    async with office.pages.store.change(at=office.pages.clock.at) as change:
        await open_alert(change, "PRCA-009")
    await page.clock.run_for(16_000)
    await expect(badge).to_have_text("6")
    await expect(page.locator(".alert", has_text="PRCA-009")).to_have_count(1)
    await page.goto(f"{office.base}/cohort")
    await expect(page.locator('[data-live="number"]').first).to_have_text("6")


async def test_everything_works_without_scripts(office: Office) -> None:
    page = await office.inside(language="en", java_script_enabled=False)
    await page.get_by_role("link", name="Participants").click()
    await page.get_by_role("link", name="PRCA-001").click()
    await expect(page.get_by_role("heading", name="PRCA-001")).to_be_visible()
    await page.get_by_role("button", name="中文").click()
    await expect(page.get_by_role("heading", name="服药日历")).to_be_visible()
    assert page.url.endswith("/participants/PRCA-001")
