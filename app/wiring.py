"""Wiring: the one place that puts the rooms together. Clock, randomness, ids and the transport come in here only."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from actions.inbox import keep_updates, next_offset, next_unanswered_at, next_waiting_at
from app.office import vault_of
from app.settings import Settings
from bot.application import build_bot
from bot.courier import TelegramCourier
from bot.door import Door
from bot.inbox import SHOW_AGAIN_AFTER, InboxWorker
from bot.limiter import Limiter
from bot.receiving import Poller, PollResult
from bot.transport import CheckedRequest
from messages.screens import home_keyboard, word
from messages.typed_answers import read_typed
from models.protocol_file import load_trial
from models.session import Store
from models.study.store import StudyStore
from models.vault import Vault
from protocol.terms import Channel
from protocol.trial import Trial
from scheduler.prompts import Post
from scheduler.ticks import HOUSEKEEPING, Loop, housekeeping_tick, plan_tick, send_tick, settle_tick
from study.sync import push_due

DEMO_TOKEN = "1:EMULATOR"  # noqa: S105  opens nothing but the emulator
SYNC_EVERY = timedelta(seconds=5)
ANSWERS_EVERY = timedelta(seconds=15)
SOON = timedelta(seconds=1)
LOOK_MAX = timedelta(seconds=90)  # no poll takes longer; more means that the machine slept


class Clock(Protocol):
    """Where `at` comes from. `ticking` is seconds that nobody can set."""

    def now(self) -> datetime: ...

    def ticking(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Transport:
    """How the Bot API is reached: one way out for messages, one for receiving."""

    send: CheckedRequest
    receive: CheckedRequest
    per_second: float | None  # None: as fast as it goes, for seeding on a virtual clock


@dataclass(frozen=True, slots=True)
class Chance:
    """Randomness and identifiers; a simulation hands in seeded ones."""

    new_id: Callable[[], str]
    random_bytes: Callable[[int], bytes] = secrets.token_bytes


@dataclass(frozen=True, slots=True)
class System:
    """All parts of one running Anshi, opened and closed together."""

    settings: Settings
    trial: Trial
    store: Store
    study: StudyStore
    clock: Clock
    transport: Transport
    bot: Any
    courier: TelegramCourier
    poller: Poller
    worker: InboxWorker
    listening: "Listening"
    loops: tuple[Loop, ...]

    async def open(self) -> None:
        await self.bot.initialize()
        await self.worker.open()

    async def close(self) -> None:
        await self.worker.close()
        await self.bot.shutdown()
        await self.study.close()
        await self.store.close()

    def loop(self, name: str) -> Loop:
        """One loop by name."""
        return next(loop for loop in self.loops if loop.name == name)


class Listening:
    """Since when the bot has listened without a break; the first moment of a process begins a new stretch."""

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._looked_at: datetime | None = None

    def looks(self, at: datetime) -> None:
        """A look begins."""
        self._looked_at = at

    def began(self, at: datetime) -> datetime:
        """The start of the stretch that reaches to `at`; a machine that slept since the last look begins a new one."""
        slept = self._looked_at is not None and at - self._looked_at > LOOK_MAX
        if self._since is None or slept:
            self._since = at
        return self._since

    def goes_on(self, at: datetime) -> None:
        """A look was good: the next one joins on here."""
        self._since = at

    def broke(self) -> None:
        """A look failed: the next good one begins a new stretch."""
        self._since = None


def assemble(
    settings: Settings,
    clock: Clock,
    chance: Chance,
    transport: Transport,
    *,
    vault: Vault | None = None,
    trial: Trial | None = None,
) -> System:
    """Puts a system together. Nothing runs yet; the caller opens it and calls its loops."""
    trial = trial or load_trial(settings.protocol_file)
    store = Store(
        settings.database_url,
        vault=vault or vault_of(settings),
        new_id=chance.new_id,
        random_bytes=chance.random_bytes,
    )
    study = StudyStore(settings.study_database_url)
    token = settings.telegram_token.get_secret_value() if settings.telegram_token else DEMO_TOKEN
    bot = build_bot(
        token, api_url=settings.telegram_api_url, request=transport.send, get_updates_request=transport.receive
    )
    courier = TelegramCourier(bot, Limiter(per_second=transport.per_second))
    door = Door(store, trial, courier, word, read_typed, home_keyboard, clock.now)
    worker = InboxWorker(door, bot)
    listening = Listening()

    async def keep(updates: Any) -> None:
        at = clock.now()
        await keep_updates(store, updates, at=at, since=listening.began(at))

    async def offset() -> int | None:
        return await next_offset(store, clock.now())

    poller = Poller(transport.receive, token, settings.telegram_api_url, keep, offset)
    post = Post(store, trial, word, {Channel.TELEGRAM: courier}, clock.now)
    loops = _loops(store, study, trial, post, worker, owner=chance.new_id())
    return System(settings, trial, store, study, clock, transport, bot, courier, poller, worker, listening, loops)


def _loops(
    store: Store, study: StudyStore, trial: Trial, post: Post, worker: InboxWorker, *, owner: str
) -> tuple[Loop, ...]:
    async def handle(at: datetime) -> datetime:
        if await worker.tick(at):
            return at
        waits_until = await next_waiting_at(store)
        return max(waits_until, at + SOON) if waits_until else at + HOUSEKEEPING

    async def plan(at: datetime) -> datetime:
        return await plan_tick(store, trial, at)

    async def send(at: datetime) -> datetime:
        return await send_tick(post, at, owner=owner)

    async def settle(at: datetime) -> datetime:
        return await settle_tick(store, trial, at)

    async def sync(at: datetime) -> datetime:
        pushed = await push_due(store, study, trial, at=at)
        return at if pushed.waiting and pushed.applied and not pushed.is_down else at + SYNC_EVERY

    async def answers(at: datetime) -> datetime:
        await worker.show_again(at)
        shown_until = await next_unanswered_at(store)
        return max(shown_until + SHOW_AGAIN_AFTER, at + ANSWERS_EVERY) if shown_until else at + HOUSEKEEPING

    async def housekeeping(at: datetime) -> datetime:
        return min(await housekeeping_tick(store, at), at + HOUSEKEEPING)

    return (
        Loop("handle", handle),
        Loop("answers", answers),
        Loop("plan", plan),
        Loop("send", send),
        Loop("settle", settle),
        Loop("sync", sync),
        Loop("housekeeping", housekeeping),
    )


async def receive_once(system: System, *, wait_seconds: int) -> PollResult:
    """One look for updates. A good one, also an empty one, is written down as listening."""
    began = system.clock.now()
    system.listening.looks(began)
    since = system.listening.began(began)
    result = await system.poller.poll(timeout=wait_seconds)
    at = system.clock.now()
    if result.failure is not None:
        system.listening.broke()
        return result
    if at - began > LOOK_MAX:
        since = at  # the machine slept in between
    await keep_updates(system.store, (), at=at, since=since)
    system.listening.goes_on(at)
    return result
