"""Laboratory values: what may be measured, in which units, and what has to be asked before a value is kept.

A value is never guessed into shape: a unit is converted where that is safe, refused where it is not, and a value that
is hardly possible is asked about by having it typed again.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from protocol.texts import Texts

VALUE: Final = re.compile(r"([<>]?) ?([0-9]{1,7}(?:\.[0-9]{1,6})?)")
PLACES: Final = Decimal("0.0001")


class LabError(ValueError):
    """The value cannot be kept so; the message says what to do."""


class Bound(StrEnum):
    """How a laboratory states a value."""

    EXACT = "exact"
    BELOW = "below"  # <2: under what the assay can tell
    ABOVE = "above"


class Dimension(StrEnum):
    """What a unit measures; values change their unit within one of these alone."""

    MASS_PER_VOLUME = "mass_per_volume"
    AMOUNT_PER_VOLUME = "amount_per_volume"
    CELLS_PER_VOLUME = "cells_per_volume"
    ACTIVITY_PER_VOLUME = "activity_per_volume"
    MASS_PER_DAY = "mass_per_day"
    SHARE = "share"
    STICK = "stick"  # a test strip: 0, 0.5 for a trace, 1 to 4


UNITS: Final[Mapping[str, tuple[Dimension, Decimal]]] = {
    name: (dimension, Decimal(factor))
    for dimension, units in {
        Dimension.MASS_PER_VOLUME: {
            "g/L": "1", "g/dL": "10", "mg/mL": "1", "mg/dL": "0.01", "mg/L": "1e-3", "µg/mL": "1e-3", "µg/L": "1e-6",
            "ng/mL": "1e-6", "µg/dL": "1e-5", "ng/L": "1e-9", "pg/mL": "1e-9",
        },
        Dimension.AMOUNT_PER_VOLUME: {"mol/L": "1", "mmol/L": "1e-3", "µmol/L": "1e-6", "nmol/L": "1e-9"},
        Dimension.CELLS_PER_VOLUME: {"10^12/L": "1e12", "10^9/L": "1e9", "10^6/µL": "1e12", "10^3/µL": "1e9"},
        Dimension.ACTIVITY_PER_VOLUME: {"U/L": "1", "IU/L": "1"},
        Dimension.MASS_PER_DAY: {"g/24h": "1", "mg/24h": "1e-3"},
        Dimension.SHARE: {"%": "1"},
        Dimension.STICK: {"plus": "1"},
    }.items()
    for name, factor in units.items()
}  # fmt: skip
"""Every unit by its name, with what one of it is in its dimension's own unit. Powers of ten: nothing is rounded."""

SPELLINGS: Final = {"μ": "µ", "ug/": "µg/", "umol/": "µmol/", "/uL": "/µL", "×10^": "10^", "x10^": "10^", " ": ""}
"""What sheets and keyboards make of one and the same unit."""


@dataclass(frozen=True, slots=True)
class Analyte:
    """What is measured. `plausible_min` to `plausible_max`, in `unit`, is kept without a question.

    `molar_mass` in g/mol, where mass and amount may be turned into each other; `molar_mass_source` says whose it is.
    """

    key: str
    name: Texts
    unit: str
    plausible_min: float
    plausible_max: float
    fasting: bool = False
    specimen: str | None = None
    assay_needed: bool = False
    molar_mass: float | None = None
    molar_mass_source: str | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """One value in the analyte's own unit, and as it stands on the sheet."""

    value: Decimal
    unit: str
    bound: Bound
    given_value: Decimal
    given_unit: str


def unit_named(text: str) -> str:
    """The unit's own name. Raises LabError for one that is not known; capitals count: mg and Mg differ."""
    found = text.strip()
    for spelled, meant in SPELLINGS.items():
        found = found.replace(spelled, meant)
    if found not in UNITS:
        raise LabError(f"{text!r} is no unit that is known here; known are: {', '.join(UNITS)}")
    return found


def measured(analyte: Analyte, value: str, unit: str) -> Measured:
    """What the sheet says, in the analyte's unit. Raises LabError."""
    found = VALUE.fullmatch(value.strip())
    if found is None:
        raise LabError(f"{value!r} is no value; write it as it stands on the sheet, like 96, 5.2 or <2")
    given, named = Decimal(found[2]), unit_named(unit)
    bound = {"<": Bound.BELOW, ">": Bound.ABOVE}.get(found[1], Bound.EXACT)
    return Measured(given * _factor(analyte, named), analyte.unit, bound, given, named)


def questions(analyte: Analyte, found: Measured) -> Iterator[str]:
    """Why the value has to be typed again before it is kept; nothing where it is plausible."""
    low, high = Decimal(str(analyte.plausible_min)), Decimal(str(analyte.plausible_max))
    if not low <= found.value <= high:
        shown = f"{shown_value(found.value)} {analyte.unit}"
        yield f"{analyte.key}: {shown} is outside {low:g} to {high:g} {analyte.unit}; look at the sheet and its unit"


def confirms(found: Measured, typed: str) -> bool:
    """Whether the same value was typed a second time."""
    try:
        return Decimal(typed.strip().lstrip("<> ")) == found.given_value
    except InvalidOperation:
        return False


def shown_value(value: Decimal) -> str:
    """Four decimals at most, without needless zeros."""
    return f"{value.quantize(PLACES).normalize():f}"


def _factor(analyte: Analyte, given: str) -> Decimal:
    """What one of the given unit is in the analyte's."""
    (meant, standard), (dimension, factor) = UNITS[analyte.unit], UNITS[given]
    if dimension is meant:
        return factor / standard
    if analyte.molar_mass is not None and {dimension, meant} == {
        Dimension.MASS_PER_VOLUME,
        Dimension.AMOUNT_PER_VOLUME,
    }:
        mass = Decimal(str(analyte.molar_mass))
        return factor / mass / standard if meant is Dimension.AMOUNT_PER_VOLUME else factor * mass / standard
    raise LabError(
        f"{analyte.key}: {given} cannot be turned into {analyte.unit} without guessing; ask the laboratory for"
        f" {analyte.unit}, or see whether another test is meant"
    )
