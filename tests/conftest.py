"""The order of a whole run: rooms whose tests mostly wait go first, so that the quick ones fill the gaps they leave.

And what a test leaves on the disk goes with it: its folder by pytest's own setting, its databases here.
Hypothesis has no deadline, as a busy machine is no failure; where `CI` is set it takes the same examples in each run.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import postgres

FIRST = ("process", "simulation", "benchmarks", "demo", "load", "browser")
HERE = Path(__file__).parent

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stable: within a room the order stays, which every worker of a run has to agree on."""
    items.sort(key=lambda item: _place(item.path.relative_to(HERE).parts[0]))


def _place(room: str) -> int:
    return FIRST.index(room) if room in FIRST else len(FIRST)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    folder = getattr(item, "funcargs", {}).get("tmp_path")
    yield
    if folder is not None:
        postgres.over(folder)
