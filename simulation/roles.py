"""The cast of a simulation: who takes part, in which way, and what each of them does wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from random import Random

from protocol.terms import FoodMode, Language
from simulation.cohort import Member
from simulation.people import FORGETFUL, LATE, PROMPT, STEADY, WRITER, Habit


@dataclass(frozen=True, slots=True)
class Role:
    """How somebody lives with the bot. Shares are per day or per press; they count only while their fault is on."""

    name: str
    habit: Habit
    twice: float = 0.02  # the same button twice
    old: float = 0.03  # a button of another day
    blocks: float = 0.004
    silent: float = 0.0  # begins some silent days
    chats: float = 0.02  # writes free words, asks for today, the history, the settings
    corrects: float = 0.02  # takes an answer back
    older: float = 0.0  # answers the older of two questions that stand open
    counts: float = 0.0  # of the prompts: says how many tablets it were, or when
    denies: float = 0.0  # of the prompts: writes that nothing was taken
    moves: float = 0.0  # lives in another zone from today, or goes on a journey
    journeys: float = 0.0  # so many of these moves are journeys
    loses: float = 0.0  # goes on with another phone


ROLES = (
    Role("prompt", PROMPT),
    Role("late", LATE),
    Role("silent", STEADY, silent=0.12),
    Role("double tapper", STEADY, twice=0.5, corrects=0.1, counts=0.2),
    Role("presser of old buttons", FORGETFUL, old=0.4, older=0.5),
    Role("writer", WRITER, chats=0.25, denies=0.15),
    Role("traveller", PROMPT, moves=0.2, journeys=0.7),
    Role("blocker", STEADY, blocks=0.08),
    Role("changer of phones", LATE, loses=0.04),
)

CALM_ROLES = (*[Role("prompt", PROMPT)] * 5, Role("steady", STEADY), Role("late", LATE), Role("writer", WRITER))
"""Who takes part where nothing goes wrong: most of them answer the first reminder."""

FIRST_NAMES = {Language.ZH: ("方丽华", "王建国", "李秀英", "张伟"), Language.EN: ("Emma Clarke", "Thomas Weber")}
HOMES = ("Asia/Shanghai", "Asia/Shanghai", "Asia/Shanghai", "Europe/London", "America/New_York", "Pacific/Auckland")
PLACES = ("Europe/London", "Asia/Tokyo", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "Asia/Kathmandu")
TIMES = (time(7), time(7, 30), time(8), time(8, 30), time(9), time(12), time(20))


@dataclass(frozen=True, slots=True)
class Player:
    """One of the cast: the enrolment's facts, the phone's owner, and the role."""

    member: Member
    role: Role
    phone_number: str


def cast(count: int, random: Random, roles: Sequence[Role] = ROLES) -> list[Player]:
    """So many, the roles in turn from a random one on, so that a small cast has different ones."""
    first = random.randrange(len(roles))
    return [_player(number, roles[(first + number) % len(roles)], random) for number in range(count)]


def _player(number: int, role: Role, random: Random) -> Player:
    language = Language.ZH if random.random() < 0.7 else Language.EN  # noqa: PLR2004
    member = Member(
        code=f"P{number + 1:04}",
        name=f"{random.choice(FIRST_NAMES[language])} {number + 1}",
        language=language,
        tz=random.choice(HOMES),
        reminder=random.choice(TIMES),
        food=random.choice((FoodMode.WITH, FoodMode.WITHOUT)),
        habit=role.habit,
        joins_on=random.random() * 1.5,
    )
    return Player(member, role, f"13{random.randrange(10**9):09}")
