"""Starting: from nothing to loaded, beside the bare imports of the same libraries; and what an idle process holds."""

import asyncio
import base64
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median

from benchmarks.place import ROOT, emulator, free_port, fresh, wait_for
from benchmarks.rows import enrol_in_bulk
from benchmarks.sizes import Sizes
from models.session import Store
from models.vault import Vault, read_keys

LIBRARIES = (
    "import aiohttp, aiohttp_socks, aiosqlite, alembic, apscheduler.schedulers.asyncio, argon2, babel.dates, click, "
    "cryptography.hazmat.primitives.ciphers.aead, jinja2, pydantic, pyotp, segno, sqlalchemy.ext.asyncio, sqlmodel, "
    "starlette.applications, telegram.ext, uvicorn"
)
OURS = "from app.__main__ import load_run; load_run(pages=True)"
ENROLLED = 1_000


def compare_starts(sizes: Sizes, folder: Path) -> Iterator[str]:
    """Imports in turn, then one `anshi run` with a thousand enrolled: until it is ready, and its memory at rest."""
    bare, ours = [], []
    for _ in range(sizes.starts + 1):
        bare.append(_cpu_of(LIBRARIES))
        ours.append(_cpu_of(OURS))
    ratios = [one / other for one, other in zip(ours[1:], bare[1:], strict=True)]
    yield "| start | CPU s | ratio |"
    yield "|---|---:|---:|"
    yield f"| bare imports of the libraries | {median(bare[1:]):.2f} | 1.00 |"
    yield f"| everything that `anshi run` imports | {median(ours[1:]):.2f} | {median(ratios):.2f} |"
    yield ""
    yield from _idle(sizes, folder)


def _cpu_of(statement: str) -> float:
    """CPU seconds of one fresh interpreter that runs a statement."""
    process = subprocess.Popen([sys.executable, "-c", statement], cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"did not run: {statement}")
    return usage.ru_utime + usage.ru_stime


def _idle(sizes: Sizes, folder: Path) -> Iterator[str]:
    urls = fresh("sqlite", folder)
    keys = f"k1:{base64.b64encode(b'1' * 32).decode()}", base64.b64encode(b"2" * 32).decode()
    asyncio.run(_enrol(urls["store_url"], keys))
    port = free_port()
    with emulator(1) as api_url:
        settings = {
            "ANSHI_TELEGRAM_TOKEN": "1:EMULATOR",
            "ANSHI_TELEGRAM_API_URL": api_url,
            "ANSHI_DATABASE_URL": urls["store_url"],
            "ANSHI_STUDY_DATABASE_URL": urls["study_url"],
            "ANSHI_ENCRYPTION_KEYS": keys[0],
            "ANSHI_INDEX_KEY": keys[1],
            "ANSHI_WEB_PORT": str(port),
        }
        yield from _run_idle(settings, f"http://127.0.0.1:{port}/livez", sizes.idle_seconds)


def _run_idle(settings: Mapping[str, str], url: str, seconds: float) -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-m", "app", "run"], cwd=ROOT, env={**os.environ, **settings})
    try:
        ready = wait_for(url, process)
        time.sleep(seconds)
        megabytes = _resident_kib(process.pid) / 1024
    finally:
        process.terminate()
        process.wait(timeout=30)
    yield f"| `anshi run`, {ENROLLED:,} enrolled, SQLite | |"
    yield "|---|---:|"
    yield f"| from the command to `/livez`, wall | {ready:.1f} s |"
    yield f"| resident memory after {seconds:.0f} s | {megabytes:.0f} MB |"
    yield ""


async def _enrol(store_url: str, keys: tuple[str, str]) -> None:
    store = Store(
        store_url,
        vault=Vault(read_keys(*keys), os.urandom),
        new_id=lambda: os.urandom(8).hex(),
        random_bytes=os.urandom,
    )
    await enrol_in_bulk(store, ENROLLED)
    await store.close()


def _resident_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("the process is gone")
