"""Starting: from nothing to ready, beside the bare imports of the same libraries; and what an idle process holds."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.sizes import Sizes


def compare_starts(sizes: Sizes, folder: Path) -> Iterator[str]:
    yield from ()
