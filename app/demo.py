"""The demo: everything in one process on SQLite files, the emulator and a clock that can be moved.

The month before is lived within the process; from then on the bot calls the emulator over HTTP, as it calls Telegram.
Nothing leaves the machine.
"""

import asyncio
import errno
import secrets
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from app.clock import MovableClock, RealClock, StillClock
from app.demo_folder import (
    DemoState,
    load_chats,
    load_state,
    new_state,
    save_chats,
    save_state,
    settings_of,
)
from app.demo_hands import BY_HAND, DemoHands
from app.demo_terminal import Progress, announce, first_words, show_accounts_on_enter
from app.introduction import introduce_until
from app.logs import start_logging
from app.office import fail, new_id
from app.pausing import pause
from app.readiness import readiness_of
from app.running import serve_until
from app.seeding import DAYS, bring_phones, live_a_month, make_demo_store, stage_of
from app.settings import Settings
from app.wiring import DEMO_TOKEN, Chance, Clock, System, Transport, assemble
from bot.transport import AiohttpRequest, CheckedRequest, InProcessRequest
from emulator.keeping import UnknownFormatError
from emulator.server import Emulator
from models.migrations.upgrade import upgrade
from simulation.cohort import seeded
from simulation.people import People
from web.application import build_web

FOLDER = Path("var/demo")
HOST = "127.0.0.1"
WEB_PORT, PHONE_PORT = 8000, 8001
SAVE_EVERY = 10.0  # seconds
NEVER_USED = 1_000_000  # message ids, where the chats are lost


def demo_command(web_port: int, phone_port: int, *, reset: bool) -> None:
    """What `anshi demo` does."""
    for port in (web_port, phone_port):
        _check_free(port)
    if reset and FOLDER.exists():
        shutil.rmtree(FOLDER)
    try:
        asyncio.run(run_demo(FOLDER, web_port=web_port, phone_port=phone_port))
    except KeyboardInterrupt:
        click.echo("\nStopped before it was ready. The next start begins afresh.")


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            fail(f"port {port} is in use; stop what listens there, or use --web-port and --phone-port")


async def run_demo(
    folder: Path, *, web_port: int, phone_port: int, days: int = DAYS, stop: asyncio.Event | None = None
) -> None:
    """Seeds the demo on its first start, then serves the phone, the pages and the bot until Ctrl-C, or `stop`."""
    state = load_state(folder) or await seed(folder, days, RealClock().now())
    stop = stop or _stopped_by_signal()
    settings = settings_of(folder, state, web_port, phone_port)
    start_logging(settings)
    clock = MovableClock(state.now())
    emulator = _emulator(clock)
    system = _system(settings, clock, AiohttpRequest(), AiohttpRequest(connections=2))
    _load_chats(emulator, folder)
    people = People(emulator.phone, seeded(1))
    hands = DemoHands(system, clock, emulator, people)
    async with _telegram(emulator, hands, phone_port, stop), AsyncExitStack() as stack:
        await system.open()
        stack.push_async_callback(system.close)
        await _bring_phones(system, emulator, people, state)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(serve_until(_web(system, settings), HOST, web_port, stop))
            tasks.create_task(hands.live_until(stop))
            tasks.create_task(introduce_until(system, stop))
            tasks.create_task(_save_until(stop, folder, state, clock, emulator))
            announce(state, web_port, phone_port)
            show_accounts_on_enter(state)
            await stop.wait()
    _save(folder, state, clock, emulator)
    click.echo("\nThe demo has stopped. `make demo` goes on where it stood; `make demo-reset` starts afresh.")


def _stopped_by_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


@asynccontextmanager
async def _telegram(emulator: Emulator, hands: DemoHands, port: int, stop: asyncio.Event) -> AsyncIterator[None]:
    """The Bot API and the phones on one port, for longer than the bot that calls them over HTTP."""
    gone = asyncio.Event()

    async def serve() -> None:
        await serve_until(emulator.application(hands), HOST, port, gone)
        stop.set()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(serve())
        try:
            await _answers(port, gone)
            yield
        finally:
            await emulator.aclose()
            gone.set()


async def _answers(port: int, gone: asyncio.Event) -> None:
    """Until the port answers."""
    while not gone.is_set():
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            await pause(0.01, gone)
        else:
            writer.close()
            return


def _emulator(clock: Clock, first_message_id: int = NEVER_USED) -> Emulator:
    return Emulator(now=clock.now, token=DEMO_TOKEN, first_message_id=first_message_id)


def _system(settings: Settings, clock: Clock, send: CheckedRequest, receive: CheckedRequest) -> System:
    return assemble(settings, clock, Chance(new_id), Transport(send, receive, None))


def _load_chats(emulator: Emulator, folder: Path) -> None:
    """Without readable chats the phones begin empty."""
    chats = load_chats(folder)
    if chats is not None:
        try:
            emulator.load(chats)
        except UnknownFormatError:
            return


async def _bring_phones(system: System, emulator: Emulator, people: People, state: DemoState) -> None:
    end = (state.seeded_until() - state.start()) / timedelta(days=1)
    stage = await stage_of(system, emulator, people, end=end, by_hand=BY_HAND)
    bring_phones(stage, state.start())


async def _save_until(
    stop: asyncio.Event, folder: Path, state: DemoState, clock: MovableClock, emulator: Emulator
) -> None:
    """Again and again, so that also a demo that was killed goes on nearly where it stood."""
    while not stop.is_set():
        await pause(SAVE_EVERY, stop)
        _save(folder, state, clock, emulator)


def _save(folder: Path, state: DemoState, clock: MovableClock, emulator: Emulator) -> None:
    save_chats(folder, emulator.save())
    save_state(folder, state.at(clock.now()))


async def seed(folder: Path, days: int, at: datetime) -> DemoState:
    """Makes the stores and lets the cohort live so many days up to `at`."""
    first_words(days)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # noqa: ASYNC240  nothing else runs yet
    until = at.replace(second=0, microsecond=0)
    start = (until - timedelta(days=days)).replace(hour=1, minute=0)
    state = new_state(start, until)
    settings = settings_of(folder, state, WEB_PORT, PHONE_PORT)
    await upgrade(settings.database_url, "store")
    await upgrade(settings.study_database_url, "study")
    clock = StillClock(start)
    emulator = _emulator(clock, 1)
    request = InProcessRequest(emulator.call, emulator.download)  # a month in a minute: over HTTP it would be several
    system = _system(settings, clock, request, request)
    await system.open()
    try:
        state = state.with_accounts(await make_demo_store(system.store, start, _password))
        await live_a_month(system, clock, emulator, start, until, Progress())
    finally:
        await system.close()
    save_chats(folder, emulator.save())
    save_state(folder, state)
    return state


def _password() -> str:
    """Four groups of letters and digits: easy to type from a terminal."""
    return "-".join(new_id()[:4] for _ in range(4))


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
