"""The demo: everything in one process on SQLite files, the emulator and a clock that can be moved; no network."""

import asyncio
import base64
import json
import secrets
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from pydantic import SecretStr
from sqlmodel import col, select

from app.clock import MovableClock, RealClock, StillClock
from app.logs import start_logging
from app.office import new_id
from app.readiness import readiness_of
from app.running import receive_until, serve_until, start_metronome
from app.seeding import Account, live_a_month, make_demo_store, receiver, stage_of
from app.settings import Settings
from app.wiring import DEMO_TOKEN, Chance, System, Transport, assemble
from bot.commands import register_commands
from bot.transport import AiohttpRequest, InProcessRequest
from emulator.server import Emulator
from messages.commands import command_names
from models.migrations.upgrade import upgrade
from models.prompt import Prompt
from models.session import Store
from protocol.terms import PromptState
from simulation.clockwork import Clockwork
from simulation.cohort import CAST, add_phone, seeded, user_id
from simulation.people import People
from web.application import build_web

FOLDER = Path("var/demo")
STATE = "demo.json"
DAYS_LIVED = 30
WEB_PORT, PHONE_PORT = 8000, 8001


@dataclass(frozen=True, slots=True)
class DemoState:
    """What a second start needs to go on: the keys of this store, its accounts, and where its clock stood."""

    encryption_keys: str
    index_key: str
    accounts: list[dict[str, str]]
    clock_at: str
    started_at: str
    first_message_id: int


def demo_command(*, reset: bool) -> None:
    """What `anshi demo` does."""
    if reset and FOLDER.exists():
        shutil.rmtree(FOLDER)
    try:
        asyncio.run(run_demo(FOLDER, web_port=WEB_PORT, phone_port=PHONE_PORT))
    except KeyboardInterrupt:
        return
    except OSError as error:
        click.echo(f"anshi: the demo cannot start: {error.strerror or error}", err=True)
        raise SystemExit(1) from error


async def run_demo(folder: Path, *, web_port: int, phone_port: int) -> None:
    """Seeds the demo on its first start, then serves the phone, the pages and the bot until Ctrl-C."""
    state = load_state(folder) or await seed(folder)
    settings = settings_of(folder, state, web_port, phone_port)
    start_logging(settings)
    clock = MovableClock(datetime.fromisoformat(state.clock_at))
    emulator = _emulator(clock.now, state.first_message_id)
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    transport = Transport(AiohttpRequest(), AiohttpRequest(), settings.telegram_messages_per_second)
    system = assemble(settings, clock, Chance(new_id), transport)
    async with AsyncExitStack() as stack:
        await system.open()
        stack.push_async_callback(system.close)
        people = People(emulator.phone, seeded(1))
        hands = DemoHands(system, clock, emulator, people)
        await _bring_phones(hands, datetime.fromisoformat(state.started_at))
        async with asyncio.TaskGroup() as tasks:
            stack.push_async_callback(emulator.aclose)
            tasks.create_task(serve_until(emulator.application(hands), "127.0.0.1", phone_port, stop))
            tasks.create_task(serve_until(_web(system, settings), "127.0.0.1", web_port, stop))
            await register_commands(system.bot, command_names())
            tasks.create_task(receive_until(system, stop))
            metronome = start_metronome(system, ("bot", "scheduler", "sync"))
            _announce(state, web_port, phone_port)
            await stop.wait()
            metronome.shutdown(wait=False)
            await emulator.aclose()
        save_state(folder, _moved(state, clock.now(), emulator))
    click.echo("The demo has stopped. `make demo` goes on where it stood; `make demo-reset` starts afresh.")


# --- the first start ------------------------------------------------------------------------------------------------


async def seed(folder: Path) -> DemoState:
    """Makes the stores and lets the cohort live a month."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # noqa: ASYNC240  nothing else runs yet
    until = RealClock().now().replace(second=0, microsecond=0)
    start = (until - timedelta(days=DAYS_LIVED)).replace(hour=1, minute=0)
    state = DemoState(
        _key("demo"), base64.b64encode(secrets.token_bytes(32)).decode(), [], until.isoformat(), start.isoformat(), 1
    )
    settings = settings_of(folder, state, WEB_PORT, PHONE_PORT)
    await upgrade(settings.database_url, "store")
    await upgrade(settings.study_database_url, "study")
    clock = StillClock(start)
    emulator = _emulator(clock.now, 1)
    request = InProcessRequest(emulator.call, emulator.download)
    system = assemble(settings, clock, Chance(new_id), Transport(request, request, None))
    await system.open()
    try:
        accounts = await make_demo_store(system.store, start, _password)
        await live_a_month(system, clock, emulator, start, until, Progress())
    finally:
        await system.close()
    state = DemoState(
        state.encryption_keys,
        state.index_key,
        [_plain(item) for item in accounts],
        until.isoformat(),
        start.isoformat(),
        100_000,
    )
    save_state(folder, state)
    return state


def _key(name: str) -> str:
    return f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _password() -> str:
    """Four groups of letters and digits: easy to type from a terminal."""
    return "-".join(new_id()[:4] for _ in range(4))


def _plain(account: Account) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(account).items()}


class Progress:
    """One line that fills up on a terminal; nothing in a pipe."""

    def __call__(self, share: float, label: str) -> None:
        if sys.stderr.isatty():
            filled = int(share * 30)
            click.echo(
                f"\r  a month of the trial  [{'#' * filled}{'.' * (30 - filled)}]  {label:<24}", err=True, nl=False
            )
            if share >= 1:
                click.echo("", err=True)


def settings_of(folder: Path, state: DemoState, web_port: int, phone_port: int) -> Settings:
    """The embedded defaults; nothing is read from the environment."""
    return Settings(
        telegram_token=SecretStr(DEMO_TOKEN),
        telegram_api_url=f"http://127.0.0.1:{phone_port}",
        database_url=f"sqlite:///{folder / 'anshi.db'}",
        study_database_url=f"sqlite:///{folder / 'study.db'}",
        encryption_keys=SecretStr(state.encryption_keys),
        index_key=SecretStr(state.index_key),
        web_port=web_port,
        log_level="warning",
    )


def load_state(folder: Path) -> DemoState | None:
    """What the last start left; None when the seeding was never finished."""
    file = folder / STATE
    if not file.is_file():
        if folder.exists():
            shutil.rmtree(folder)
        return None
    return DemoState(**json.loads(file.read_text(encoding="utf-8")))


def save_state(folder: Path, state: DemoState) -> None:
    file = folder / STATE
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(state), ensure_ascii=False, indent=1), encoding="utf-8")


def _moved(state: DemoState, at: datetime, emulator: Emulator) -> DemoState:
    next_id = state.first_message_id + 10_000 + len(emulator.phone.calls)
    return DemoState(state.encryption_keys, state.index_key, state.accounts, at.isoformat(), state.started_at, next_id)


def _emulator(now: Callable[[], datetime], first_message_id: int) -> Emulator:
    return Emulator(now=now, token=DEMO_TOKEN, first_message_id=first_message_id)


# --- the clock in the browser ---------------------------------------------------------------------------------------


class DemoHands:
    """The hands of the demo's clock: moved ahead, every due tick runs on the way, in order."""

    def __init__(self, system: System, clock: MovableClock, emulator: Emulator, people: People) -> None:
        self._system = system
        self._clock = clock
        self._work = Clockwork(clock, system.loops, receiver(system, emulator), people.act)
        self._moving = asyncio.Lock()
        self.emulator = emulator
        self.people = people
        self.store: Store = system.store

    def now(self) -> datetime:
        return self._clock.now()

    async def advance(self, by: timedelta) -> None:
        async with self._moving:
            await self._work.advance(self._clock.now() + by)

    async def next_event(self) -> tuple[datetime, str] | None:
        coming = await self.upcoming(1)
        return coming[0] if coming else None

    async def upcoming(self, limit: int) -> list[tuple[datetime, str]]:
        """The next prompts, by participant code."""
        from models.participant import Participant

        async with self.store.read() as session:
            rows = await session.execute(
                select(Prompt.due_at, Prompt.kind, Participant.code)
                .join(Participant, col(Participant.id) == col(Prompt.participant_id))
                .where(Prompt.state == PromptState.WAITING, col(Prompt.due_at) > self.now())
                .order_by(col(Prompt.due_at), col(Participant.code))
                .limit(limit)
            )
            return [(due_at, f"{code} · {kind}") for due_at, kind, code in rows]


async def _bring_phones(hands: DemoHands, start: datetime) -> None:
    """The cohort's phones, as after a restart: empty chats that know the bot."""
    stage = await stage_of(hands._system, hands.emulator, hands.people)
    for member in CAST:
        if member.channel == "telegram":
            add_phone(stage, member, start)
            hands.emulator.phone.start(user_id(member))


def _web(system: System, settings: Settings) -> Any:
    return build_web(
        system.store,
        system.study,
        system.trial,
        now=system.clock.now,
        session_now=RealClock().now,
        new_token=lambda: secrets.token_urlsafe(32),
        public_url=settings.web_public_url,
        readiness=readiness_of(system),
        demo=True,
    )


def _announce(state: DemoState, web_port: int, phone_port: int) -> None:
    click.echo(f"""
  Anshi 按时 is running, all of it on this machine.

  The phone            http://127.0.0.1:{phone_port}/phone?left={user_id(CAST[0])}&right={user_id(CAST[1])}
  The coordinator      http://127.0.0.1:{web_port}/
""")
    for account in state.accounts:
        click.echo(
            f"    {account['name']:<6} {account['role']:<13} password {account['password']}   "
            f"one-time-code secret {account['totp_secret']}"
        )
    click.echo("\n  Ctrl-C stops it.")
