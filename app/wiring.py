"""Wiring: the one place that puts the rooms together. Clock, randomness, ids and the transport come in here only."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from actions.inbox import keep_updates, next_offset, next_unanswered_at, next_waiting_at
from actions.leases import LeaseLostError
from actions.sending_rate import StoreShare
from app.office import vault_of
from app.polling import Polling
from app.settings import Settings
from app.trial import trial_of
from bot.alarm import Alarm
from bot.application import build_bot
from bot.courier import TelegramCourier
from bot.door import Door
from bot.inbox import InboxWorker
from bot.known_chats import KnownChats
from bot.limiter import Limiter
from bot.photos import photos_tick
from bot.receiving import Poller, PollFailure, PollResult
from bot.red_reports import red_reports
from bot.shared_limiter import SharedLimiter
from bot.staff_menus import menus_tick
from bot.transport import CheckedRequest
from messages.commands import staff_command_names
from messages.emergency import modal
from messages.screens import home_keyboard, word
from messages.typed_answers import read_typed
from models.session import Store
from models.sqlite_inline import Edges
from models.study.store import StudyStore
from models.vault import Vault
from protocol.screens import Emergency
from protocol.terms import Channel
from protocol.trial import Trial
from scheduler.alarms import Bell, alarm_tick, cover_tick
from scheduler.check_ticks import check_tick
from scheduler.prompts import Post
from scheduler.ticks import HOUSEKEEPING, Loop, housekeeping_tick, plan_tick, send_tick, settle_tick
from study.faults import DOWN
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
    alarm: Alarm
    known: KnownChats
    poller: Poller
    worker: InboxWorker
    listening: "Listening"
    polling: Polling
    loops: tuple[Loop, ...]

    async def open(self) -> None:
        await self.bot.initialize()
        await self.worker.open()
        with suppress(*DOWN):  # then each chat is looked up when it speaks
            await self.known.fill()

    async def close(self) -> None:
        await self.worker.close()
        await self.alarm.close()
        await self.bot.shutdown()
        with suppress(*DOWN):
            await self.polling.end(self.clock.now())
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

    def resumes(self, at: datetime) -> None:
        """Looking goes on at once after the last good look and what it brought, or the machine slept in between."""
        if self._since is not None and at - self._since > LOOK_MAX:
            self.broke()

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
    edges: tuple[Edges, Edges] | None = None,
) -> System:
    """Puts a system together. Nothing runs yet; the caller opens it and calls its loops.

    `edges` of the store and of the study make both run without threads, for a simulation on SQLite.
    """
    trial = trial or trial_of(settings)
    store = Store(
        settings.database_url,
        vault=vault or vault_of(settings),
        new_id=chance.new_id,
        random_bytes=chance.random_bytes,
        edges=edges[0] if edges else None,
    )
    study = StudyStore(settings.study_database_url, edges=edges[1] if edges else None)
    token = settings.telegram_token.get_secret_value() if settings.telegram_token else DEMO_TOKEN
    bot = build_bot(
        token, api_url=settings.telegram_api_url, request=transport.send, get_updates_request=transport.receive
    )
    courier = TelegramCourier(bot, _limiter(store, transport.per_second))
    process = chance.new_id()
    known = KnownChats(store)
    alarm = Alarm(
        bot,
        courier,
        known,
        red_reports(trial, read_typed),
        lambda reader: word(Emergency(), reader, trial),
        lambda reader: modal(reader.language, trial),
        courier.is_held,
    )
    door = Door(
        store,
        trial,
        courier,
        word,
        read_typed,
        home_keyboard,
        courier.leave,
        clock.now,
        process,
        alarm,
        known,
        study=study,
    )
    worker = InboxWorker(door, bot)
    listening = Listening()
    polling = Polling(store, process)

    async def keep(updates: Any) -> None:
        at = clock.now()
        await keep_updates(store, updates, at=at, since=listening.began(at), held=polling.held)

    async def offset() -> int | None:
        await polling.check()
        return await next_offset(store, clock.now())

    poller = Poller(transport.receive, token, settings.telegram_api_url, alarm.before(keep), offset)
    post = Post(store, trial, word, {Channel.TELEGRAM: courier}, clock.now, courier.is_held)
    loops = _loops(store, study, trial, post, worker, courier, bot, owner=process)
    return System(
        settings,
        trial,
        store,
        study,
        clock,
        transport,
        bot,
        courier,
        alarm,
        known,
        poller,
        worker,
        listening,
        polling,
        loops,
    )


def _limiter(store: Store, per_second: float | None) -> Limiter:
    """One process is alone on SQLite and asks nobody; on PostgreSQL there may be others."""
    if per_second is None or store.on_sqlite:
        return Limiter(per_second=per_second)
    return SharedLimiter(StoreShare(store), per_second=per_second)


def _loops(
    store: Store,
    study: StudyStore,
    trial: Trial,
    post: Post,
    worker: InboxWorker,
    courier: TelegramCourier,
    bot: Any,
    *,
    owner: str,
) -> tuple[Loop, ...]:
    async def handle(at: datetime) -> datetime:
        if await worker.tick(at):
            return at
        waits_until = await next_waiting_at(store)
        return max(waits_until, at + SOON) if waits_until else at + HOUSEKEEPING

    async def sync(at: datetime) -> datetime:
        pushed = await push_due(store, study, trial, at=at)
        return at if pushed.waiting and pushed.applied and not pushed.is_down else at + SYNC_EVERY

    async def answers(at: datetime) -> datetime:
        await worker.show_again(at)
        shown_until = await next_unanswered_at(store)
        return max(shown_until, at + ANSWERS_EVERY) if shown_until else at + HOUSEKEEPING

    async def photos(at: datetime) -> datetime:
        return await photos_tick(store, courier.file, at)

    async def menus(at: datetime) -> datetime:
        return await menus_tick(store, bot, staff_command_names, at)

    return (
        Loop("handle", handle),
        Loop("answers", answers),
        Loop("photos", photos),
        Loop("menus", menus),
        *_scheduler_loops(store, trial, post, owner=owner),
        Loop("sync", sync),
    )


def _scheduler_loops(store: Store, trial: Trial, post: Post, *, owner: str) -> tuple[Loop, ...]:
    bell = Bell(store, trial, post.word, post.couriers[Channel.TELEGRAM], post.now)

    async def plan(at: datetime) -> datetime:
        return await plan_tick(store, trial, at)

    async def checks(at: datetime) -> datetime:
        return await check_tick(store, trial, at)

    async def send(at: datetime) -> datetime:
        return await send_tick(post, at, owner=owner)

    async def settle(at: datetime) -> datetime:
        return await settle_tick(store, trial, at)

    async def alarms(at: datetime) -> datetime:
        return await alarm_tick(bell, at)

    async def cover(at: datetime) -> datetime:
        return await cover_tick(store, trial, at)

    async def housekeeping(at: datetime) -> datetime:
        return min(await housekeeping_tick(store, at, owner=owner), at + HOUSEKEEPING)

    return (
        Loop("plan", plan),
        Loop("checks", checks),
        Loop("send", send),
        Loop("settle", settle),
        Loop("alarms", alarms),
        Loop("cover", cover),
        Loop("housekeeping", housekeeping),
    )


async def receive_once(system: System, *, wait_seconds: int) -> PollResult:
    """One look for updates, where this process is the one that polls. A good one, also an empty one, is written down
    as listening.
    """
    began = system.clock.now()
    try:
        await system.polling.begin(began)
        return await _look(system, began, wait_seconds)
    except LeaseLostError:
        system.polling.lost()
        system.listening.broke()
        return PollResult(failure=PollFailure.STANDBY, reason="another process polls")


async def _look(system: System, began: datetime, wait_seconds: int) -> PollResult:
    system.listening.looks(began)
    since = system.listening.began(began)
    result = await system.poller.poll(timeout=wait_seconds)
    at = system.clock.now()
    if result.failure is not None:
        system.listening.broke()
        return result
    if at - began > LOOK_MAX:
        since = at  # the machine slept in between
    if not result.kept:  # what is kept is noted as listening in its own transaction
        await keep_updates(system.store, (), at=at, since=since, held=system.polling.held)
    system.listening.goes_on(at)
    return result
