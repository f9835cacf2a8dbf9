"""A shorter way to asyncpg: one text and its values, in the transaction that SQLAlchemy knows of."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


class AsyncpgTeller:
    """Tells statements to the connection that SQLAlchemy has adapted; it begins a transaction where one is wanted."""

    __slots__ = ("_adapted", "_in_transaction")

    def __init__(self, adapted: Any, in_transaction: bool) -> None:  # noqa: FBT001
        self._adapted = adapted
        self._in_transaction = in_transaction

    async def rows(self, text: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        found: Sequence[Sequence[Any]] = await self._told(self._adapted.driver_connection.fetch, text, *values)
        return found

    async def count(self, text: str, values: Sequence[Any]) -> int:
        """The last word of "UPDATE 3" or "INSERT 0 1"."""
        status: str = await self._told(self._adapted.driver_connection.execute, text, *values)
        return int(status.rpartition(" ")[2])

    async def each(self, text: str, many: Sequence[Sequence[Any]]) -> None:
        await self._told(self._adapted.driver_connection.executemany, text, many)

    async def _told(self, tell: Callable[..., Awaitable[T]], *arguments: Any) -> T:
        try:
            if self._in_transaction and self._adapted._transaction is None:
                await self._adapted._start_transaction()
            return await tell(*arguments)
        except Exception as error:  # SQLAlchemy's own way: it names and raises it
            self._adapted._handle_exception(error)
            raise
