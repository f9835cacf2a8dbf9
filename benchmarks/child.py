"""A contender in a process of its own: gets ready unmeasured, works measured, and tells how much CPU time it took."""

import asyncio
import gc
import json
import sys
import time
from pathlib import Path
from typing import Protocol

from benchmarks.listing import BareList, OurList
from benchmarks.receiving import BareTaps, OurTaps
from benchmarks.sending import BareSends, OurSends
from benchmarks.ticking import Ticks


class Work(Protocol):
    """`ready` is not measured, `run` is; `run` gives how many units it did. `what` chooses among several works."""

    async def open(self) -> None: ...

    async def ready(self, what: str) -> None: ...

    async def run(self, what: str) -> int: ...

    async def close(self) -> None: ...


class Spin:
    """Nothing but Python: what it takes differs only by the machine's noise."""

    async def open(self) -> None:
        """Nothing to open."""

    async def ready(self, what: str) -> None:
        """Nothing to prepare."""

    async def run(self, what: str) -> int:
        return len({number % 97: str(number) for number in range(1_000_000)})

    async def close(self) -> None:
        """Nothing to close."""


WORKS = {
    "spin": Spin,
    "bare-send": BareSends,
    "our-send": OurSends,
    "bare-tap": BareTaps,
    "our-tap": OurTaps,
    "ticks": Ticks,
    "bare-list": BareList,
    "our-list": OurList,
}


async def measure(work: Work, what: str) -> dict[str, float]:
    """One measurement: CPU seconds of this process, seconds by the wall, and units done."""
    await work.ready(what)
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    units = await work.run(what)
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "units": units}


async def main(name: str, arguments: dict[str, object]) -> None:
    """Reads what to measure from standard input, a line each; answers a line of JSON each."""
    work: Work = WORKS[name](**arguments)
    await work.open()
    gc.collect()
    gc.freeze()
    print("{}", flush=True)
    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        print(json.dumps(await measure(work, line)), flush=True)
    await work.close()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    asyncio.run(main(sys.argv[1], json.loads(sys.argv[2])))
