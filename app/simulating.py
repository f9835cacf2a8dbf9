"""Simulating: hands the real system to the simulation, in a folder of its own with fresh stores."""

import asyncio
import base64
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from app.clock import ClockWatch
from app.introduction import introduce_until
from app.running import guarded, receive_until
from app.settings import Settings
from app.wiring import DEMO_TOKEN, Chance, Transport, assemble, receive_once
from bot.receiving import PollResult
from models.migrations.upgrade import upgrade
from models.protocol_file import load_trial
from models.session import Store
from models.sqlite_inline import Edges
from models.vault import Vault, read_keys
from protocol.trial import Trial
from simulation.built import Built, Ground
from simulation.checks import Checks
from simulation.evidence import Violation
from simulation.faults import chance
from simulation.world import Outcome, Plan, Tools, simulate

STORE, STUDY = "store.db", "study.db"
PER_SECOND = 25.0
SHOWN_MAX = 3
MISTAKES = (TypeError, ValueError, AttributeError, LookupError, NameError, AssertionError, ArithmeticError)
"""What no fault of the surroundings raises."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one simulated store, as the settings take them."""

    encryption_keys: str
    index_key: str


def keys_of(seed: int) -> Keys:
    """Decided by the seed, as everything else."""
    random = chance(seed, "keys")
    sealing, index = (base64.b64encode(random.randbytes(32)).decode() for _ in range(2))
    return Keys(f"sim:{sealing}", index)


def leave_settings(plan: Plan, folder: Path) -> None:
    """Beside the stores, what opens them: commands that are called in this folder work on them."""
    keys = keys_of(plan.seed)
    lines = (
        f"ANSHI_DATABASE_URL=sqlite:///{STORE}",
        f"ANSHI_STUDY_DATABASE_URL=sqlite:///{STUDY}",
        f"ANSHI_ENCRYPTION_KEYS={keys.encryption_keys}",
        f"ANSHI_INDEX_KEY={keys.index_key}",
    )
    file = folder / ".env"
    file.touch(mode=0o600)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def run_plan(
    plan: Plan, checks: Callable[[], Checks], folder: Path, progress: Callable[[float], None] = lambda _share: None
) -> Outcome:
    """Lives one plan through on fresh stores in `folder`, which is there and empty."""
    for name, content in _empty_stores().items():
        (folder / name).write_bytes(content)
    keys = keys_of(plan.seed)
    settings = Settings(
        database_url=f"sqlite:///{folder / STORE}",
        study_database_url=f"sqlite:///{folder / STUDY}",
        encryption_keys=SecretStr(keys.encryption_keys),
        index_key=SecretStr(keys.index_key),
    )
    trial = _trial()

    def vault(random_bytes: Callable[[int], bytes]) -> Vault:
        return Vault(read_keys(keys.encryption_keys, keys.index_key), random_bytes)

    def office(edges: Edges, new_id: Callable[[], str], random_bytes: Callable[[int], bytes]) -> Store:
        return Store(
            settings.database_url, vault=vault(random_bytes), new_id=new_id, random_bytes=random_bytes, edges=edges
        )

    def build(ground: Ground) -> Built:
        return _built(settings, ground, vault(ground.random_bytes))

    tools = Tools(str(folder / STORE), str(folder / STUDY), DEMO_TOKEN, trial, build, office, checks, progress)
    with _listening_to_logs() as listener:
        outcome = simulate(plan, tools)
    found = tuple(Violation("X-01 nothing unforeseen", outcome.start, told) for told in listener.found)
    return replace(outcome, violations=(*outcome.violations, *found))


def _built(settings: Settings, ground: Ground, vault: Vault) -> Built:
    """The system as `anshi run` has it, on the simulation's ground."""
    system = assemble(
        settings,
        ground.clock,
        Chance(ground.new_id, ground.random_bytes),
        Transport(ground.request, ground.request, PER_SECOND),
        vault=vault,
        trial=_trial(),
        edges=(ground.store_edges, ground.study_edges),
    )
    watch = ClockWatch()

    async def receive(idle: Callable[[bool], Awaitable[None]], stop: asyncio.Event) -> None:
        failed = False

        async def look() -> PollResult:
            nonlocal failed
            await idle(failed)
            failed = True
            result = await receive_once(system, wait_seconds=0)
            failed = result.failure is not None  # whoever stands by does not listen, and looks again soon
            return result

        await receive_until(system, stop, watch, look)

    async def introduce(stop: asyncio.Event) -> None:
        await introduce_until(system, stop)

    return Built(
        store=system.store,
        study=system.study,
        trial=system.trial,
        open=system.open,
        close=system.close,
        wakes={loop.name: guarded(system, loop, watch) for loop in system.loops},
        receive=receive,
        introduce=introduce,
        doze=system.listening.broke,
    )


@cache
def _trial() -> Trial:
    """The protocol file, read once for all the processes of a run: what they start with is not what is tried here."""
    return load_trial(None)


@cache
def _empty_stores() -> dict[str, bytes]:
    """Both databases with their tables and nothing in them; made once."""
    with TemporaryDirectory() as folder:
        made = Path(folder)
        asyncio.run(_make_stores(made))
        return {name: (made / name).read_bytes() for name in (STORE, STUDY)}


async def _make_stores(folder: Path) -> None:
    await upgrade(f"sqlite:///{folder / STORE}", "store")
    await upgrade(f"sqlite:///{folder / STUDY}", "study")


class _Unforeseen(logging.Handler):
    """Takes every line of the log. What only a mistake of ours can raise is kept; the rest went wrong on purpose."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, MISTAKES) and len(self.found) < SHOWN_MAX:
            places = traceback.extract_tb(error.__traceback__)[-3:]
            where = " < ".join(f"{Path(place.filename).name}:{place.lineno}" for place in reversed(places))
            self.found.append(f"{record.getMessage()}: {error!r} at {where}")


@contextmanager
def _listening_to_logs() -> Iterator[_Unforeseen]:
    """Nothing is printed meanwhile."""
    root, listener = logging.getLogger(), _Unforeseen()
    before, level = root.handlers[:], root.level
    root.handlers[:] = [listener]
    root.setLevel(logging.ERROR)
    try:
        yield listener
    finally:
        root.handlers[:] = before
        root.setLevel(level)
