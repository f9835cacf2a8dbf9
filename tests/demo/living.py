"""A demo in a process of its own, with few days lived, and the requests its page makes."""

import asyncio
import json
import re
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

ROOT = Path(__file__).parents[2]
PROGRAM = """
import asyncio, sys
from pathlib import Path
from app.demo import run_demo
asyncio.run(run_demo(Path(sys.argv[1]), web_port=int(sys.argv[2]), phone_port=int(sys.argv[3]), days=int(sys.argv[4])))
"""
NOT_WITHIN_THE_PROCESS = """
from bot.transport import InProcessRequest
async def refused(*_: object) -> None:
    raise AssertionError("a call that did not go over HTTP")
InProcessRequest.exchange = refused
"""
READY = "Ctrl-C stops it"
FANG, EMMA = 7_000_001, 7_000_002


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Demo:
    """A running demo. `printed` is what stood on its terminal up to now."""

    folder: Path
    web: str
    phone: str
    child: asyncio.subprocess.Process
    output: Path

    @property
    def printed(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def account(self, name: str) -> dict[str, str]:
        state = json.loads((self.folder / "demo.json").read_text(encoding="utf-8"))
        found: dict[str, str] = next(one for one in state["accounts"] if one["name"] == name)
        return found

    async def get(self, path: str) -> Any:
        async with aiohttp.ClientSession() as session, session.get(self.phone + path) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def post(self, path: str, **body: Any) -> Any:
        async with aiohttp.ClientSession() as session, session.post(self.phone + path, json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def move(self, **how: Any) -> datetime:
        """Moves the clock as the panel does; where it stands then."""
        return datetime.fromisoformat((await self.post("/phone/clock", **how))["now"])

    async def now(self) -> datetime:
        """Where the demo's clock stands."""
        return datetime.fromisoformat((await self.get("/phone/clock"))["now"])

    async def today(self, zone: ZoneInfo) -> date:
        """The day on a wall there."""
        return (await self.now()).astimezone(zone).date()

    async def messages(self, user: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.get(f"/phone/users/{user}"))["messages"]
        return found

    async def until(self, user: int, word: str) -> str:
        """The newest message of the bot, once it has this word."""
        async with asyncio.timeout(10):
            while True:
                text: str = [one for one in await self.messages(user) if one["from_bot"]][-1]["text"]
                if word in text:
                    return text
                await asyncio.sleep(0.05)

    async def ready(self) -> None:
        async with asyncio.timeout(120):
            while READY not in self.printed:
                assert self.child.returncode is None, self.printed
                await asyncio.sleep(0.05)
            while True:
                try:
                    await self.get("/phone/state")
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.05)
                else:
                    return

    async def stopped(self) -> float:
        """Ctrl-C; seconds until it had ended. It must end well."""
        began = asyncio.get_running_loop().time()
        self.child.send_signal(signal.SIGINT)
        async with asyncio.timeout(20):
            code = await self.child.wait()
        assert code == 0, self.printed
        assert "Traceback" not in self.printed
        assert re.findall(r'"level": "(?:error|warning)".*', self.printed) == []
        return asyncio.get_running_loop().time() - began


@asynccontextmanager
async def demo(folder: Path, *, days: int = 2, first: str = "") -> AsyncIterator[Demo]:
    """A demo that is ready; killed at the end unless it was stopped before. `first` is run before it in its process."""
    web, phone = free_port(), free_port()
    output = folder.with_suffix(".out")
    with output.open("w") as printed:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", first + PROGRAM, str(folder), str(web), str(phone), str(days)),
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=printed,
            stderr=printed,
        )
    made = Demo(folder, f"http://127.0.0.1:{web}", f"http://127.0.0.1:{phone}", child, output)
    try:
        await made.ready()
        yield made
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


def copied(seeded: Path, folder: Path) -> Path:
    """A folder of its own with what was seeded."""
    shutil.copytree(seeded, folder)
    return folder
