"""Proposed amounts: one row a step, only ever added; none of them is an order."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.order_proposal import ProposalState
from protocol.orders import then_amounts

STAYS = ("reason", "recorded_by")


class OrderProposal(StoreTable, table=True):
    """One step of one proposal, each with the whole amount. `number` is its place among the participant's."""

    __tablename__ = "order_proposal"

    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participant.id")
    number: int  # from 1, for each participant; the steps of one proposal share it
    version: int  # of the step, from 1
    state: ProposalState = member_of(ProposalState)
    from_on: date
    dose_mg: float
    every_days: int = 1
    then_mg: str = ""  # as in `dose_order`
    over_version: int  # the newest order that stood when it was proposed
    order_version: int | None = None  # of the order that it became
    reason: str
    recorded_by: str
    recorded_at: datetime

    __table_args__ = (
        UniqueConstraint("participant_id", "number", "version"),
        CheckConstraint("every_days >= 1", name="every_days"),
    )

    def amounts(self) -> tuple[float, ...]:
        return then_amounts(self.then_mg)

    def values(self) -> dict[str, Any]:
        """As the study is told: neither who, nor in which words."""
        return {name: value for name, value in super().values().items() if name not in STAYS}
