"""Seeding: makes the demo's store and lets its cohort live a month through the real bot on a virtual clock."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import select

from actions.duty import cover_all_hours
from actions.enrolment import DEMO, STORE_KIND
from actions.sites import add_site
from actions.staff import NewStaff, add_staff
from app.clock import StillClock
from app.wiring import System, receive_once
from emulator.server import Emulator
from models.inbox import Note
from models.session import Actor, Store
from models.site import Staff
from protocol.terms import Channel, Role
from simulation.clockwork import Clockwork
from simulation.cohort import CAST, Stage, add_phone, day_of, seeded, user_id
from simulation.happenings import script
from simulation.people import People

SEED = 3364764
DAYS = 30
REST = timedelta(minutes=30)  # between two looks at an empty queue, where nothing depends on them
NEARLY = 0.97
OPERATOR = Actor("system", "demo")

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Account:
    """A ready account of the demo; shown on the terminal, made anew with each store."""

    name: str
    role: Role
    password: str
    totp_secret: str


async def make_demo_store(store: Store, at: datetime, passwords: Callable[[], str]) -> list[Account]:
    """Sites, staff and the mark that makes this store a demo for good."""
    async with store.change(at=at, actor=OPERATOR) as change:
        change.session.add(Note(name=STORE_KIND, value=DEMO, at=at))
        await cover_all_hours(
            change, await add_site(change, "PUMCH", "研究团队 Study team", "010-5550 0100", "Asia/Shanghai")
        )
        await cover_all_hours(
            change, await add_site(change, "LONDON", "Study team", "+44 20 7946 0000", "Europe/London")
        )
        await change.session.flush()
        accounts = []
        for name, role, site in (
            ("li", Role.COORDINATOR, "PUMCH"),
            ("han", Role.INVESTIGATOR, "PUMCH"),
            ("mo", Role.MONITOR, "PUMCH"),
            ("dan", Role.DATA_MANAGER, None),
            ("ada", Role.ADMINISTRATOR, None),
            ("otto", Role.COORDINATOR, "LONDON"),
        ):
            password = passwords()
            made: NewStaff = await add_staff(
                change, name=name, role=role, site_code=site, password=password, ready=True
            )
            accounts.append(Account(name, role, password, made.totp_secret))
    return accounts


async def live_a_month(
    system: System, clock: StillClock, emulator: Emulator, start: datetime, until: datetime, progress: Progress
) -> None:
    """Runs the script day by day; every message goes through the real bot."""
    people = People(emulator.phone, seeded(SEED))
    stage = await stage_of(system, emulator, people, end=(until - start) / timedelta(days=1))
    receive = receiver(system, emulator, lambda at: clockwork.is_due("settle", at))
    clockwork = Clockwork(clock, system.loops, receive, people.act)
    for happening in script(stage, start):
        at = start + timedelta(days=happening.day)
        progress((at - start) / (until - start) * NEARLY, happening.label)
        await clockwork.advance(at)
        await happening.act(at)
    progress(NEARLY, "the last hours")
    await clockwork.advance(until)
    while True:
        if await system.loop("sync").tick(clock.now()) > clock.now():
            break
    progress(1.0, "ready")


def bring_phones(stage: Stage, start: datetime) -> None:
    """After a restart: pretend people behind all phones but those played by hand.

    What stands on a phone has been looked at; nobody answers it now. A lost phone is made anew and presses Start.
    """
    known = {person.id for person in stage.phones.people()}
    for member in CAST:
        if member.channel is not Channel.TELEGRAM or day_of(member.joins_on, stage.end) < 0:
            continue
        add_phone(stage, member, start)
        if user_id(member) not in known:
            stage.phones.start(user_id(member))
    for person in stage.people.persons:
        person.seen.update({message.id: message.edited_at for message in stage.phones.messages(person.user)})


def receiver(
    system: System, emulator: Emulator, has_to_listen: Callable[[datetime], bool] = lambda _at: True
) -> Callable[[], Awaitable[int]]:
    """Looks for updates without waiting: once for each moment that asks for it, and again while something is there.

    Silence is settled only up to when the bot last listened.
    """
    looked_at: datetime | None = None

    async def receive() -> int:
        nonlocal looked_at
        at = system.clock.now()
        rests = looked_at is not None and (at == looked_at or (at - looked_at < REST and not has_to_listen(at)))
        if rests and not emulator.phone.waiting():
            return 0
        looked_at = at
        return (await receive_once(system, wait_seconds=0)).kept

    return receive


async def stage_of(
    system: System, emulator: Emulator, people: People, *, end: float, by_hand: frozenset[str] = frozenset()
) -> Stage:
    """The stage with the two people on duty; `end` in days from the start."""
    async with system.store.read() as session:
        coordinator = (await session.scalars(select(Staff).where(Staff.name == "li"))).one()
        investigator = (await session.scalars(select(Staff).where(Staff.name == "han"))).one()
    return Stage(system.store, system.trial, emulator.phone, people, coordinator, investigator, end, by_hand)
