"""What a laboratory result and a draw may say before they are kept; every problem with what to do about it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from protocol.forms import text_problems
from protocol.labs import Analyte, Measured, questions
from protocol.moments import local_date

VISIT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
LAST_DOSE_DAYS: Final = 60
"""A last dose longer ago than this is a slip of the pen."""


class LabSource(StrEnum):
    """Whose value it is."""

    STAFF = "staff"  # read from the laboratory's sheet
    PARTICIPANT = "participant"  # told from a laboratory elsewhere; kept, and no result before staff have verified it


@dataclass(frozen=True, slots=True)
class ResultFacts:
    """One result, read in its unit. `lower`, `upper`: the laboratory's limits of normal. `fasting` None: not said."""

    analyte: Analyte
    found: Measured
    drawn_at: datetime
    resulted_at: datetime | None
    laboratory: str
    assay: str
    fasting: bool | None
    lower: Measured | None
    upper: Measured | None
    source: LabSource
    visit_id: str | None = None


@dataclass(frozen=True, slots=True)
class DrawFacts:
    """One draw. `last_dose_at`: the last dose before it, as asked. `dose_held`: the dose of that day waited."""

    planned_on: date | None
    drawn_at: datetime | None
    last_dose_at: datetime | None
    dose_held: bool | None
    visit_id: str | None = None


def result_problems(facts: ResultFacts, now: datetime, *, confirmed: bool) -> Iterator[str]:
    """Everything that cannot be kept so. What the participant told needs neither assay nor laboratory."""
    yield from _visit_problems(facts.visit_id)
    yield from _moment_problems("drawn", facts.drawn_at, now)
    if facts.resulted_at is not None:
        yield from _moment_problems("resulted", facts.resulted_at, now)
        if facts.resulted_at < facts.drawn_at:
            yield "resulted: the result is older than its blood; correct one of the two moments"
    by_staff = facts.source is LabSource.STAFF
    needed = by_staff and facts.analyte.assay_needed
    yield from text_problems("laboratory", facts.laboratory, needed=needed)
    yield from text_problems("assay", facts.assay, needed=needed)
    if by_staff and facts.analyte.fasting and facts.fasting is None:
        yield f"fasting: {facts.analyte.key} depends on it; say fasting or not fasting"
    if facts.lower is not None and facts.upper is not None and facts.lower.value >= facts.upper.value:
        yield "limits: the lower limit of normal is not below the upper one; correct one of the two"
    if not confirmed:
        again = "where it stands so, confirm it by giving the value a second time"
        yield from (f"{question}; {again}" for question in questions(facts.analyte, facts.found))


def draw_problems(facts: DrawFacts, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    """Everything that cannot be kept so; the zone is the participant's."""
    yield from _visit_problems(facts.visit_id)
    if facts.planned_on is None and facts.drawn_at is None:
        yield "draw: say on which day it is planned, or when blood was taken"
    if facts.drawn_at is None:
        if facts.last_dose_at is not None or facts.dose_held is not None:
            yield "draw: the last dose is asked about when blood is taken; give that moment too"
        return
    yield from _moment_problems("drawn", facts.drawn_at, now)
    if facts.last_dose_at is None:
        return
    if facts.last_dose_at > facts.drawn_at:
        yield "last dose: it lies after the draw; give the last dose before it"
    elif (local_date(facts.drawn_at, zone) - local_date(facts.last_dose_at, zone)).days > LAST_DOSE_DAYS:
        yield f"last dose: it lies more than {LAST_DOSE_DAYS} days before the draw; leave it out, or correct it"


def _visit_problems(visit_id: str | None) -> Iterator[str]:
    if visit_id is not None and not VISIT.fullmatch(visit_id):
        yield f"visit: {visit_id!r} is no id of a visit: 1 to 40 letters, digits and hyphens"


def _moment_problems(name: str, at: datetime, now: datetime) -> Iterator[str]:
    if at > now:
        yield f"{name}: {at:%Y-%m-%d %H:%M} UTC lies ahead; correct it"
