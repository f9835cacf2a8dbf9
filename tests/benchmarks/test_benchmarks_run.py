"""The benchmarks run, and do what they say they measure: nothing is counted that did not happen."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import func, select

from benchmarks.child import Work, measure
from benchmarks.contender import Cost
from benchmarks.listing import WHATS, BareList, OurList, page_of
from benchmarks.measures import Measured, ratio
from benchmarks.place import emulator, fresh
from benchmarks.receiving import BareTaps, OurTaps
from benchmarks.sending import BareSends, OurSends
from benchmarks.ticking import Ticks
from models.dose import ScheduledDose
from models.inbox import InboxUpdate
from models.prompt import Prompt
from models.session import Store
from protocol.terms import DoseState, PromptState
from web.people import PER_PAGE

BLOCK = 2
WAYS = ("together", "alone")


async def count(store: Store, table: Any, *conditions: Any) -> int:
    async with store.read() as session:
        return await session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


async def lived(work: Work, *whats: str) -> int:
    """How many units were done in all."""
    await work.open()
    return sum([int((await measure(work, what))["units"]) for what in whats])


@pytest.mark.slow
def test_what_the_paths_count_is_sent_and_recorded(tmp_path: Path) -> None:
    async def both(url: str, ours: dict[str, dict[str, str]]) -> None:
        for bare in (BareSends(url, BLOCK), BareTaps(url, BLOCK)):
            assert await lived(bare, "-") == BLOCK
            await bare.close()
        sends = OurSends(url, BLOCK, **ours["sends"])
        assert await lived(sends, *WAYS) == 2 * BLOCK
        assert await count(sends.system.store, Prompt, Prompt.state == PromptState.DELIVERED) == 2 * BLOCK
        await sends.close()
        taps = OurTaps(url, BLOCK, **ours["taps"])
        assert await lived(taps, *WAYS) == 2 * BLOCK == await taps.recorded()
        assert await count(taps.system.store, InboxUpdate, InboxUpdate.answers == None) == 2 * BLOCK  # noqa: E711
        await taps.close()

    stores = {name: fresh("sqlite", _folder(tmp_path, name)) for name in ("sends", "taps")}
    with emulator(2 * BLOCK) as url:
        asyncio.run(both(url, stores))


def test_a_due_tick_sends_and_settles_what_is_due(tmp_path: Path) -> None:
    async def tick(url: str) -> None:
        ticks = Ticks({"20": url}, BLOCK)
        assert await lived(ticks, "empty 20", "due 20") == 20 + BLOCK
        store = ticks._stores["20"]
        assert await count(store, Prompt, Prompt.state == PromptState.DELIVERED) == BLOCK
        assert await count(store, ScheduledDose, ScheduledDose.state != DoseState.OPEN) == BLOCK
        await ticks.close()

    url = fresh("sqlite", tmp_path)["store_url"]
    asyncio.run(tick(url))


def test_a_list_page_shows_participants_whatever_is_asked(tmp_path: Path) -> None:
    async def listed(urls: dict[str, str]) -> None:
        ours = OurList(**urls, people=PER_PAGE + 6, block=1)
        assert await lived(ours, *WHATS) == len(WHATS)
        rows = {what: (await ours.one(what)).count('role="rowheader"') for what in WHATS}
        assert rows == {"first": PER_PAGE, "last": 6, "alerts": 7, "search": 11, "silent": PER_PAGE}
        bare = BareList(**urls, people=PER_PAGE + 6, block=1)
        assert (await page_of(bare._app, "")).count("<tr>") == PER_PAGE
        await bare.close()
        await ours.close()

    asyncio.run(listed(fresh("sqlite", tmp_path)))


def test_a_ratio_pairs_what_was_measured_together() -> None:
    ours = Measured("ours", [Cost(2.0, 2.0), Cost(9.0, 9.0), Cost(4.0, 4.0)])
    bare = Measured("bare", [Cost(1.0, 1.0), Cost(3.0, 3.0), Cost(1.0, 1.0)])
    assert ratio(ours, bare) == 3.0


def _folder(within: Path, name: str) -> Path:
    folder = within / name
    folder.mkdir()
    return folder
