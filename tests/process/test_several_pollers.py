"""Several `anshi run --only bot`: one polls, another takes over from one that is killed or stands still."""

import asyncio
import signal
from pathlib import Path
from typing import get_args

import pytest

from actions.leases import LENGTH
from models.inbox import InboxUpdate, ReceivingGap
from models.lease import Lease
from tests.postgres import Kind, fresh_store_url, fresh_study_url
from tests.process.living import Phone, Process, Site

pytestmark = pytest.mark.slow

POLLS = "this process polls"
SOON = LENGTH.total_seconds() + 30  # the lease, the look of those who stand by, and a machine with other work


async def at_work(site: Site, kind: Kind, folder: Path, count: int) -> list[Process]:
    """So many processes with the part bot; the first one polls."""
    site.settings["ANSHI_DATABASE_URL"] = await fresh_store_url(kind, folder)
    site.settings["ANSHI_STUDY_DATABASE_URL"] = await fresh_study_url(kind, folder)
    await site.furnish()
    first = await site.run("--only", "bot")
    await site.until(lambda: POLLS in first.printed, SOON)
    return [first, *[await site.run("--only", "bot") for _ in range(count - 1)]]


async def number(site: Site) -> int:
    (found,) = [row for row in await site.rows(Lease) if row.name == "polling"]
    return int(found.number)


async def heard(site: Site, phone: Phone, seconds: float = SOON) -> None:
    """What the participant writes is answered, once."""

    def contacts() -> int:
        return sum("010-69150000" in message.text for message in phone.messages())

    seen = contacts()
    site.emulator.phone.send_text(phone.user, "/contact")
    await site.until(lambda: contacts() > seen, seconds)
    await asyncio.sleep(2)
    assert contacts() == seen + 1


@pytest.mark.parametrize("kind", get_args(Kind))
async def test_another_process_polls_soon_after_the_one_that_did_was_killed(
    kind: Kind, site: Site, tmp_path: Path
) -> None:
    processes = await at_work(site, kind, tmp_path, 3 if kind == "postgresql" else 2)
    token = await site.enrol()
    phone = Phone(site, site.emulator.phone.create_user("en", "Fang", 1001))
    await phone.enter(token, "08:00")
    assert [POLLS in process.printed for process in processes].count(True) == 1
    await processes[0].killed()
    await heard(site, phone)
    assert [POLLS in process.printed for process in processes[1:]].count(True) == 1
    assert await number(site) == 2
    assert await site.rows(ReceivingGap) == []
    for process in processes[1:]:
        assert await process.terminated() == 0
        assert '"level": "error"' not in process.printed


async def test_a_poller_that_stood_still_past_its_lease_stands_by_when_it_wakes(site: Site, tmp_path: Path) -> None:
    """Guards `actions.leases.renew` and `is_held`: without the number it would go on polling beside the other."""
    frozen, other = await at_work(site, "postgresql", tmp_path, 2)
    token = await site.enrol()
    phone = Phone(site, site.emulator.phone.create_user("en", "Fang", 1001))
    await phone.enter(token, "08:00")
    frozen.child.send_signal(signal.SIGSTOP)
    await site.until(lambda: POLLS in other.printed, SOON)
    await heard(site, phone)
    frozen.child.send_signal(signal.SIGCONT)
    await site.until(lambda: "another process polls now" in frozen.printed)
    await heard(site, phone)
    assert await number(site) == 2
    assert {row.state for row in await site.rows(InboxUpdate)} <= {"done", "ignored"}
    assert frozen.printed.count(POLLS) == 1

    await other.terminated()
    await site.until(lambda: frozen.printed.count(POLLS) == 2)
    await heard(site, phone)
    assert await number(site) == 3
    assert await frozen.terminated() == 0
