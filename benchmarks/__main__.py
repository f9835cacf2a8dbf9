"""`make bench`: measures ticks, reminders, taps, a list page and starts in one run and prints the tables."""

import os
import sys
import tempfile
from pathlib import Path

from benchmarks.comparisons import compare_lists, compare_paths, compare_starts, compare_ticks
from benchmarks.sizes import FULL, TINY, Sizes


def run(sizes: Sizes) -> list[str]:
    """All tables, printed as they are found."""
    lines: list[str] = []
    with tempfile.TemporaryDirectory(prefix="anshi-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for part in (compare_paths, compare_ticks, compare_lists, compare_starts):
            for line in part(sizes, folder):
                print(line, flush=True)
                lines.append(line)
    return lines


if __name__ == "__main__":
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.1f} at the start. Medians; CPU time of the client process alone.\n")
    run(TINY if "--tiny" in sys.argv else FULL)
    print(f"\nload {os.getloadavg()[0]:.1f} at the end")
