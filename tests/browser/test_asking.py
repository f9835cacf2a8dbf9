"""An action in a real browser, in both languages and at phone width: form, look, deed; by keyboard, and accessible."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.chromium import MARKS
from tests.browser.test_pages import Language, Office, Shots, looked_at, office, shots
from tests.web.conftest import kind, pages

__all__ = ["kind", "office", "pages", "shots"]
pytestmark = MARKS
CODE = "PRCA-003"


async def is_fine(page: Page) -> None:
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


@pytest.mark.parametrize(("language", "width"), [("zh", 360), ("en", 1280)])
async def test_a_hold_is_typed_looked_at_and_done_with_the_keyboard_alone(
    office: Office, shots: Shots, language: Language, width: int
) -> None:
    page = await office.inside(language=language, width=width, name="Wu")
    await looked_at(office, page, f"/participants/{CODE}/hold")
    await shots(page, "hold", f"form-{language}-{width}")
    office.expected = "422"
    await page.locator("#f-reason").focus()
    for _ in range(3):
        await page.keyboard.press("Enter")  # a new line each: a long field is not sent by it
    await page.locator("button.primary").press("Enter")
    await expect(page.locator("#w-reason")).to_be_visible()
    await is_fine(page)
    await page.locator("#f-reason").fill("口腔溃疡")
    await page.locator("#f-until_on").fill("2026-11-25")
    await page.locator("button.primary").press("Enter")
    await expect(page.locator("dl.look")).to_contain_text("口腔溃疡")
    await is_fine(page)
    await shots(page, "hold", f"look-{language}-{width}")
    await page.locator("button.primary").press("Enter")
    await expect(page).to_have_url(f"{office.base}/participants/{CODE}?told=hold")
    await expect(page.get_by_role("status")).to_be_visible()
    await shots(page, "hold", f"done-{language}-{width}")


async def test_a_call_fills_days_without_any_script(office: Office, shots: Shots) -> None:
    page = await office.inside(language="zh", width=360, java_script_enabled=False)
    await page.goto(f"{office.base}/participants/PRCA-010/call")
    await shots(page, "call", "form-zh-360")
    await page.locator("#f-answer1").select_option("taken")
    await page.locator("#f-time1").fill("08:05")
    await page.locator("#f-reason").fill("电话里说的")
    await page.locator("button.primary").click()
    await expect(page.locator("dl.look")).to_contain_text("08:05")
    await shots(page, "call", "look-zh-360")
    await page.locator("button.primary").click()
    await expect(page).to_have_url(f"{office.base}/participants/PRCA-010?told=call")
