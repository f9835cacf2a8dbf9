"""A day as far as anybody knows it: the day, its month, or its year alone; written as in ISO 8601, kept as typed."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Self

WRITTEN = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
DECEMBER = 12
YEARS = range(1900, 2200)  # what lies outside is a slip of the pen


class PartialDayError(ValueError):
    """The text is no day, no month and no year."""


@dataclass(frozen=True, slots=True)
class PartialDay:
    """A day, a month or a year: all that lies between its first and its last day is possible.

    It has no order of its own: of two that overlap nobody can say which came first.
    """

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def read(cls, text: str) -> Self:
        """From "2026-03-02", "2026-03" or "2026". Raises PartialDayError."""
        found = WRITTEN.fullmatch(text)
        if found is None:
            raise PartialDayError(text)
        try:
            one = cls(*(int(part) for part in found.groups() if part is not None))
            if one.first.year in YEARS:
                return one
        except ValueError as error:
            raise PartialDayError(text) from error
        raise PartialDayError(text)

    @classmethod
    def on(cls, day: date) -> Self:
        """The whole of a day that is known."""
        return cls(day.year, day.month, day.day)

    @property
    def first(self) -> date:
        """The first day that it can be."""
        return date(self.year, _or(self.month, 1), _or(self.day, 1))

    @property
    def last(self) -> date:
        """The last day that it can be."""
        month = _or(self.month, DECEMBER)
        return date(self.year, month, _or(self.day, monthrange(self.year, month)[1]))

    def __str__(self) -> str:
        parts = (f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part is not None))
        return "-".join(parts)


def _or(part: int | None, unknown: int) -> int:
    """The part as written, where a 0 is no month and no day."""
    return unknown if part is None else part


def surely_before(one: PartialDay | date, other: PartialDay | date) -> bool:
    """True where no possible day of the one lies on or after a possible day of the other."""
    return _last(one) < _first(other)


def _first(day: PartialDay | date) -> date:
    return day.first if isinstance(day, PartialDay) else day


def _last(day: PartialDay | date) -> date:
    return day.last if isinstance(day, PartialDay) else day
