"""PostgreSQL crashes and is away, for a second and for ten, while people press buttons: nothing lost, nothing twice."""

import asyncio
import os
import random
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.process.crowd import crowd
from tests.process.kills import at_rest
from tests.process.raw import Raw
from tests.process.tappers import keep_tapping, tappers_of
from tests.process.truth import problems
from tests.process.witness import Witness, answer_of

pytestmark = pytest.mark.slow

STARTED: list[object] = []  # servers that go on for the tests that follow, and end with this process


async def test_nothing_is_lost_or_doubled_while_postgresql_crashes_twice(tmp_path: Path) -> None:
    witness, dice = Witness(), random.Random(7)
    async with crowd("postgresql", tmp_path, witness, people=20, spread=20) as site:
        store, study = Raw(site.settings["ANSHI_DATABASE_URL"]), Raw(site.settings["ANSHI_STUDY_DATABASE_URL"])
        witness.store, first = store, witness.world.updates.next_id
        people, done = tappers_of(site, dice), asyncio.Event()
        process = await site.run()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keep_tapping(site, people, dice, done))
            await site.until(lambda: witness.recorded > 2)
            for seconds in (1, 10):
                recorded = witness.recorded
                await _crash(store, seconds)
                await site.until(lambda recorded=recorded: witness.recorded > recorded, 60)  # type: ignore[misc]
            done.set()
        await store.end_leases()
        left = await at_rest(site, witness, store, people)
        assert left + await problems(store, study, witness, people, first) == []
        assert process.child.returncode is None
        assert await process.terminated() == 0


async def _crash(store: Raw, seconds: float) -> None:
    """Ends the server of the tests as a crash does, and starts it again as it was."""
    ((folder,),) = [tuple(row.values()) for row in await store.rows("SHOW data_directory")]
    if not (pid_file := Path(folder) / "postmaster.pid").is_file():
        pytest.skip("the server of ANSHI_TEST_POSTGRES_URL is not ours to end")
    pid = int(pid_file.read_text(encoding="utf-8").split()[0])
    words = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
    owner = Path(f"/proc/{pid}").stat()
    log = Path(folder).parent / "log"
    os.kill(pid, signal.SIGQUIT)
    async with asyncio.timeout(60):
        while pid_file.exists():  # noqa: ASYNC110  the server tells nobody
            await asyncio.sleep(0.05)
    await asyncio.sleep(seconds)
    _start(words, log, owner.st_uid, owner.st_gid)
    async with asyncio.timeout(90):
        await answer_of(store, "SELECT 1 AS there")


def _start(words: list[bytes], log: Path, user: int, group: int) -> None:
    given: dict[str, Any] = {"user": user, "group": group, "extra_groups": []} if os.geteuid() == 0 else {}
    with log.open("ab") as output:
        STARTED.append(subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **given))
