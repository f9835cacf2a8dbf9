"""What participants told in symptom checks: each check with what was there, and how often each question was answered.

Nothing here is assessed: a tier says how fast the trial's rules wanted a human; a severity is the participant's own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.study.participant import StudyParticipant
from models.study.store import StudyStore
from models.study.symptom import StudySymptomAnswer, StudySymptomCheck
from protocol.answers import Answer, AnswerState, rank
from protocol.event_source import is_told
from protocol.moments import local_date
from protocol.symptoms import Ask, Occasion, SymptomSheet, Tier
from protocol.terms import PromptKind, Source
from protocol.trial import Trial
from reports.lab_rows import people
from reports.offers import Offered, arrived_offers, paired
from reports.prepared import is_prepared

RANKED = (Ask.SEVERITY, Ask.TEMPERATURE, Ask.CHOICE)
"""Kinds of question with a worst answer."""


class CheckEnd(StrEnum):
    """What became of a check."""

    FINISHED = "finished"
    CLOSED = "closed"  # it ended unfinished; its answers count
    OPEN = "open"  # it is being walked through
    NOT_BEGUN = "not_begun"  # it was offered, and nobody took it up: nothing is known, which is not "none"


@dataclass(frozen=True, slots=True)
class Told:
    """One answer that says that something is there: the question's key and the coded answer."""

    item: str
    value: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check, or an offer nobody took up: then `occasion`, `source` and `tier` are None. `on`: their wall's day."""

    code: str
    site_code: str
    on: date
    offered_at: datetime | None
    begun_at: datetime | None
    end: CheckEnd
    occasion: Occasion | None
    source: Source | None
    tier: Tier | None
    told: tuple[Told, ...]
    skipped: int
    own_words: int  # texts and photos, which the operational store alone keeps


@dataclass(frozen=True, slots=True)
class ItemCount:
    """One question over all checks, or one `option` of a question with several.

    `worst` is None where nothing was told, or its answers have no order.
    """

    item: str
    option: str | None
    answered: int
    skipped: int
    told: int
    people: int
    worst: str | None

    @property
    def told_percent(self) -> float | None:
        """Told ÷ answered; None where nobody answered."""
        return 100 * self.told / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class SymptomReport:
    """Checks by participant and time; questions in the order of the protocol file, those never asked left out."""

    as_of: datetime
    from_on: date | None
    to_on: date | None
    site: str | None
    checks: tuple[CheckRow, ...]
    items: tuple[ItemCount, ...]

    @property
    def ends(self) -> Mapping[CheckEnd, int]:
        """How many checks ended how."""
        found = Counter(row.end for row in self.checks)
        return {end: found[end] for end in CheckEnd}

    @property
    def tiers(self) -> Mapping[Tier, int]:
        """How many of the begun checks were of which tier."""
        found = Counter(row.tier for row in self.checks)
        return {tier: found[tier] for tier in Tier}


Said = tuple[str, StudySymptomAnswer]
"""Whose answer, and what it is."""
Standing = Mapping[str, Mapping[str, StudySymptomAnswer]]
"""By check, the newest answer to each question."""


async def symptom_report(
    study: StudyStore,
    trial: Trial,
    *,
    as_of: datetime,
    code: str | None = None,
    site: str | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
) -> SymptomReport:
    """What the study database knows up to `as_of`, on days in [from_on, to_on].

    An empty or unprepared database gives a report without checks.
    """
    rows: list[CheckRow] = []
    given: dict[str, list[Said]] = defaultdict(list)
    if await is_prepared(study):
        async with study.read() as session:
            found = await people(session, code, site)
            begun = await _begun(session, as_of)
            offered = await arrived_offers(session, PromptKind.SYMPTOM_CHECK, as_of)
            answers = await _answers(session, as_of)
        for one in found:
            whose = one.participant_code
            for each in _matters(begun.get(whose, []), offered.get(whose, [])):
                on = local_date(each.at, ZoneInfo(one.tz))
                if (from_on is None or on >= from_on) and (to_on is None or on <= to_on):
                    said = answers.get(each.begun.id, {}) if each.begun else {}
                    rows.append(_row(one, on, each, said, trial.sheet, as_of))
                    for item, answer in said.items():
                        given[item].append((whose, answer))
    order = dict.fromkeys([*trial.sheet.items, *sorted(given)])
    items = [count for key in order if key in given for count in _counts(key, given[key], trial.sheet)]
    return SymptomReport(as_of, from_on, to_on, site, tuple(rows), tuple(items))


def _matters(begun: Sequence[StudySymptomCheck], offered: Sequence[datetime]) -> Iterable[Offered[StudySymptomCheck]]:
    """Only a weekly check answers an offer; somebody who felt unwell that day has not taken it up."""
    weekly = paired([check for check in begun if check.occasion is Occasion.WEEKLY], offered)
    others = [Offered(check.begun_at, None, check) for check in begun if check.occasion is not Occasion.WEEKLY]
    return sorted([*weekly, *others], key=lambda each: each.at)


async def _begun(session: AsyncSession, as_of: datetime) -> dict[str, list[StudySymptomCheck]]:
    query = select(StudySymptomCheck).where(col(StudySymptomCheck.begun_at) <= as_of)
    found: dict[str, list[StudySymptomCheck]] = defaultdict(list)
    for row in await session.scalars(query.order_by(col(StudySymptomCheck.begun_at))):
        found[row.participant_code].append(row)
    return found


async def _answers(session: AsyncSession, as_of: datetime) -> Standing:
    query = select(StudySymptomAnswer).where(col(StudySymptomAnswer.recorded_at) <= as_of)
    found: dict[str, dict[str, StudySymptomAnswer]] = defaultdict(dict)
    for row in await session.scalars(query.order_by(col(StudySymptomAnswer.ordinal))):
        found[row.check_id][row.item] = row
    return found


def _row(
    one: StudyParticipant,
    on: date,
    each: Offered[StudySymptomCheck],
    said: Mapping[str, StudySymptomAnswer],
    sheet: SymptomSheet,
    as_of: datetime,
) -> CheckRow:
    check = each.begun
    told = [Told(row.item, row.value) for row in _in_order(said.values(), sheet) if is_told(_answer(row), sheet)]
    return CheckRow(
        one.participant_code,
        one.site_code,
        on,
        each.offered_at,
        check.begun_at if check else None,
        _end(check, as_of),
        check.occasion if check else None,
        check.source if check else None,
        check.tier if check else None,
        tuple(told),
        skipped=sum(row.state is AnswerState.SKIPPED for row in said.values()),
        own_words=sum(row.has_text for row in said.values()),
    )


def _end(check: StudySymptomCheck | None, as_of: datetime) -> CheckEnd:
    if check is None:
        return CheckEnd.NOT_BEGUN
    if check.finished_at is not None and check.finished_at <= as_of:
        return CheckEnd.FINISHED
    return CheckEnd.CLOSED if check.closed_at is not None and check.closed_at <= as_of else CheckEnd.OPEN


def _in_order(rows: Iterable[StudySymptomAnswer], sheet: SymptomSheet) -> list[StudySymptomAnswer]:
    """As the protocol file asks; what an earlier version of it asked comes last."""
    places = {key: place for place, key in enumerate(sheet.items)}
    return sorted(rows, key=lambda row: (places.get(row.item, len(places)), row.item))


def _answer(row: StudySymptomAnswer) -> Answer:
    return Answer(row.item, row.value, row.state)


def _counts(key: str, given: Sequence[Said], sheet: SymptomSheet) -> Iterable[ItemCount]:
    """The question, then each of its options that somebody has marked."""
    told = [(whose, row) for whose, row in given if is_told(_answer(row), sheet)]
    yield _count(key, None, given, told, sheet)
    item = sheet.item(key)
    for option in item.options if item is not None and item.ask is Ask.SEVERAL else ():
        marked = [(whose, row) for whose, row in told if option in row.value.split(",")]
        if marked:
            yield _count(key, option, given, marked, sheet)


def _count(key: str, option: str | None, given: Sequence[Said], told: Sequence[Said], sheet: SymptomSheet) -> ItemCount:
    skipped = sum(row.state is AnswerState.SKIPPED for _, row in given)
    return ItemCount(
        key,
        option,
        answered=len(given) - skipped,
        skipped=skipped,
        told=len(told),
        people=len({whose for whose, _ in told}),
        worst=_worst(key, [row.value for _, row in told], sheet),
    )


def _worst(key: str, values: Sequence[str], sheet: SymptomSheet) -> str | None:
    item = sheet.item(key)
    if item is None or item.ask not in RANKED:
        return None
    return max(values, key=lambda value: rank(item, value) or 0, default=None)
