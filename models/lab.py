"""Draws, laboratory results and the decision at month 6: one row a version, only ever added."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.lab_entry import DrawFacts, LabSource
from protocol.labs import Bound
from protocol.month_six import MonthSixChoice

STAYS = ("reason", "recorded_by")


class NumberedRow(StoreTable):
    """One version of one record. `number` is its place among the participant's; the highest version counts."""

    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participant.id")
    number: int  # from 1, for each participant; a correction keeps it
    version: int  # from 1
    in_error: bool = False  # it never was; its last version says so
    reason: str = ""
    recorded_by: str
    recorded_at: datetime

    def values(self) -> dict[str, Any]:
        """As the study is told: neither who, nor in which words."""
        return {name: value for name, value in super().values().items() if name not in STAYS}


class Draw(NumberedRow, table=True):
    """One taking of blood for a level: when it was planned, when it was done, what the last dose before it was."""

    planned_on: date | None = None  # on the participant's wall
    drawn_at: datetime | None = None
    last_dose_at: datetime | None = None  # as asked at the draw
    dose_held: bool | None = None  # the dose of that day waited; None: not said
    visit_id: str | None = None
    source: LabSource = member_of(LabSource)

    __table_args__ = (UniqueConstraint("participant_id", "number", "version"),)

    def facts(self) -> DrawFacts:
        return DrawFacts(self.planned_on, self.drawn_at, self.last_dose_at, self.dose_held, self.visit_id)


class LabResult(NumberedRow, table=True):
    """One value in the unit of the protocol file, and as it was given. `source` participant: not verified."""

    __tablename__ = "lab_result"

    analyte: str  # its key in the protocol file
    value: float
    unit: str
    bound: Bound = member_of(Bound)
    given_value: str
    given_unit: str
    lower_limit: float | None = None  # of normal, by the laboratory, in `unit`
    upper_limit: float | None = None
    drawn_at: datetime
    resulted_at: datetime | None = None
    laboratory: str = ""
    assay: str = ""
    fasting: bool | None = None  # None: not said
    confirmed: bool = False  # outside the plausible range, and typed a second time
    visit_id: str | None = None
    draw_number: int | None = None  # of the participant's draws
    source: LabSource = member_of(LabSource)

    __table_args__ = (
        UniqueConstraint("participant_id", "number", "version"),
        CheckConstraint("value >= 0", name="value"),
    )

    def exact(self) -> Decimal:
        """The value without a float's rounding."""
        return Decimal(str(self.value))


class MonthSixDecision(NumberedRow, table=True):
    """What an investigator decided at month 6; a record, and no order."""

    __tablename__ = "month_six_decision"

    choice: MonthSixChoice = member_of(MonthSixChoice)
    decided_on: date
    months_on_drug: int  # whole calendar months, of the first dose taken to the last

    __table_args__ = (UniqueConstraint("participant_id", "number", "version"),)
