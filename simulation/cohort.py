"""The demo's cohort: a dozen pretend participants with a month behind them, lived through the real bot."""

import math
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
    Source,
)
from protocol.trial import Trial
from simulation.people import FORGETFUL, LATE, PROMPT, STEADY, WRITER, Habit, People, Person


@dataclass(frozen=True, slots=True)
class Member:
    """One line of the cast. Days count from the start; below zero, back from the end."""

    code: str
    name: str
    language: Language
    tz: str
    reminder: time
    food: FoodMode
    habit: Habit
    joins_on: float
    site: str = "PUMCH"
    channel: Channel = Channel.TELEGRAM
    silent: tuple[float, float] | None = None  # without an answer
    hold: tuple[float, int] | None = None  # ordered: its first day, and how many days
    raised_on: float | None = None  # the day a 2 mg order begins
    reads_back: bool = True  # answers how many tablets it will be
    unwell_on: tuple[float, ...] = ()
    blocks_on: float | None = None  # blocks the bot
    enters: bool = True  # answers the questions of entry; else stops after Start


ZH, EN, SHANGHAI, LONDON = Language.ZH, Language.EN, "Asia/Shanghai", "Europe/London"
WITH, WITHOUT = FoodMode.WITH, FoodMode.WITHOUT

CAST = (
    Member("P001", "方丽华", ZH, SHANGHAI, time(8), WITH, PROMPT, 0),
    Member("P002", "Emma Clarke", EN, LONDON, time(8, 30), WITHOUT, STEADY, 0),
    Member("P003", "王建国", ZH, SHANGHAI, time(7, 30), WITH, LATE, 1, raised_on=-0.01, reads_back=False),
    Member("P004", "李秀英", ZH, SHANGHAI, time(8), WITHOUT, FORGETFUL, 1),
    Member("P005", "张伟", ZH, SHANGHAI, time(9), WITH, WRITER, 2, raised_on=20),
    Member("P006", "刘桂芳", ZH, SHANGHAI, time(8), WITH, STEADY, 2, hold=(12, 5)),
    Member("P007", "陈志强", ZH, SHANGHAI, time(7), WITH, PROMPT, 3, silent=(-4.6, 99)),
    Member("P008", "杨淑珍", ZH, SHANGHAI, time(8, 30), WITHOUT, STEADY, 4, unwell_on=(9.4, -0.1)),
    Member("P009", "赵敏", ZH, SHANGHAI, time(8), WITH, STEADY, 5, silent=(10, 14), hold=(-1.5, 5)),
    Member("P010", "周玉兰", ZH, SHANGHAI, time(8), WITH, STEADY, 5, channel=Channel.PHONE),
    Member("P011", "Thomas Weber", EN, LONDON, time(8), WITH, FORGETFUL, 8),
    Member("P012", "孙国平", ZH, SHANGHAI, time(20), WITH, PROMPT, 10),
    Member("P013", "何建军", ZH, SHANGHAI, time(8), WITHOUT, LATE, 12, blocks_on=-1.4),
    Member("P014", "Helen Moore", EN, LONDON, time(9), WITH, STEADY, -0.6, enters=False),
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
    end: float  # days from the start to the end
    by_hand: frozenset[str] = frozenset()  # whose phones no pretend person answers


def user_id(member: Member) -> int:
    """The same phone on every start."""
    return 7_000_000 + int(member.code.removeprefix("P"))


def first_name(member: Member) -> str:
    """As it stands on the phone."""
    return member.name.rpartition(" ")[0] or member.name


def day_of(day: float, end: float) -> float:
    """The day from the start; one below zero is counted back from the end."""
    return day if day >= 0 else end + day


def add_phone(stage: Stage, member: Member, start: datetime) -> None:
    """The member's phone; pressed by somebody who plays it, or by a pretend person."""
    stage.phones.create_user(
        "zh-hans" if member.language is ZH else "en", first_name(member), user_id(member), tz=member.tz
    )
    if member.enters and member.code not in stage.by_hand:
        stage.people.persons.append(_person(stage, member, start))


def _person(stage: Stage, member: Member, start: datetime) -> Person:
    user = user_id(member)
    first, last = (day_of(day, stage.end) for day in member.silent or (math.inf, math.inf))

    def mood(at: datetime) -> Habit | None:
        day = (at - start) / timedelta(days=1)
        away = seeded(user * 1000 + int(day)).random() < member.habit.days_off
        return None if away or first <= day < last else member.habit

    reminder = member.reminder.strftime("%H%M")
    return Person(user, member.language, member.food, reminder, member.habit, mood, reads_back=member.reads_back)


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


def seeded(seed: int) -> Random:
    """The cohort's own chance."""
    return Random(seed)  # noqa: S311  a story, not a secret
