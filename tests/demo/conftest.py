"""Seeded folders: made once for a session, copied for each test that changes them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.demo import seed

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # evening in Beijing, noon in London


def seeded_folder(folder: Path, days: int, at: datetime = AT) -> Path:
    """Seeds in a thread, so that no loop of a test is in the way."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(seed(folder, days, at))).result()
    return folder


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days lived; only to be read or copied."""
    return seeded_folder(tmp_path_factory.mktemp("demo") / "seeded", 2)


@pytest.fixture(scope="session")
def fortnight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen days lived, so that nearly the whole cohort has joined."""
    return seeded_folder(tmp_path_factory.mktemp("demo") / "fortnight", 16)
