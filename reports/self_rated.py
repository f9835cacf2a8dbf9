"""The self-rated items over time: each round's scores and composite grades, what is missing shown as missing.

A composite grade is 0 to 3 and is no CTCAE grade: no investigator has seen the person for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.study.participant import StudyParticipant
from models.study.self_rated import StudySelfRatedAnswer, StudySelfRatedCheck
from models.study.store import StudyStore
from protocol.moments import local_date
from protocol.pro_ctcae import Attribute
from protocol.self_rated import Rated, rated
from protocol.terms import PromptKind
from reports.lab_rows import people
from reports.offers import Offered, arrived_offers, paired
from reports.prepared import is_prepared

Answers = Mapping[str, Mapping[tuple[int, Attribute], int | None]]
"""By round, the newest answer to each question."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round, or an offer that nobody took up (`begun_at` None). `on` is its day on the participant's wall."""

    on: date
    offered_at: datetime | None
    begun_at: datetime | None
    finished_at: datetime | None
    items: tuple[Rated, ...]


@dataclass(frozen=True, slots=True)
class RatedPerson:
    """One participant's rounds, the oldest first."""

    code: str
    site_code: str
    rounds: tuple[Round, ...]


@dataclass(frozen=True, slots=True)
class SelfRatedReport:
    """Everybody to whom the items were offered, or who has rated them, by code."""

    as_of: datetime
    from_on: date | None
    to_on: date | None
    site: str | None
    people: tuple[RatedPerson, ...]


async def self_rated_report(
    study: StudyStore,
    items: Sequence[int],
    *,
    as_of: datetime,
    code: str | None = None,
    site: str | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
) -> SelfRatedReport:
    """What the study database knows up to `as_of`, on days in [from_on, to_on]; `items` are those of the trial.

    An empty or unprepared database gives a report without anybody.
    """
    found: list[RatedPerson] = []
    if await is_prepared(study):
        async with study.read() as session:
            found_people = await people(session, code, site)
            begun, offered = await _begun(session, as_of), await arrived_offers(session, PromptKind.SELF_RATED, as_of)
            answers = await _answers(session, as_of)
        for one in found_people:
            rounds = paired(begun.get(one.participant_code, []), offered.get(one.participant_code, []))
            told = [_round(one, each, answers, items) for each in rounds]
            within = [each for each in told if _within(each.on, from_on, to_on)]
            if within:
                found.append(RatedPerson(one.participant_code, one.site_code, tuple(within)))
    return SelfRatedReport(as_of, from_on, to_on, site, tuple(found))


async def _begun(session: AsyncSession, as_of: datetime) -> dict[str, list[StudySelfRatedCheck]]:
    query = select(StudySelfRatedCheck).where(col(StudySelfRatedCheck.begun_at) <= as_of)
    found: dict[str, list[StudySelfRatedCheck]] = {}
    for row in await session.scalars(query.order_by(col(StudySelfRatedCheck.begun_at))):
        found.setdefault(row.participant_code, []).append(row)
    return found


async def _answers(session: AsyncSession, as_of: datetime) -> Answers:
    query = select(StudySelfRatedAnswer).where(col(StudySelfRatedAnswer.recorded_at) <= as_of)
    found: dict[str, dict[tuple[int, Attribute], int | None]] = {}
    for row in await session.scalars(query.order_by(col(StudySelfRatedAnswer.ordinal))):
        found.setdefault(row.check_id, {})[(row.number, row.attribute)] = row.value
    return found


def _round(one: StudyParticipant, found: Offered[StudySelfRatedCheck], answers: Answers, items: Iterable[int]) -> Round:
    check = found.begun
    given = answers.get(check.id, {}) if check else {}
    return Round(
        on=local_date(found.at, ZoneInfo(one.tz)),
        offered_at=found.offered_at,
        begun_at=check.begun_at if check else None,
        finished_at=check.finished_at if check else None,
        items=tuple(rated(number, given) for number in _asked(items, given)),
    )


def _asked(items: Iterable[int], given: Mapping[tuple[int, Attribute], int | None]) -> list[int]:
    """The trial's items, then what an earlier version of it asked."""
    return list(dict.fromkeys([*items, *sorted(number for number, _ in given)]))


def _within(on: date, from_on: date | None, to_on: date | None) -> bool:
    return (from_on is None or on >= from_on) and (to_on is None or on <= to_on)
