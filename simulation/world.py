"""A world: one seed's participants, staff, troubles and processes, from the first day to the last check."""

import asyncio
import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from emulator.server import Emulator
from models.session import Store
from models.sqlite_inline import Edges, open_to_read
from protocol.trial import Trial
from simulation.built import Build
from simulation.checks import Checks
from simulation.cohort import Stage, join
from simulation.colleagues import Colleagues
from simulation.digest import digest_of
from simulation.edges import PlainEdges
from simulation.evidence import Delivered, Evidence, Violation
from simulation.faults import FaultName, Faults, chance
from simulation.meanwhile import Meanwhile
from simulation.office import BUSY_RATES, QUIET_RATES, STAFF, Office
from simulation.people import People
from simulation.players import DAY, Phoned
from simulation.processes import Processes
from simulation.roles import CALM_ROLES, PLACES, ROLES, cast
from simulation.strangers import Strangers
from simulation.troubles import Troubles
from simulation.virtual import VirtualLoop, WallClock, WorldClock
from simulation.wire import Wire

FIRST_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
CLOCK_CHANGES = tuple(
    datetime(2026, month, day, tzinfo=UTC) for month, day in ((3, 8), (3, 29), (4, 5), (9, 27), (10, 25), (11, 1))
)
"""Of New York, London and Auckland, forward and back."""
LIVES_ON, SETTLES = 1.0, 0.2  # days after everything was healed: with answers, and without
HURRY = 600.0  # seconds for the study to catch up at last
FIRST_PHONE = 7_000_000
SELDOM_COLLECTED = (
    50_000,
    20,
    50,
)  # the evidence only grows: looking through it for garbage takes a seventh of all time


@dataclass(frozen=True, slots=True)
class Plan:
    """What is simulated: one seed decides the rest."""

    seed: int
    participants: int
    days: int
    faults: tuple[FaultName, ...]
    intensity: float = 1.0


@dataclass(frozen=True, slots=True)
class Tools:
    """What the rooms above hand in. `office` opens a store for staff; the files exist, with empty tables."""

    store_file: str
    study_file: str
    token: str
    trial: Trial
    build: Build
    office: Callable[[Edges, Callable[[], str], Callable[[int], bytes]], Store]
    checks: Callable[[], Checks]
    progress: Callable[[float], None] = lambda _share: None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one plan."""

    plan: Plan
    start: datetime
    digest: str
    violations: tuple[Violation, ...]
    delivered: int
    received: int
    calls: int
    lives: int
    injected: dict[str, int]
    passed: dict[str, int]
    crashed: dict[str, int]


@dataclass(slots=True)
class _Found:
    violations: list[Violation] = field(default_factory=list)
    failed: list[BaseException] = field(default_factory=list)


def simulate(plan: Plan, tools: Tools) -> Outcome:
    """Lives one plan through. Raises what the simulation itself got wrong."""
    loop, before = VirtualLoop(), gc.get_threshold()
    gc.set_threshold(*SELDOM_COLLECTED)
    try:
        world = World(plan, tools, loop)
        loop.run_until_complete(world.lives_through())
        return world.outcome()
    finally:
        loop.close()
        gc.set_threshold(*before)
        gc.collect()  # a world that is over holds on to itself


def _first_day(plan: Plan) -> datetime:
    """Any day of a year, or one so near a change of the clocks that it comes within the plan."""
    draw = chance(plan.seed, "start")
    if FaultName.CLOCK_CHANGE not in plan.faults:
        return FIRST_YEAR + timedelta(days=draw.randrange(365))
    return draw.choice(CLOCK_CHANGES) - timedelta(days=draw.randint(1, max(1, min(plan.days - 2, 20))))


class World:
    """Everything beside the code under test, and the processes that run it."""

    def __init__(self, plan: Plan, tools: Tools, loop: VirtualLoop) -> None:
        self.plan, self.tools, self._loop = plan, tools, loop
        start = _first_day(plan)
        self.clock = WorldClock(start, loop.time)
        self.wall = WallClock(self.clock)
        self.faults = Faults(plan.faults, chance(plan.seed, "faults"))
        if FaultName.CLOCK_CHANGE in plan.faults:
            self.faults.injected[FaultName.CLOCK_CHANGE] += 1
        self.emulator = Emulator(
            now=self.clock.now,
            token=tools.token,
            secrets=chance(plan.seed, "emulator"),
            keep_history=False,
            messages_kept=40,
        )
        self.evidence = Evidence(open_to_read(tools.store_file), open_to_read(tools.study_file), start)
        self.wire = Wire(self.emulator, self.evidence, self.faults, self.shown)
        self.checks = tools.checks()
        self.found = _Found()
        self.digest = ""
        self._ids = chance(plan.seed, "ids")
        self._enough: asyncio.Future[None] = loop.create_future()
        self._tasks: list[asyncio.Task[Any]] = []
        self._phones: dict[int, Phoned] = {}
        self._players: list[Phoned] = []
        self.processes = Processes(
            seed=plan.seed,
            build=tools.build,
            clock=self.clock,
            wall=self.wall,
            wire=self.wire,
            faults=self.faults,
            evidence=self.evidence,
            intensity=plan.intensity,
            start=self._start,
            study_is_down=lambda: self.troubles.study_is_down,
        )
        self.wire.arrived = self.processes.arrived
        self.troubles = Troubles(
            faults=self.faults,
            wire=self.wire,
            wall=self.wall,
            clock=self.clock,
            evidence=self.evidence,
            processes=self.processes,
            random=chance(plan.seed, "troubles"),
            days=plan.days,
        )
        edges = PlainEdges(self.processes.changed)
        store = tools.office(edges, self._new_id, self._ids.randbytes)
        rates = BUSY_RATES if plan.faults else QUIET_RATES
        self.office = Office(store, tools.trial, self.clock.now, chance(plan.seed, "office"), rates)
        self.meanwhile = Meanwhile(self.office, self.evidence, self.faults, chance(plan.seed, "meanwhile"))
        self.processes.died = lambda: self._start(self.meanwhile.one_has_died())
        self.wire.meets = self.meanwhile.one_meets
        self.strangers = Strangers(self.emulator.phone, self.evidence, chance(plan.seed, "strangers"), self.wire.took)
        self.colleagues = Colleagues(
            self.emulator.phone, self.evidence, chance(plan.seed, "colleagues"), self.later, self.wire.took
        )
        loop.set_exception_handler(self._failed)

    def _new_id(self) -> str:
        return "".join(self._ids.choices("0123456789abcdefghjkmnpqrstvwxyz", k=16))

    def _failed(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What a deed on a phone raised; a task that nobody asks any more belongs to a process that has died."""
        if "handle" in context:
            self._fails(context["exception"])

    def _fails(self, error: BaseException) -> None:
        if not self._enough.done():
            self.found.failed.append(error)
            self._enough.set_result(None)

    # --- from the first day to the last

    async def lives_through(self) -> None:
        """The days with faults, the time to settle, the checks."""
        days = self._start(self._days())
        await asyncio.wait([days, self._enough], return_when=asyncio.FIRST_COMPLETED)
        await self._ends()
        if self.found.failed:
            raise self.found.failed[0]
        if not self.found.violations:
            self._brings_up_to_date()
            self._look(self.checks.at_quiet(self.evidence))
        self.digest = digest_of(self.evidence)
        self.evidence.store.close()
        self.evidence.study.close()

    async def _days(self) -> None:
        await self.office.opens()
        for name, _, site in STAFF:
            self.colleagues.gets_phone(name, site, await self.office.invites_staff(name))
        self.processes.start_one()
        for trouble in self.troubles.all():
            self._start(trouble)
        roles = ROLES if self.plan.faults else CALM_ROLES
        players = cast(self.plan.participants, chance(self.plan.seed, "cast"), roles)
        for number, player in enumerate(players):
            phoned = Phoned(
                player, FIRST_PHONE + number + 1, phones=self.emulator.phone, faults=self.faults,
                random=chance(self.plan.seed, f"player {number}"), later=self.later, took=self.wire.took,
            )  # fmt: skip
            self._players.append(phoned)
            self.later(DAY * player.member.joins_on, partial(self._begin, phoned))
        for day in range(self.plan.days):
            await self._day(day)
        self._heal()
        await asyncio.sleep(DAY * LIVES_ON)
        self._midnight()
        for phoned in self._players:
            phoned.plays = False
        await asyncio.sleep(DAY * SETTLES)
        self.processes.hurry()
        await asyncio.sleep(HURRY)
        self.wire.ends()

    async def _day(self, day: int) -> None:
        self.tools.progress(day / self.plan.days)
        at = self.clock.now()
        for phoned in self._joined():
            phoned.begins_day(at)
        self.strangers.begin_day(self.later, often=bool(self.plan.faults))
        draw = chance(self.plan.seed, f"day {day}")
        self.later(DAY * draw.random(), lambda: self._start(self._staff_at_work(draw.random)))
        await asyncio.sleep(DAY)
        self._midnight()

    def _midnight(self) -> None:
        self._brings_up_to_date()
        self._look(self.checks.at_midnight(self.evidence))

    def _heal(self) -> None:
        self.faults.heal()
        self.troubles.heal()
        self.wire.has_healed()
        for phoned in self._joined():
            phoned.lets_in()

    async def _ends(self) -> None:
        """The processes end in good order, then everything else."""
        await self.processes.end()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.office.store.close()
        await self.emulator.aclose()

    # --- people

    def _joined(self) -> list[Phoned]:
        return [phoned for phoned in self._players if phoned.user in self._phones]

    def _begin(self, phoned: Phoned) -> None:
        self._start(self._joins(phoned))

    async def _joins(self, phoned: Phoned) -> None:
        member = phoned.player.member
        self.emulator.phone.create_user(member.language, member.name.split()[0], phoned.user, tz=member.tz)
        office = self.office
        people = People(self.emulator.phone, chance(self.plan.seed, "nobody"))
        stage = Stage(
            office.store, self.tools.trial, self.emulator.phone, people, office.staff["li"], office.staff["han"], 0.0
        )
        token = ""
        while not token:
            try:
                token = await join(stage, member, self.clock.now())
            except SQLAlchemyError:
                await asyncio.sleep(60)
        self._gets_phone(phoned, phoned.user)
        self.strangers.overhear(token)
        self.evidence.secrets.update({member.name, phoned.player.phone_number})
        self._presses_start(phoned, token)

    def _gets_phone(self, phoned: Phoned, user: int) -> None:
        self._phones[user] = phoned
        self.evidence.chats.setdefault(phoned.player.member.code, set()).add(user)
        self.evidence.secrets.add(str(user))

    def _presses_start(self, phoned: Phoned, token: str) -> None:
        def press() -> None:
            self.emulator.phone.start(phoned.user, token)
            self.wire.took()

        self.later(60.0, press)

    async def _staff_at_work(self, draw: Callable[[], float]) -> None:
        await self.office.goes_through_alerts()
        await self.office.decides_on_blocked()
        for phoned in self._players:
            code, role = phoned.player.member.code, phoned.player.role
            if code not in self.evidence.chats:
                continue
            late = self.faults.strikes(FaultName.PLAN_CHANGED, 0.15)
            if late:
                await self.meanwhile.waits_until_one_is_sent()
            await self.office.maybe_changes_orders(code)
            if draw() < 0.1:  # noqa: PLR2004
                await self.office.calls(code)
            if draw() < role.moves:
                goes = self.office.sends_away if draw() < role.journeys else self.office.moves
                await goes(code, PLACES[int(draw() * len(PLACES))])
            if draw() < role.loses:
                await self._changes_phone(phoned)

    async def _changes_phone(self, phoned: Phoned) -> None:
        token = await self.office.invites(phoned.player.member.code)
        if token:
            user = max(self._phones) + 1000
            member = phoned.player.member
            self.emulator.phone.create_user(member.language, member.name.split()[0], user, tz=member.tz)
            self._gets_phone(phoned, user)
            phoned.changes_phone(user)
            self.strangers.overhear(token)
            self._presses_start(phoned, token)

    # --- what is seen

    def shown(self, delivered: Delivered) -> None:
        """Something has reached a phone."""
        self.evidence.at = delivered.at
        self._look(self.checks.on_delivery(self.evidence, delivered))
        if delivered.chat in self.evidence.staff:
            self.colleagues.sees(delivered)
        phoned = self._phones.get(delivered.chat)
        if phoned is not None and phoned.user == delivered.chat:
            phoned.sees(delivered)

    def _brings_up_to_date(self) -> None:
        """The evidence says what time it is, and which faults there were, before anybody looks."""
        self.evidence.at = self.clock.now()
        self.evidence.faults.update(self.faults.injected)

    def _look(self, violations: Sequence[Violation]) -> None:
        self._brings_up_to_date()
        self.found.violations.extend(violations)
        if violations and not self._enough.done():
            self._enough.set_result(None)

    def _start(self, work: Any) -> asyncio.Task[Any]:
        task = self._loop.create_task(work)
        self._tasks.append(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.remove(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._fails(error)

    def later(self, seconds: float, deed: Callable[[], Any]) -> None:
        """Does it so many seconds from now."""
        self._loop.call_later(seconds, deed)

    def outcome(self) -> Outcome:
        evidence = self.evidence
        return Outcome(
            plan=self.plan,
            start=self.clock.start,
            digest=self.digest,
            violations=tuple(self.found.violations),
            delivered=len(evidence.delivered),
            received=len(evidence.received),
            calls=len(evidence.calls),
            lives=self.processes.begun,
            injected={str(name): count for name, count in self.faults.injected.items()},
            passed=dict(self.processes.crashes.passed),
            crashed=dict(self.processes.crashes.hits),
        )
