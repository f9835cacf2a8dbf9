"""The operational store's common ground: its metadata, its base class, and one import for all its tables."""

from typing import Any, ClassVar

from pydantic import ConfigDict
from sqlalchemy import MetaData, Table
from sqlmodel import SQLModel

from models.columns import metadata

STORE = metadata()


class StoreTable(SQLModel):
    """A table of the operational store. Tables do not validate: the doors do, and the constraints."""

    metadata: ClassVar[MetaData] = STORE
    # Nothing validates a table: that half of it is never built.
    model_config = ConfigDict(defer_build=True)  # type: ignore[assignment]

    def values(self) -> dict[str, Any]:
        """The row as column name to value."""
        return {name: getattr(self, name) for name in type(self).model_fields}


def table_of(model: type[StoreTable]) -> Table:
    """The table itself: a statement on it is told to the database as it stands, without the ORM between."""
    return STORE.tables[str(model.__tablename__)]
