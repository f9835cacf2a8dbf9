"""One place where the study does not say what the store says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from models.columns import plain


class DifferenceKind(StrEnum):
    """What is wrong."""

    MISSING = "missing"  # the store has the record, the study has not
    EXTRA = "extra"  # the study has a record that the store has not
    DIFFERENT = "different"  # a column holds another value


@dataclass(frozen=True, slots=True)
class Difference:
    """`column` names the field; values are left out, they may be a person's. `waiting`: a change is on its way."""

    kind: DifferenceKind
    record_type: str
    record_id: str
    column: str = ""
    waiting: bool = False


def differing(
    record_type: str, told: Mapping[str, Mapping[str, Any]], held: Mapping[str, Mapping[str, Any]], waiting: set[str]
) -> Iterator[Difference]:
    """Compares rows by their key, and the columns that `told` names."""
    for key in sorted(told.keys() | held.keys()):
        if key not in held:
            yield Difference(DifferenceKind.MISSING, record_type, key, waiting=key in waiting)
        elif key not in told:
            yield Difference(DifferenceKind.EXTRA, record_type, key, waiting=key in waiting)
        else:
            for column, value in told[key].items():
                if plain(value) != plain(held[key][column]):
                    yield Difference(DifferenceKind.DIFFERENT, record_type, key, column, waiting=key in waiting)
