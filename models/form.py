"""What every form of the trial has: one row a version, only ever added, and signatures that name a version."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.forms import FormKind

STAYS = ("narrative", "recorded_by", "reason")


class FormVersion(StoreTable):
    """One version of one form. `form_id` is the form's own id, which its first version gave it."""

    id: str = Field(primary_key=True)
    form_id: str
    participant_id: str = Field(foreign_key="participant.id", index=True)
    version: int  # from 1; the highest counts
    narrative: str | None = None  # sealed
    in_error: bool = False  # the form should never have been; its last version says so
    alert_id: str | None = Field(default=None, foreign_key="alert.id")
    reason: str = ""  # of a correction
    recorded_by: str
    recorded_at: datetime

    def values(self) -> dict[str, Any]:
        """As the study is told: that there is a narrative, not who wrote what in it."""
        found = {name: value for name, value in super().values().items() if name not in STAYS}
        return found | {"has_narrative": self.narrative is not None}


class FormSignature(StoreTable, table=True):
    """An investigator's signature under one version of one form; append-only, a newer version has none."""

    __tablename__ = "form_signature"

    id: str = Field(primary_key=True)
    form: FormKind = member_of(FormKind)
    form_id: str
    version: int
    participant_id: str = Field(foreign_key="participant.id", index=True)
    signed_by: str
    signed_at: datetime

    __table_args__ = (UniqueConstraint("form", "form_id", "version"),)

    def values(self) -> dict[str, Any]:
        """As the study is told: that it is signed and when, not by whom."""
        return {name: value for name, value in super().values().items() if name != "signed_by"}
