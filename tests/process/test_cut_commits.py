"""The reply of COMMIT is lost on the wire, forty times: what was committed has one effect, no prompt a second."""

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest

from tests.process.crowd import crowd
from tests.process.kills import at_rest
from tests.process.raw import Raw
from tests.process.tappers import keep_tapping, tappers_of
from tests.process.truth import problems
from tests.process.wire import wired
from tests.process.witness import Witness

pytestmark = pytest.mark.slow

CUTS = 40
CHANCES = {"report": 0.5, "sent": 0.7, "claimed": 0.5, "other": 0.5}
MOST = {"report": CUTS, "sent": 12, "claimed": 8, "other": 6}  # people go on pressing, prompts come to an end
MATTERS = {"dose_event", "prompt", "outbox_entry", "inbox_update"}


async def test_forty_lost_replies_of_commit_come_to_one_effect_each(tmp_path: Path) -> None:
    witness, dice = Witness(), random.Random(5)
    cut: Counter[str] = Counter()

    def cuts(written: set[str]) -> bool:
        """Reports and prompts that have left, and a few of the others."""
        name = _kind(written)
        if sum(cut.values()) >= CUTS or not written & MATTERS or cut[name] >= MOST[name]:
            return False
        if dice.random() >= CHANCES[name]:
            return False
        cut[name] += 1
        return True

    async with crowd("postgresql", tmp_path, witness, people=30, spread=25) as site:
        urls = {name: site.settings[name] for name in ("ANSHI_DATABASE_URL", "ANSHI_STUDY_DATABASE_URL")}
        store, study = (Raw(url) for url in urls.values())
        witness.store, first = store, witness.world.updates.next_id
        people, done = tappers_of(site, dice), asyncio.Event()
        async with wired(urls["ANSHI_DATABASE_URL"], cuts) as (wire, through):
            site.settings |= {name: through(url) for name, url in urls.items()}
            process = await site.run()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(keep_tapping(site, people, dice, done))
                async with asyncio.timeout(240):
                    while len(wire.cut) < CUTS:
                        await asyncio.sleep(1)
                        await store.age_answers()
                done.set()
            left = await at_rest(site, witness, store, people)
            assert left + await problems(store, study, witness, people, first) == []
            assert await process.terminated() == 0
        assert len(wire.cut) == CUTS
        assert cut["report"] >= 6
        assert cut["sent"] >= 6


def _kind(written: set[str]) -> str:
    """What a transaction was about: a settled prompt owes the study something, a claimed one does not yet."""
    if "dose_event" in written:
        return "report"
    if "prompt" in written:
        return "sent" if "outbox_entry" in written else "claimed"
    return "other"
