"""A race: rows that are all due at one moment, and real processes that send them."""

import asyncio
import signal
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from benchmarks.house import open_store
from benchmarks.rows import NOON, enrol_in_bulk
from models.prompt import Prompt
from models.tables import table_of
from tests.postgres import Kind, fresh_store_url

ROOT = Path(__file__).parents[2]
PROMPT = table_of(Prompt)


@dataclass
class Racer:
    """One process, and the file with what it has sent."""

    child: asyncio.subprocess.Process
    sent: Path

    def chats(self) -> list[str]:
        return self.sent.read_text(encoding="utf-8").split()

    def go(self) -> None:
        assert self.child.stdin is not None
        self.child.stdin.write(b"go\n")

    async def ended(self, within: float) -> None:
        async with asyncio.timeout(within):
            assert await self.child.wait() == 0

    async def frozen(self) -> None:
        """Returns when it has stopped itself."""
        async with asyncio.timeout(30):
            while _state(self.child.pid) != "T":  # noqa: ASYNC110  the kernel tells nobody
                await asyncio.sleep(0.02)

    def wakes(self) -> None:
        self.child.send_signal(signal.SIGCONT)


def _state(pid: int) -> str:
    """One letter of the kernel's; T is stopped."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2][0]


class Race:
    """So many people with a reminder due now, on a store of either kind; the racers share one clock, which stands."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self._folder = folder
        self.racers: list[Racer] = []
        self.is_now(NOON)

    @classmethod
    async def over(cls, kind: Kind, people: int, folder: Path) -> "Race":
        url = await fresh_store_url(kind, folder)
        store = open_store(url)
        await enrol_in_bulk(store, people)
        async with store.engine.begin() as connection:
            await connection.execute(update(PROMPT).values(visible_at=NOON))
        await store.close()
        return cls(url, folder)

    def is_now(self, at: datetime) -> None:
        """What every process's clock shows from here on."""
        new = self._folder / "clock.new"
        new.write_text(at.isoformat(), encoding="utf-8")
        new.replace(self._folder / "clock")

    async def enter(self, where: str = "nowhere") -> Racer:
        """One process more, ready to go; `where` it freezes."""
        sent = self._folder / f"sent-{len(self.racers)}"
        sent.touch()
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.scheduler.racer", self.url, str(sent), str(self._folder / "clock"), where,
            cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self.racers.append(Racer(child, sent))
        assert child.stdout is not None
        assert await child.stdout.readline() == b"ready\n"
        return self.racers[-1]

    def sent(self) -> Counter[str]:
        """How often each chat was written to, by all of them."""
        return Counter(chat for racer in self.racers for chat in racer.chats())

    async def states(self) -> dict[str, int]:
        """How many prompts are in each state."""
        rows = await self._rows(select(PROMPT.c.state, func.count()).group_by(PROMPT.c.state))
        return {str(state): count for state, count in rows}

    async def claims_max(self) -> int:
        """How often the prompt that was claimed most often was claimed."""
        ((found,),) = await self._rows(select(func.max(PROMPT.c.attempts)))
        return int(found)

    async def _rows(self, query: Any) -> list[Any]:
        store = open_store(self.url)
        try:
            async with store.read() as session:
                return list(await session.execute(query))
        finally:
            await store.close()

    async def close(self) -> None:
        for racer in self.racers:
            if racer.child.returncode is None:
                racer.child.kill()
                await racer.child.wait()
