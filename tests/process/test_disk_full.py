"""The disk is full: nothing is taken or confirmed, the log says why, and with room it goes on by itself."""

import asyncio
import random
import resource
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest

from tests.process.crowd import crowd
from tests.process.kills import at_rest
from tests.process.living import Process, Site
from tests.process.raw import Raw
from tests.process.tappers import Tapper, tappers_of
from tests.process.truth import problems
from tests.process.witness import Witness

pytestmark = pytest.mark.slow

FULL_AT = 64 * 1024  # bytes: no file may grow beyond; the write-ahead logs are longer already
SAYS = ("SQLITE_FULL", "SQLITE_IOERR")  # no room on the disk, no room by the limit
UNLIMITED = resource.RLIM_INFINITY


def room(process: Process, limit: int) -> None:
    resource.prlimit(process.child.pid, resource.RLIMIT_FSIZE, (limit, UNLIMITED))


async def test_a_full_disk_stops_the_work_and_loses_nothing(tmp_path: Path) -> None:
    witness = Witness()
    async with crowd("sqlite", tmp_path, witness, people=12, spread=8) as site:
        store, study = Raw(site.settings["ANSHI_DATABASE_URL"]), Raw(site.settings["ANSHI_STUDY_DATABASE_URL"])
        witness.store, first = store, witness.world.updates.next_id
        people = tappers_of(site, random.Random(3))
        site.settings["ANSHI_LOG_LEVEL"] = "warning"  # the log is a file too, and must find room
        process = await site.run()
        await _press_until(site, people, lambda: _wal(store) > 4 * FULL_AT)

        room(process, FULL_AT)
        asked, told = sum(witness.asked.values()), witness.world.updates.next_id
        site.emulator.phone.send_text(people[0].user, "/contact")
        await site.until(lambda: any(code in process.printed for code in SAYS))
        await asyncio.sleep(4)
        assert process.child.returncode is None
        assert witness.confirmed <= told
        assert site.emulator.phone.waiting()
        assert sum(witness.asked.values()) <= asked + 1  # what was claimed before may still arrive
        assert await _lives(site)

        room(process, UNLIMITED)
        await store.end_leases()  # a message that left and could not be written down is unknown in time
        left = await at_rest(site, witness, store, people)
        assert left + await problems(store, study, witness, people, first) == []
        assert await process.terminated() == 0


async def _press_until(site: Site, people: list[Tapper], holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(90):
        while not holds():
            for person in people:
                person.look(site, restless=True)
            await asyncio.sleep(0.1)


def _wal(store: Raw) -> int:
    wal = store.file.with_name(store.file.name + "-wal")
    return wal.stat().st_size if wal.is_file() else 0


async def _lives(site: Site) -> bool:
    async with (
        aiohttp.ClientSession() as browser,
        browser.get(f"http://127.0.0.1:{site.settings['ANSHI_WEB_PORT']}/livez") as reply,
    ):
        return reply.status == 200
