"""The study database's common ground: its metadata, its base class, and columns that say what they mean."""

from enum import StrEnum
from typing import Any, ClassVar

from pydantic import ConfigDict
from sqlalchemy import BigInteger, Integer, MetaData
from sqlmodel import Field, SQLModel

from models.columns import ClosedSet, metadata

STUDY = metadata()
AS_KNOWN = "YYYY-MM-DD, or YYYY-MM or YYYY where no more is known"
SEQUENCE = BigInteger().with_variant(Integer(), "sqlite")


class StudyTable(SQLModel):
    """A table of the study database. No foreign keys: a record that waits never holds back another one's."""

    metadata: ClassVar[MetaData] = STUDY
    # Nothing validates a table: that half of it is never built.
    model_config = ConfigDict(defer_build=True)  # type: ignore[assignment]


def column(
    meaning: str, *, unit: str = "", codes: type[StrEnum] | None = None, cdisc: str = "", **keywords: Any
) -> Any:
    """A field with its meaning, unit (or format), closed set of values, and name in CDISC's standards.

    All of it is printed in docs/study-database.md.
    """
    told = {"info": {"meaning": meaning, "unit": unit, "codes": codes, "cdisc": cdisc}}
    if codes is not None:
        keywords["sa_type"] = ClosedSet(codes)
    return Field(sa_column_kwargs=told, **keywords)


def record_id(meaning: str, *, cdisc: str = "") -> Any:
    """The key of a record: the random id it has in the operational store."""
    return column(meaning, cdisc=cdisc, primary_key=True)


def participant_code() -> Any:
    """The column that says whose record it is."""
    return column("The participant's pseudonymous code.", cdisc="SUBJID", index=True)


def source_seq() -> Any:
    """The column that guards a record against going back."""
    return column("Number of the change this row reflects; a lower one is never applied.", sa_type=SEQUENCE)


def synced_at() -> Any:
    return column("When the row was last written here.", unit="UTC")
