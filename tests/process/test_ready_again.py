"""A process that was killed leaves a lease behind; the next one receives within ten seconds all the same."""

import time
from pathlib import Path

import pytest

from tests.process.crowd import crowd
from tests.process.kills import READY
from tests.process.witness import Witness

pytestmark = pytest.mark.slow


async def test_a_killed_process_is_followed_within_ten_seconds(tmp_path: Path) -> None:
    witness, waited = Witness(), []
    async with crowd("sqlite", tmp_path, witness, people=1, spread=1) as site:
        for _ in range(3):
            began, polls = time.monotonic(), witness.polls
            process = await site.run()
            await site.until(lambda polls=polls: witness.polls > polls, 60)  # type: ignore[misc]  # a default binds it
            waited.append(time.monotonic() - began)
            await process.killed()
    assert min(waited[1:]) <= READY
