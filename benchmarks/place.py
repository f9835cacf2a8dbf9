"""Where a run takes place: its folder, its fresh databases, the emulator's process and a free port."""

import asyncio
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.postgres import Kind, fresh_store_url, fresh_study_url, server_url

ROOT = Path(__file__).parent.parent


def kinds() -> list[Kind]:
    """The databases that can be had here."""
    try:
        server_url()
    except (pytest.skip.Exception, pytest.fail.Exception):
        return ["sqlite"]
    return ["sqlite", "postgresql"]


def fresh(kind: Kind, folder: Path) -> dict[str, str]:
    """A migrated store and study database."""

    async def both() -> tuple[str, str]:
        return await fresh_store_url(kind, folder), await fresh_study_url(kind, folder)

    store, study = asyncio.run(both())
    return {"store_url": store, "study_url": study}


@contextmanager
def emulator(people: int) -> Iterator[str]:
    """The emulator over HTTP in a process of its own; its address."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.server", str(port), str(people)], cwd=ROOT)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}/bot1:EMULATOR/getMe", process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(url: str, process: "subprocess.Popen[bytes]", seconds: float = 60.0) -> float:
    """Asks until the address answers 200; gives how long that took, in seconds."""
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return time.perf_counter() - began
        except OSError:
            time.sleep(0.01)
    raise TimeoutError(url)
