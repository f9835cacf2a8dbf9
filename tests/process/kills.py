"""Real processes killed again and again while people press buttons: `python -m tests.process.kills --kills 1000`."""

import argparse
import asyncio
import os
import random
import signal
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.postgres import Kind
from tests.process.crowd import crowd
from tests.process.living import Process, Site
from tests.process.raw import Raw
from tests.process.tappers import Tapper, keep_tapping, tappers_of
from tests.process.truth import problems
from tests.process.witness import Deed, Witness

LIFE = 2.2  # seconds that a process with its start lives on the average; prompts are spread over all lives
READY = 10.0
GIVEN_UP = 300.0  # how long a start took is told, and judged where it is measured; beside other work it may be long
PATIENCE = 120.0
PASSES = 15.0  # seconds that stand for the two minutes of a lease
ROUND = 25  # kills on one store
METHODS = ("getUpdates", "sendMessage", "sendMessage", "editMessageText", "answerCallbackQuery")


@dataclass
class Round:
    """What one round of kills came to."""

    problems: list[str] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)  # seconds from each start to its first poll
    killed_in: dict[str, int] = field(default_factory=dict)
    reports: int = 0
    prompts: int = 0
    unknown: int = 0

    def __str__(self) -> str:
        slowest = max(self.ready, default=0.0)
        return (
            f"{sum(self.killed_in.values())} kills {self.killed_in}, {self.reports} reports, {self.prompts} prompts, "
            f"{self.unknown} unknown, ready within {slowest:.1f} s"
        )


async def kill_round(kind: Kind, folder: Path, *, kills: int, seed: int, people: int = 40) -> Round:
    """Kills `kills` processes at moments that the seed decides, lets the last one finish, and looks for problems."""
    dice, witness = random.Random(seed), Witness()
    told = Round()
    async with crowd(kind, folder, witness, people, spread=kills * LIFE) as site:
        store, study = (Raw(site.settings[f"ANSHI_{name}DATABASE_URL"]) for name in ("", "STUDY_"))
        witness.store, first_update = store, witness.world.updates.next_id
        tappers, done = tappers_of(site, dice), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keep_tapping(site, tappers, dice, done))
            for _ in range(kills):
                await _one_life(site, witness, dice, told)
                await store.end_leases()
            done.set()
        told.problems = await _finish(site, witness, store, tappers)
        told.problems += await problems(store, study, witness, tappers, first_update)
        told.reports = sum(len(person.said) for person in tappers)
        told.prompts = sum(witness.asked.values())
        told.unknown = await store.number("SELECT count(*) FROM prompt WHERE state = 'unknown'")
    return told


async def _one_life(site: Site, witness: Witness, dice: random.Random, told: Round) -> None:
    """From the start to the kill: while starting, at a call of some method, or at any moment."""
    began, polls = time.monotonic(), witness.polls
    process = await site.run()
    if dice.random() < 0.1:
        await asyncio.sleep(dice.uniform(0.2, 1.6))
        await _kill(process, "start", told)
        return
    async with asyncio.timeout(GIVEN_UP):
        while witness.polls == polls:  # noqa: ASYNC110  the process tells nobody
            await asyncio.sleep(0.02)
    told.ready.append(time.monotonic() - began)
    if dice.random() < 0.3:
        await asyncio.sleep(dice.uniform(0.0, 1.5))
        await _kill(process, "anywhere", told)
        return
    await _kill_in_the_act(process, witness, dice, told)


async def _kill_in_the_act(process: Process, witness: Witness, dice: random.Random, told: Round) -> None:
    method, after = dice.choice(METHODS), dice.random() < 0.5
    gone = asyncio.Event()

    def strike() -> None:
        os.kill(process.child.pid, signal.SIGKILL)
        gone.set()

    witness.deed = Deed(method, dice.randint(1, 3), after, strike)
    try:
        async with asyncio.timeout(LIFE):
            await gone.wait()
    except TimeoutError:
        witness.deed = None
    await _kill(process, ("after " if after else "before ") + method if gone.is_set() else "anywhere", told)


async def _kill(process: Process, where: str, told: Round) -> None:
    if process.child.returncode is None:
        await process.killed()
    told.killed_in[where] = told.killed_in.get(where, 0) + 1


async def _finish(site: Site, witness: Witness, store: Raw, people: list[Tapper]) -> list[str]:
    """A last process works off what is left while people finish their scripts; gives what hangs after all."""
    await store.end_leases()
    last = await site.run()
    left = await at_rest(site, witness, store, people)
    return left or ["the last process did not end well"] * (await last.terminated() != 0)


async def at_rest(site: Site, witness: Witness, store: Raw, people: list[Tapper]) -> list[str]:
    """Waits until everything is done and everyone has come to the end of a script; gives what hangs after all."""
    began = asked = time.monotonic()
    while left := await hanging(site, witness, store, people):
        if time.monotonic() > began + PATIENCE:
            return left
        if time.monotonic() > asked + PASSES:
            asked = time.monotonic()
            await store.end_leases()  # what was being sent when something broke is unknown in time
        for person in people:
            person.look(site, restless=False)
        await asyncio.sleep(0.2)
    return []


async def hanging(site: Site, witness: Witness, store: Raw, people: list[Tapper]) -> list[str]:
    """What is not done yet: updates, records owed, due prompts, people in the middle of a script."""
    found = [f"update {row}" for row in await store.rows("SELECT update_id FROM inbox_update WHERE state = 'new'")]
    shows = "SELECT update_id FROM inbox_update WHERE answers IS NOT NULL"
    found += [f"not shown {row}" for row in await store.rows(shows)]
    found += [f"owed {row}" for row in await store.rows("SELECT seq, reason FROM outbox_entry WHERE sent_at IS NULL")]
    due = f"""SELECT * FROM prompt WHERE kind = 'dose_reminder' AND visible_at < {await store.moment(150)}
              AND state IN ('waiting', 'claimed', 'sending')"""  # noqa: S608  a moment of our own
    found += [f"prompt {row}" for row in await store.rows(due)]
    if witness.confirmed < witness.world.updates.next_id:
        found.append(f"confirmed up to {witness.confirmed} of {witness.world.updates.next_id}")
    return found + [f"in the middle: {person}" for person in people if 0 < person.at < len(person.script)]


async def _by_hand(kind: Kind, kills: int, seed: int) -> int:
    failed = 0
    for number in range(0, kills, ROUND):
        with tempfile.TemporaryDirectory() as folder:
            told = await kill_round(kind, Path(folder), kills=min(ROUND, kills - number), seed=seed + number)
        print(f"{kind} seed {seed + number}: {told}", *told.problems, sep="\n  ", flush=True)  # noqa: T201
        failed += bool(told.problems)
    return failed


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    words.add_argument("--kills", type=int, default=1000)
    words.add_argument("--seed", type=int, default=1)
    given = words.parse_args()
    raise SystemExit(asyncio.run(_by_hand(given.database, given.kills, given.seed)))
