"""A red report in `anshi run` as it is deployed: the person is answered, and a phone of staff rings."""

import json

import pytest

from tests.process.living import Phone, Site

pytestmark = pytest.mark.slow


async def test_a_red_report_makes_a_phone_of_staff_ring(site: Site) -> None:
    await site.furnish()
    token = await site.enrol()
    invited = json.loads(await site.command("staff", "invite", "wu", "--as", "wu", "--json"))
    process = await site.run()
    wu = Phone(site, site.emulator.phone.create_user("en", "Wu", 2001))
    fang = Phone(site, site.emulator.phone.create_user("en", "Fang", 1001))
    site.emulator.phone.start(wu.user, invited["invitation"]["start"].removeprefix("/start "))
    await fang.enter(token, "08:00")
    await site.until(wu.messages)

    site.emulator.phone.send_text(fang.user, "chest pain")
    await site.until(lambda: any("120" in message.text for message in fang.messages()))
    rung = await site.until(lambda: next((one for one in wu.messages() if "017" in one.text), None))
    assert rung.buttons
    assert "chest pain" not in rung.text
    assert await process.terminated() == 0
