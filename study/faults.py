"""What goes wrong with the study database: it is away, or it refuses one row."""

import asyncpg
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

DOWN = (SQLAlchemyError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""Everything a database that is away, locked, full or not prepared answers with."""


def is_row_fault(error: DBAPIError) -> bool:
    """True where the values of a row are refused, and not where the database is away or not prepared."""
    return isinstance(error, IntegrityError | DataError) or isinstance(
        getattr(error.orig, "__cause__", None), asyncpg.DataError
    )
