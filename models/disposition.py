"""Disposition: how a participant's part ended, one row a step, only ever added; also what was taken back."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.columns import member_of
from models.tables import StoreTable
from protocol.disposition import DispositionKind, DispositionReason, Ended
from protocol.terms import ParticipantState


class Disposition(StoreTable, table=True):
    """One step, with the state before and after it."""

    id: str = Field(primary_key=True)
    participant_id: str = Field(foreign_key="participant.id", index=True)
    version: int  # from 1, for each participant
    kind: DispositionKind = member_of(DispositionKind)
    happened_on: date
    reason_code: DispositionReason = member_of(DispositionReason)
    reason: str
    previous: ParticipantState = member_of(ParticipantState)
    state: ParticipantState = member_of(ParticipantState)
    takes_back_id: str | None = Field(default=None, foreign_key="disposition.id")
    recorded_by: str
    recorded_at: datetime

    __table_args__ = (UniqueConstraint("participant_id", "version"),)

    def ended(self) -> Ended:
        return Ended(self.id, self.kind, self.takes_back_id)

    def values(self) -> dict[str, Any]:
        """As the study is told: neither who, nor in which words."""
        return {name: value for name, value in super().values().items() if name not in ("reason", "recorded_by")}
