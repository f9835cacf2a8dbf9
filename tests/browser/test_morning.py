"""A coordinator's morning beside two phones: a red flag is answered, a moved draw changes what a phone says."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Locator, expect

from app.clock import RealClock
from tests.browser.chromium import MARKS, chromium
from tests.browser.test_demo import Desk, jump, newest
from tests.demo.conftest import seeded_folder
from tests.demo.living import EMMA, FANG, copied, demo

pytestmark = [*MARKS, pytest.mark.slow]
SOON = 20_000  # milliseconds
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    lived = seeded_folder(tmp_path / "lived", 2, RealClock().now())
    async with demo(copied(lived, tmp_path / "demo")) as running, chromium() as browser:
        made = Desk(running, browser)
        yield made
        assert made.complaints == []
        await browser.close()
        assert await running.stopped() < 5


async def test_a_red_flag_is_seen_and_answered_and_a_moved_draw_changes_the_mornings_message(desk: Desk) -> None:
    phones = await desk.page(f"{desk.demo.phone}/phone?left={FANG}&right={EMMA}")
    office = await desk.office("EN")
    await expect(office.locator(".alert.red")).to_have_count(0)
    await tells_of_chest_pain(phones.locator(".phone").nth(0))
    red = office.locator(".alert.red", has_text="P001").filter(has_text="Reported a symptom")
    await expect(red).to_be_visible(timeout=SOON)  # the open page learns of it by itself
    await red.get_by_role("button", name="Acknowledge").click()
    await expect(red).to_contain_text("Acknowledged by li")

    tomorrow = await desk.demo.today(LONDON) + timedelta(days=1)
    await office.goto(f"{desk.demo.web}/participants/P002/visit-move")
    await office.locator("#f-visit").select_option("w2")
    await office.locator("#f-on").fill(tomorrow.isoformat())
    await office.locator("#f-at").fill("10:00")
    await office.locator("button.primary").click()
    shown = office.locator("ul.effects").first
    await expect(shown).to_contain_text("Notice before a blood draw")
    await expect(shown).to_contain_text("Blood first, then the dose")
    await office.locator("button.primary").click()
    await expect(office.get_by_role("status")).to_contain_text("Move a visit")

    emma = phones.locator(".phone").nth(1)
    while await desk.demo.today(LONDON) < tomorrow or (await desk.demo.now()).astimezone(LONDON).hour < 8:
        await jump(phones)
    await expect(newest(emma)).to_contain_text("blood", timeout=SOON)


async def tells_of_chest_pain(phone: Locator) -> None:
    """By the standing button, as somebody would who is not well."""
    await phone.get_by_role("button", name="我不舒服", exact=True).last.click()
    await phone.get_by_role("button", name="胸口痛", exact=True).last.click()
    await phone.get_by_role("button", name="选好了", exact=True).last.click()
    await expect(phone).to_contain_text("120")
