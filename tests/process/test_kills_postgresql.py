"""`anshi run` on PostgreSQL is killed 25 times while people press buttons (1,000 times: `make kills`)."""

from pathlib import Path
from statistics import median

import pytest

from tests.process.kills import READY, kill_round

pytestmark = pytest.mark.slow


async def test_nothing_is_lost_or_doubled_though_the_process_is_killed_again_and_again(tmp_path: Path) -> None:
    told = await kill_round("postgresql", tmp_path, kills=25, seed=1)
    assert told.problems == []
    assert sum(told.killed_in.values()) == 25
    assert told.reports > 40
    assert told.prompts >= 10  # on a busy machine a start eats most of a life, and fewer are asked before they tell
    assert median(told.ready) <= READY
