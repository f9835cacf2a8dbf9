"""Statements of the busy paths: written in SQLAlchemy's Core, compiled once, told straight to the driver.

Nine tenths of what a small statement costs is finding out anew how it is told. Here that is found out once.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import BindParameter, Delete, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.visitors import iterate

from models.postgres_driver import AsyncpgTeller
from models.sqlite_driver import Connection

Core = Select[Any] | Insert | Update | Delete
Convert = Callable[[Any], Any]

_NEEDED: Final = object()
_FLOAT8: Final = 701  # PostgreSQL's number of its only numbers here that are not whole; other types do not ask


class UnfitStatementError(TypeError):
    """The statement cannot be told so: a value is missing, or a column is left to a default of Python's."""


class Teller(Protocol):
    """What tells one text with its values to a database, in the transaction that is under way."""

    async def rows(self, text: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]: ...

    async def count(self, text: str, values: Sequence[Any]) -> int: ...

    async def each(self, text: str, many: Sequence[Sequence[Any]]) -> None: ...


@dataclass(frozen=True, slots=True)
class _Bind:
    """One value of a text, in its order: whose it is, and which one of a list."""

    name: str
    convert: Convert | None
    constant: Any
    place: int | None


@dataclass(frozen=True, slots=True)
class _Told:
    """A statement in the words of one database, and how its values go in and come out."""

    text: str
    binds: tuple["_Bind", ...]
    row: Callable[[Sequence[Any]], Any]
    converted: tuple[tuple[int, Convert], ...]

    def values(self, bound: dict[str, Any]) -> list[Any]:
        found = []
        for bind in self.binds:
            value = bound.get(bind.name, bind.constant)
            if value is _NEEDED:
                raise UnfitStatementError(f"no value for {bind.name}")
            if bind.place is not None:
                value = value[bind.place]
            found.append(value if bind.convert is None else bind.convert(value))
        return found

    def rows(self, found: Sequence[Sequence[Any]]) -> list[Any]:
        if not self.converted:
            return [self.row(values) for values in found]
        return [self._row(list(values)) for values in found]

    def _row(self, values: list[Any]) -> Any:
        for place, convert in self.converted:
            values[place] = convert(values[place])
        return self.row(values)


class Statement:
    """One statement. An INSERT or UPDATE writes the columns it is given values for; rows are named tuples.

    Nothing is flushed first: `models.session.Change` sees to that. Errors are SQLAlchemy's, without the values.
    """

    def __init__(self, core: Core) -> None:
        self._core = core.inline() if isinstance(core, Insert) else core
        self._lists = [bind.key for bind in _binds(core) if bind.expanding and bind.required]
        self._told: dict[tuple[str | int, ...], _Told] = {}

    async def rows(self, connection: AsyncConnection, bound: dict[str, Any]) -> list[Any]:
        """All rows it gives."""
        told = self._for(connection, bound)
        with _errors(connection, told.text):
            found = await _teller(connection).rows(told.text, told.values(bound))
        return told.rows(found)

    async def run(self, connection: AsyncConnection, bound: dict[str, Any]) -> int:
        """How many rows it changed."""
        told = self._for(connection, bound)
        with _errors(connection, told.text):
            return await _teller(connection).count(told.text, told.values(bound))

    async def run_each(self, connection: AsyncConnection, many: Sequence[dict[str, Any]]) -> None:
        """Once for each of these values; all of them name the same columns."""
        if len(many) == 1:
            await self.run(connection, many[0])
            return
        told = self._for(connection, many[0])
        with _errors(connection, told.text):
            await _teller(connection).each(told.text, [told.values(bound) for bound in many])

    def _for(self, connection: AsyncConnection, bound: dict[str, Any]) -> _Told:
        key: tuple[str | int, ...] = (connection.dialect.name, *bound)
        if self._lists:
            key += tuple(len(bound[name]) for name in self._lists)
        told = self._told.get(key)
        if told is None:
            told = self._told[key] = _compiled(self._core, connection.dialect, bound)
        return told


def _teller(connection: AsyncConnection) -> Teller:
    inside: Any = connection.sync_connection
    driver: Any = inside.connection.dbapi_connection
    return driver if isinstance(driver, Connection) else AsyncpgTeller(driver, inside.in_transaction())


@contextmanager
def _errors(connection: AsyncConnection, text: str) -> Iterator[None]:
    """The driver's errors as SQLAlchemy names them; a connection that was lost goes to no one else."""
    dialect = connection.dialect
    try:
        yield
    except dialect.loaded_dbapi.Error as error:
        inside: Any = connection.sync_connection
        lost = bool(dialect.is_disconnect(error, inside.connection.dbapi_connection, None))
        if lost:
            inside.invalidate(error)
        named = DBAPIError.instance(
            text, None, error, dialect.loaded_dbapi.Error, connection_invalidated=lost, dialect=dialect
        )
        raise named from error


def _binds(core: Core) -> list[BindParameter[Any]]:
    return [item for item in iterate(core) if isinstance(item, BindParameter)]


def _compiled(core: Core, dialect: Dialect, bound: dict[str, Any]) -> _Told:
    """The text for these names, and for lists as long as these."""
    found: Any = core.compile(dialect=dialect, column_keys=list(bound))
    if left := [*found.insert_prefetch, *found.update_prefetch]:
        raise UnfitStatementError(f"no value for {', '.join(column.name for column in left)}")
    given = {name: bind.value for name, bind in found.binds.items()} | bound
    expanded = found.construct_expanded_state(given)
    places = {
        name: (of, place) for of, names in expanded.parameter_expansion.items() for place, name in enumerate(names)
    }
    binds = tuple(_bind(found, dialect, *places.get(name, (name, None))) for name in expanded.positiontup)
    columns = list(core.exported_columns)
    converts = [_impl(column.type, dialect).result_processor(dialect, _FLOAT8) for column in columns]
    names = [str(column.key) for column in columns]
    row: Any = namedtuple("Row", names)  # type: ignore[misc]
    return _Told(
        expanded.statement, binds, row._make, tuple(item for item in enumerate(converts) if item[1] is not None)
    )


def _bind(found: Any, dialect: Dialect, name: str, place: int | None) -> _Bind:
    bind = found.binds[name]
    convert = _impl(bind.type, dialect).bind_processor(dialect)
    return _Bind(name, convert, _NEEDED if bind.required else bind.value, place)


def _impl(kind: Any, dialect: Dialect) -> Any:
    return kind.dialect_impl(dialect)
