"""Orders, scheduled doses and what was reported about them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.orders import DoseOrder, then_amounts
from protocol.terms import Cause, DoseAnswer, DoseState, NotTakenReason, OrderKind, Source


class DoseOrderRow(StoreTable, table=True):
    """One effective-dated version of a participant's regimen. Never changed, only superseded."""

    __tablename__ = "dose_order"

    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participant.id")
    version: int
    kind: OrderKind = member_of(OrderKind)
    from_on: date
    until_on: date | None = None
    dose_mg: float = 0.0
    units: int = 0
    every_days: int = 1
    then_mg: str = ""  # of the days after the first, as `protocol.orders.then_text` writes them
    reason: str
    ordered_by: str  # the member of staff's name, or "protocol"
    recorded_at: datetime
    read_back_units: int | None = None
    read_back_at: datetime | None = None
    read_back_due_at: datetime | None = None  # when an answer that has not come becomes a call
    read_back_missed_at: datetime | None = None  # when staff were told that no answer came

    __table_args__ = (
        UniqueConstraint("participant_id", "version"),
        CheckConstraint("every_days >= 1", name="every_days"),
        Index(
            "ix_dose_order_read_back_due_at",
            "read_back_due_at",
            sqlite_where=text("read_back_due_at IS NOT NULL"),
            postgresql_where=text("read_back_due_at IS NOT NULL"),
        ),
    )

    def order(self) -> DoseOrder:
        then_mg = then_amounts(self.then_mg)
        amount, spacing = self.dose_mg, self.every_days
        return DoseOrder(self.version, self.kind, self.from_on, amount, spacing, self.until_on, self.reason, then_mg)


class ScheduledDose(StoreTable, table=True):
    """One occurrence that the order calls for, keyed by its ordinal and never by a date."""

    __tablename__ = "scheduled_dose"

    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participant.id")
    ordinal: int
    nominal_at: datetime  # the wall time of the order
    due_at: datetime  # the same, or later where the minimum gap asks for it
    due_on: date
    due_tz: str
    dose_mg: float
    units: int
    order_version: int
    is_first: bool
    state: DoseState = member_of(DoseState)
    cause: Cause | None = member_of(Cause, default=None)
    units_taken: int = 0
    taken_at: datetime | None = None
    snoozed_until: datetime | None = None
    snoozes: int = 0
    settle_at: datetime | None = None  # when silence gets its state; None once it has one
    cancelled_at: datetime | None = None  # no longer called for

    __table_args__ = (
        UniqueConstraint("participant_id", "ordinal"),
        CheckConstraint("ordinal >= 1", name="ordinal"),
        CheckConstraint("units >= 1", name="units"),
        Index(
            "ix_scheduled_dose_settle_at",
            "settle_at",
            sqlite_where=text("settle_at IS NOT NULL"),
            postgresql_where=text("settle_at IS NOT NULL"),
        ),
    )


class DoseEvent(StoreTable, table=True):
    """What was reported; append-only. A correction supersedes an earlier event and says why."""

    __tablename__ = "dose_event"

    id: str = Field(primary_key=True)
    dose_id: str = Field(foreign_key="scheduled_dose.id", index=True)
    participant_id: str = Field(foreign_key="participant.id")
    answer: DoseAnswer = member_of(DoseAnswer)
    units: int = 0
    dose_mg: float = 0.0
    taken_at: datetime | None = None  # claimed; None where the participant does not know
    recorded_at: datetime
    reported_at: datetime  # when it was said: the channel's own time of the message, or the call
    source: Source = member_of(Source)
    reported_by: str  # a link's id, or the member of staff's name
    reason: NotTakenReason | None = member_of(NotTakenReason, default=None)
    supersedes_id: str | None = Field(default=None, foreign_key="dose_event.id")
    superseded: bool = False
    correction_reason: str = ""
    is_late: bool = False  # reported more than the protocol's limit after the dose was due
    cause_key: str = Field(unique=True)  # one effect per update or call entry
