"""The CTCAE grade that a table gives to a laboratory value: a reference for an investigator, who alone grades.

CTCAE v5.0, the parts that a number decides. What needs a clinician (transfusion indicated, life-threatening, treatment
begun) and what is measured against a person's own baseline is not decided here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from protocol.adverse_event import CtcaeVersion
from protocol.labs import Bound

BY_THE_TABLE: Final = "by the table of CTCAE 5.0, for an investigator to confirm"
VERSION: Final = CtcaeVersion.V5


class Limit(StrEnum):
    """What a step is counted from."""

    VALUE = "value"  # in the analyte's unit
    LOWER = "lower"  # times the laboratory's lower limit of normal
    UPPER = "upper"  # times the laboratory's upper limit of normal


@dataclass(frozen=True, slots=True)
class Step:
    """From here on it is this grade. `included`: the limit itself counts."""

    grade: int
    at: str
    of: Limit = Limit.VALUE
    included: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """One term; the mildest step first."""

    term: str
    steps: tuple[Step, ...]
    falls: bool = False  # a lower value is worse


def _times_upper(*limits: str) -> tuple[Step, ...]:
    return tuple(Step(grade, at, Limit.UPPER) for grade, at in enumerate(limits, start=1))


def _from_lower(*limits: str) -> tuple[Step, ...]:
    return (Step(1, "1", Limit.LOWER), *(Step(grade, at) for grade, at in enumerate(limits, start=2)))


SCALES: Final[Mapping[str, Scale]] = {
    "haemoglobin": Scale("anaemia", _from_lower("100", "80"), falls=True),
    "platelets": Scale("platelet count decreased", _from_lower("75", "50", "25"), falls=True),
    "white_cells": Scale("white blood cell decreased", _from_lower("3.0", "2.0", "1.0"), falls=True),
    "creatinine": Scale("creatinine increased", _times_upper("1", "1.5", "3", "6")),
    "alt": Scale("alanine aminotransferase increased", _times_upper("1", "3", "5", "20")),
    "ast": Scale("aspartate aminotransferase increased", _times_upper("1", "3", "5", "20")),
    "cholesterol": Scale(
        "cholesterol high", (Step(1, "1", Limit.UPPER), Step(2, "7.75"), Step(3, "10.34"), Step(4, "12.92"))
    ),
    "triglycerides": Scale(
        "hypertriglyceridemia", (Step(1, "1.71", included=True), Step(2, "3.42"), Step(3, "5.7"), Step(4, "11.4"))
    ),
    "urine_protein": Scale(
        "proteinuria",
        (Step(1, "1", Limit.UPPER, included=True), Step(2, "1.0", included=True), Step(3, "3.5", included=True)),
    ),
    "urine_protein_stick": Scale(
        "proteinuria", (Step(1, "1", included=True), Step(2, "2", included=True), Step(3, "4", included=True))
    ),
}  # fmt: skip
"""By analyte. Glucose has none: version 5.0 grades it by what is done about it. Reticulocytes and levels have none."""


@dataclass(frozen=True, slots=True)
class ReferenceGrade:
    """0: no grade. `basis` always says that it is by the table and for an investigator to confirm."""

    term: str
    grade: int
    ctcae_version: CtcaeVersion
    basis: str


def reference_grade(
    analyte: str,
    value: Decimal,
    bound: Bound = Bound.EXACT,
    *,
    lower: Decimal | None = None,
    upper: Decimal | None = None,
) -> ReferenceGrade | None:
    """The grade by the table; `lower` and `upper` are the laboratory's limits of normal in the analyte's unit.

    None where the table has none, or where a limit that would decide is not known: never a guess.
    """
    scale = SCALES.get(analyte)
    if scale is None or bound is not Bound.EXACT:
        return None
    limits = {Limit.VALUE: Decimal(1), Limit.LOWER: lower, Limit.UPPER: upper}
    for step in reversed(scale.steps):
        base = limits[step.of]
        if base is None:
            return None
        if _reaches(value, Decimal(step.at) * base, falls=scale.falls, included=step.included):
            return ReferenceGrade(scale.term, step.grade, VERSION, BY_THE_TABLE)
    return ReferenceGrade(scale.term, 0, VERSION, BY_THE_TABLE)


def _reaches(value: Decimal, limit: Decimal, *, falls: bool, included: bool) -> bool:
    return (included and value == limit) or (value < limit if falls else value > limit)
