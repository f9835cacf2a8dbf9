"""Tablets: what was dispensed, returned, lost and counted, one row a version, only ever added."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.tablets import Movement, MovementKind, MovementSource, Unit


class TabletMovement(StoreTable, table=True):
    """One version of one movement. `number` is its place among the participant's; the highest version counts."""

    __tablename__ = "tablet_movement"

    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participant.id")
    number: int  # from 1, for each participant; a correction keeps it
    version: int  # from 1
    kind: MovementKind = member_of(MovementKind)
    product: str
    strength_mg: float  # content of one unit
    units: int
    moved_at: datetime
    pack: str = ""  # the lot, as it stands on the box
    source: MovementSource = member_of(MovementSource)
    in_error: bool = False  # it never was; its last version says so
    reason: str = ""  # of a correction
    recorded_by: str  # the member of staff's name, or a link's id
    recorded_at: datetime

    __table_args__ = (
        UniqueConstraint("participant_id", "number", "version"),
        CheckConstraint("units >= 0", name="units"),
    )

    def movement(self) -> Movement:
        return Movement(self.kind, Unit(self.product, self.strength_mg), self.units, self.moved_at, self.source)

    def values(self) -> dict[str, Any]:
        """As the study is told: neither who, nor in which words."""
        return {name: value for name, value in super().values().items() if name not in ("reason", "recorded_by")}
