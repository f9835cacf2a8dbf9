"""The pages of accounts as people meet them: the first log-in by hand, and every page by axe, in both languages."""

import re
from collections.abc import AsyncIterator
from typing import Literal

import pyotp
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from actions.proof import PROOF_LIVES
from tests.browser.chromium import MARKS
from tests.browser.test_pages import Language, Office, Shots, office_of, shots
from tests.web.cast import PASSWORD
from tests.web.conftest import Pages
from tests.web.test_first_log_in import HANDED, OWN, added
from tests.web.test_log_in import STEP

pytestmark = MARKS
__all__ = ["shots"]


@pytest.fixture
async def office(pages: Pages) -> AsyncIterator[Office]:
    async with office_of(pages) as made:
        yield made


async def sound(page: Page, what: str) -> None:
    """No violation that axe knows, and nothing wider than the screen."""
    for width in (360, 1280):
        await page.set_viewport_size({"width": width, "height": 900})
        found = await Axe().run(page)
        assert found.violations_count == 0, f"{what}: {found.generate_report()}"
        wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{what} is {wide} px wider than the screen"


async def kept(page: Page, shots: Shots, name: str) -> None:
    for width in (360, 1280):
        await page.set_viewport_size({"width": width, "height": 900})
        await shots(page, name, str(width))


@pytest.mark.parametrize(("language", "scheme"), [("zh", "light"), ("en", "dark")])
async def test_the_first_log_in_by_hand(
    office: Office, language: Language, scheme: Literal["light", "dark"], shots: Shots
) -> None:
    await added(office.pages)
    page = await office.page(color_scheme=scheme)
    await page.goto(f"{office.base}/login")
    await page.get_by_role("button", name={"zh": "中文", "en": "EN"}[language], exact=True).click()
    await page.locator("#name").fill("Bo")
    await page.locator("#password").fill(HANDED)
    await page.locator("#password").press("Enter")
    await expect(page).to_have_url(f"{office.base}/welcome")
    await sound(page, "the first log-in")
    await kept(page, shots, f"welcome-{language}")
    await page.locator("summary.more").click()
    secret = re.sub(r"\s", "", await page.locator(".key code").inner_text())
    office.expected = "422"
    await fill(page, secret, office, again="seven quiet herons at noon")
    await expect(page.locator("#again")).to_have_attribute("aria-invalid", "true")
    await sound(page, "the first log-in, refused")
    await fill(page, secret, office, again=OWN)
    await expect(page.locator(".codes li")).to_have_count(10)
    await sound(page, "recovery codes")
    await kept(page, shots, f"codes-{language}")
    await page.locator(".after a").click()
    await expect(page).to_have_url(f"{office.base}/")


async def fill(page: Page, secret: str, office: Office, *, again: str) -> None:
    await page.locator("#code").fill(pyotp.TOTP(secret).at(office.pages.clock.at))
    await page.locator("#password").fill(OWN)
    await page.locator("#again").fill(again)
    await page.locator("#again").press("Enter")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_own_account_and_the_question_who_sits_there(
    office: Office, language: Language, shots: Shots
) -> None:
    await office.pages.inside("Li")
    office.pages.clock.move(STEP)
    page = await office.inside(language=language)
    await page.locator("a.who").click()
    await expect(page).to_have_url(f"{office.base}/account")
    await kept(page, shots, f"account-{language}")
    await sound(page, "the own account")
    office.pages.clock.move(PROOF_LIVES)
    await page.locator("form[action='/account/codes'] button").click()
    await expect(page.locator("#proof")).to_be_focused()
    await sound(page, "the question")
    await kept(page, shots, f"proof-{language}")
    office.expected = "401"
    await page.locator("#proof").fill("a guess")
    await page.locator("#proof").press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.locator("#proof").fill(PASSWORD)
    await page.locator("#proof").press("Enter")
    await expect(page.locator(".codes li")).to_have_count(10)
    await page.locator(".after a").click()
    await page.locator("form[action='/account/sessions/end'] button").click()
    await expect(page.get_by_role("status")).to_be_visible()
    await expect(page.locator("tbody tr")).to_have_count(1)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_list_of_accounts(office: Office, language: Language, shots: Shots) -> None:
    page = await office.page()
    await page.goto(f"{office.base}/login")
    await page.get_by_role("button", name={"zh": "中文", "en": "EN"}[language], exact=True).click()
    await page.locator("#name").fill("Ada")
    await page.locator("#password").fill(PASSWORD)
    await page.locator("#code").fill(office.pages.cast.code("Ada", office.pages.clock.at))
    await page.locator("#code").press("Enter")
    await expect(page).to_have_url(f"{office.base}/staff")
    await kept(page, shots, f"staff-{language}")
    await sound(page, "the accounts")
    await page.locator("#name").fill("Bo")
    await page.locator("#role").select_option("monitor")
    await page.locator("form.plain button").click()
    await expect(page.locator(".handed code")).to_be_visible()
    await sound(page, "what is handed over")
    await page.locator(".after a").click()
    await page.get_by_role("link", name="Bo", exact=True).click()
    await kept(page, shots, f"staff-one-{language}")
    await sound(page, "one account")
