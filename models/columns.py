"""Column types: closed sets stored by value, and JSON in one canonical text."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any, Final, TypeVar

from sqlalchemy import Dialect, MetaData, String, Text, TypeDecorator
from sqlmodel import Field

from protocol.partial_day import PartialDay

E = TypeVar("E", bound=StrEnum)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def metadata() -> MetaData:
    """An empty collection of tables whose constraints get stable names, as migrations need."""
    return MetaData(naming_convention=NAMING)


class ClosedSet(TypeDecorator[Any]):
    """A StrEnum stored by value in a text column; anything outside the set is refused on the way in and out."""

    impl = Text
    cache_ok = True

    def __init__(self, members: type[StrEnum]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else self.members(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        return None if value is None else self.members(value)


def member_of(members: type[E], **keywords: Any) -> Any:
    """A table field that holds one member of a closed set."""
    kind: Any = ClosedSet(members)
    return Field(sa_type=kind, **keywords)


class KnownDay(TypeDecorator[Any]):
    """A day as far as it is known, as it was typed: never a date column, which would make up the rest of it."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> PartialDay | None:  # noqa: ARG002
        return None if value is None else PartialDay.read(value)


def known_day(**keywords: Any) -> Any:
    """A table field that holds a day as far as it is known."""
    kind: Any = KnownDay
    return Field(sa_type=kind, **keywords)


def plain(value: Any) -> Any:
    """A column's value as JSON can hold it: moments in UTC with milliseconds, dates, times and sets as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, PartialDay):
        return str(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value


def canonical(value: Any) -> str:
    """One JSON text for one value: sorted keys, no blanks. The text that is hashed is the text that is stored."""
    return _JSON.encode(value)


def _foreign(value: Any) -> Any:
    """What JSON has no word for, in words it has."""
    found = plain(value)
    if found is value:
        raise TypeError(f"{type(value).__name__} cannot be kept as JSON")
    return found


_JSON: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_foreign)
