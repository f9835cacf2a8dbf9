"""The demo's cohort: a dozen pretend participants with a month behind them, lived through the real bot."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from sqlmodel import col, select

from actions.dose_orders import NewOrder, order_dose
from actions.doses import Report, record_dose
from actions.enrolment import Person as Enrolee
from actions.enrolment import enrol, invite, record_eligibility, record_paper_consent
from actions.facts import participant_by_code
from emulator.phones import Phones
from models.dose import ScheduledDose
from models.participant import Participant
from models.session import Actor, Change, Store
from models.site import Staff
from protocol.terms import (
    Channel,
    DoseAnswer,
    DoseState,
    FoodMode,
    Language,
    NotTakenReason,
    OrderKind,
    Source,
)
from protocol.trial import Trial
from simulation.people import FORGETFUL, LATE, PROMPT, STEADY, WRITER, Habit, People, Person

CALL_HOUR = 15  # UTC offset left aside: staff call in the afternoon


@dataclass(frozen=True, slots=True)
class Member:
    """One line of the cast."""

    code: str
    name: str
    language: Language
    tz: str
    reminder: time
    food: FoodMode
    habit: Habit
    joins_on: int  # day of the month lived
    site: str = "PUMCH"
    channel: Channel = Channel.TELEGRAM
    silent: tuple[int, int] | None = None  # days without an answer
    hold: tuple[int, int] | None = None  # days of an ordered hold
    raised_on: int | None = None  # the day a 2 mg order begins


ZH, EN, SHANGHAI, LONDON = Language.ZH, Language.EN, "Asia/Shanghai", "Europe/London"
WITH, WITHOUT = FoodMode.WITH, FoodMode.WITHOUT

CAST = (
    Member("P001", "方丽华", ZH, SHANGHAI, time(8), WITH, PROMPT, 0),
    Member("P002", "Emma Clarke", EN, LONDON, time(8, 30), WITHOUT, STEADY, 0),
    Member("P003", "王建国", ZH, SHANGHAI, time(7, 30), WITH, LATE, 1),
    Member("P004", "李秀英", ZH, SHANGHAI, time(8), WITHOUT, FORGETFUL, 1),
    Member("P005", "张伟", ZH, SHANGHAI, time(9), WITH, WRITER, 2, raised_on=20),
    Member("P006", "刘桂芳", ZH, SHANGHAI, time(8), WITH, STEADY, 2, hold=(12, 16)),
    Member("P007", "陈志强", ZH, SHANGHAI, time(7), WITH, PROMPT, 3, silent=(26, 40)),
    Member("P008", "杨淑珍", ZH, SHANGHAI, time(8, 30), WITHOUT, STEADY, 4),
    Member("P009", "赵敏", ZH, SHANGHAI, time(8), WITH, STEADY, 5, silent=(10, 14)),
    Member("P010", "周玉兰", ZH, SHANGHAI, time(8), WITH, STEADY, 5, channel=Channel.PHONE),
    Member("P011", "Thomas Weber", EN, LONDON, time(8), WITH, FORGETFUL, 8),
    Member("P012", "孙国平", ZH, SHANGHAI, time(20), WITH, PROMPT, 10),
)
"""Names are made up; they stand in the sealed identity table only."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the cast lives: the store, the trial, the phones and the two people on duty."""

    store: Store
    trial: Trial
    phones: Phones
    people: People
    coordinator: Staff
    investigator: Staff


def user_id(member: Member) -> int:
    """The same phone on every start."""
    return 7_000_000 + int(member.code.removeprefix("P"))


def add_phone(stage: Stage, member: Member, start: datetime) -> Person:
    """The member's phone with its habits."""
    stage.phones.create_user(
        "zh-hans" if member.language is ZH else "en",
        member.name.rpartition(" ")[0] or member.name,
        user_id(member),
        tz=member.tz,
    )

    def mood(at: datetime) -> Habit | None:
        day = (at - start).days
        return None if member.silent and member.silent[0] <= day < member.silent[1] else member.habit

    person = Person(user_id(member), member.language, member.food, member.reminder.strftime("%H%M"), member.habit, mood)
    stage.people.persons.append(person)
    return person


async def join(stage: Stage, member: Member, at: datetime) -> str:
    """Eligibility, paper consent, enrolment and the invitation; gives the token, "" for one followed by phone."""
    actor = Actor("staff", stage.coordinator.name, stage.coordinator.role)
    async with stage.store.change(at=at, actor=actor) as change:
        await _papers(change, stage, member, at.date())
        participant = await enrol(
            change,
            Enrolee(
                member.code,
                member.site,
                member.language,
                member.tz,
                member.reminder,
                member.food,
                member.channel,
                member.name,
                "139-0000-0000",
            ),
            stage.trial,
        )
        if member.channel is Channel.PHONE:
            return ""
        return (await invite(change, participant)).token


async def _papers(change: Change, stage: Stage, member: Member, on: date) -> None:
    await record_eligibility(
        change,
        code=member.code,
        site_code=member.site,
        criteria={criterion.key: criterion.inclusion for criterion in stage.trial.criteria},
        prior_therapy="ciclosporin; corticosteroids",
        signed_by=stage.investigator,
        trial=stage.trial,
    )
    await record_paper_consent(
        change,
        code=member.code,
        site_code=member.site,
        form_version="1.0",
        signed_on=on,
        investigator=stage.investigator.name,
        by=stage.coordinator,
    )


async def order(stage: Stage, member: Member, new: NewOrder, at: datetime) -> None:
    """The investigator orders something."""
    actor = Actor("staff", stage.investigator.name, stage.investigator.role)
    async with stage.store.change(at=at, actor=actor) as change:
        participant = await participant_by_code(change, member.code)
        await order_dose(change, participant, new, stage.trial)


async def call(stage: Stage, member: Member, at: datetime) -> None:
    """Staff call a participant without a chat and fill the days since the last call."""
    actor = Actor("staff", stage.coordinator.name, stage.coordinator.role)
    async with stage.store.change(at=at, actor=actor) as change:
        participant = await participant_by_code(change, member.code)
        for dose in await _unanswered(change, participant, at):
            await record_dose(change, participant, dose, _told(stage, member, dose, at), stage.trial)


async def _unanswered(change: Change, participant: Participant, at: datetime) -> list[ScheduledDose]:
    rows = await change.session.scalars(
        select(ScheduledDose)
        .where(
            ScheduledDose.participant_id == participant.id,
            col(ScheduledDose.due_at) < at,
            col(ScheduledDose.state).in_((DoseState.OPEN, DoseState.NOT_ASKED)),
        )
        .order_by(col(ScheduledDose.ordinal))
    )
    return list(rows)


def _told(stage: Stage, member: Member, dose: ScheduledDose, at: datetime) -> Report:
    took = stage.people.random.random() < member.habit.taken
    report = Report(
        answer=DoseAnswer.TAKEN if took else DoseAnswer.NOT_TAKEN,
        source=Source.STAFF_CALL,
        reported_by=stage.coordinator.name,
        reported_at=at,
        cause_key=f"call:{dose.id}",
        units=dose.units if took else 0,
        taken_at=dose.due_at if took else None,
    )
    return report if took else replace(report, reason=NotTakenReason.FORGOT)


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that staff do on a day of the month."""

    day: float
    label: str
    act: Callable[[datetime], object]


def script(stage: Stage, start: datetime, days: int) -> list[Happening]:
    """Everything that staff do, in order of time."""
    found = []
    for member in CAST:
        found.append(Happening(member.joins_on + 0.1, f"{member.code} joins", _joining(stage, member, start)))
        if member.hold:
            found += _hold(stage, member, member.hold, start)
        if member.raised_on is not None:
            found.append(_raise(stage, member, member.raised_on, start))
        if member.channel is Channel.PHONE:
            found += [_calling(stage, member, day) for day in range(member.joins_on + 2, days - 1, 2)]
    return sorted(found, key=lambda item: item.day)


def _joining(stage: Stage, member: Member, start: datetime) -> Callable[[datetime], object]:
    async def act(at: datetime) -> None:
        token = await join(stage, member, at)
        if token:
            person = add_phone(stage, member, start)
            stage.phones.start(person.user, token)

    return act


def _hold(stage: Stage, member: Member, days: tuple[int, int], start: datetime) -> list[Happening]:
    first, last = ((start + timedelta(days=day)).date() for day in days)

    async def hold(at: datetime) -> None:
        await order(stage, member, NewOrder(OrderKind.HOLD, first, "low platelets", "Dr Han", until_on=last), at)

    return [Happening(days[0] - 0.6, f"{member.code} hold", hold)]


def _raise(stage: Stage, member: Member, day: int, start: datetime) -> Happening:
    async def act(at: datetime) -> None:
        from_on = (start + timedelta(days=day)).date()
        await order(stage, member, NewOrder(OrderKind.DOSE, from_on, "low trough", "Dr Han", 2.0), at)

    return Happening(day - 1.6, f"{member.code} new order", act)


def _calling(stage: Stage, member: Member, day: int) -> Happening:
    async def act(at: datetime) -> None:
        await call(stage, member, at)

    return Happening(day + 0.3, f"{member.code} call", act)


def seeded(seed: int) -> Random:
    """The cohort's own chance."""
    return Random(seed)  # noqa: S311  a story, not a secret
