"""The comparisons of a run: paths and pages beside the bare libraries, ticks by size, starts and memory."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.contender import Contender
from benchmarks.listing import WHATS
from benchmarks.measures import Entry, Measured, interleaved, ratio
from benchmarks.place import emulator, fresh, kinds
from benchmarks.sizes import Sizes
from benchmarks.starting import compare_starts as compare_starts

WAYS = ("together", "alone")


def compare_paths(sizes: Sizes, folder: Path) -> Iterator[str]:
    """Reminders and taps, beside what the bare library takes for the same messages."""
    with emulator(sizes.people) as url:
        yield from _compared("reminder", "send", url, sizes, folder)
        yield from _compared("tap", "tap", url, sizes, folder)


def _compared(unit: str, name: str, url: str, sizes: Sizes, folder: Path) -> Iterator[str]:
    with ExitStack() as stack:
        bare = stack.enter_context(Contender(f"bare-{name}", api_url=url, block=sizes.block))
        spin = stack.enter_context(Contender("spin"))
        entries = [Entry("spin", spin), Entry("bare library", bare)]
        for kind in kinds():
            ours = Contender(f"our-{name}", api_url=url, block=sizes.block, **fresh(kind, folder))
            stack.enter_context(ours)
            entries += [Entry(f"Anshi, {kind}, {way}", ours, way) for way in WAYS]
        measured = interleaved(entries, sizes.rounds)
    yield from _path_table(unit, measured)


def _path_table(unit: str, measured: Sequence[Measured]) -> Iterator[str]:
    noise, bare, *ours = measured
    yield f"| one {unit} | client CPU ms | ratio | wall ms | spread |"
    yield "|---|---:|---:|---:|---:|"
    for item in (bare, *ours):
        yield (
            f"| {item.name} | {item.cpu_ms:.2f} | {ratio(item, bare):.2f} | {item.wall_ms:.2f} | {item.spread:.0%} |"
        )
    yield f"| (noise: nothing but Python) | | | | {noise.spread:.0%} |"
    yield ""


def compare_ticks(sizes: Sizes, folder: Path) -> Iterator[str]:
    """An empty and a due tick, by how many are enrolled."""
    yield f"| plan, send and settle tick: client CPU ms | {' | '.join(f'{size:,}' for size in sizes.enrolled)} |"
    yield "|---|" + "---:|" * len(sizes.enrolled)
    for kind in kinds():
        stores = {str(size): fresh(kind, folder)["store_url"] for size in sizes.enrolled}
        with Contender("ticks", stores=stores, due=sizes.due) as ticks:
            for state, told in (("empty", "nothing due, a tick"), ("due", f"{sizes.due} due, each")):
                entries = [Entry(size, ticks, f"{state} {size}") for size in stores]
                measured = interleaved(entries, sizes.rounds)
                yield f"| {kind}, {told} | {' | '.join(f'{item.cpu_ms:.2f}' for item in measured)} |"
    yield ""


def compare_lists(sizes: Sizes, folder: Path) -> Iterator[str]:
    """A page of the list of participants in a trial of so many, beside the bare framework with the same rows."""
    yield f"| a list page of {sizes.listed} participants | CPU ms | ratio | wall ms | spread |"
    yield "|---|---:|---:|---:|---:|"
    for kind in kinds():
        told = {**fresh(kind, folder), "people": sizes.listed, "block": sizes.pages}
        with Contender("our-list", **told) as ours, Contender("bare-list", **told) as bare:
            entries = [Entry(f"bare framework, {kind}", bare)]
            entries += [Entry(f"Anshi, {kind}, {what}", ours, what) for what in WHATS]
            measured = interleaved(entries, sizes.rounds)
        for item in measured:
            cost = f"{item.cpu_ms:.1f} | {ratio(item, measured[0]):.1f} | {item.wall_ms:.1f} | {item.spread:.0%}"
            yield f"| {item.name} | {cost} |"
    yield ""
