"""Transfusions as staff have recorded them: one row a version, only ever added."""

from datetime import date

from sqlalchemy import CheckConstraint, UniqueConstraint

from models.columns import member_of
from models.lab import NumberedRow
from protocol.transfusions import BloodKind, BloodUnit, TransfusionFacts, TransfusionSource


class Transfusion(NumberedRow, table=True):
    """One version of one transfusion; what the participant answers in checks stands apart, and is not rewritten."""

    given_on: date  # on the participant's wall
    kind: BloodKind = member_of(BloodKind)
    amount: float | None = None  # in `unit`, never converted; None: not known
    unit: BloodUnit | None = member_of(BloodUnit, default=None, nullable=True)
    source: TransfusionSource = member_of(TransfusionSource)

    __table_args__ = (
        UniqueConstraint("participant_id", "number", "version"),
        CheckConstraint("amount > 0", name="amount"),
    )

    def facts(self) -> TransfusionFacts:
        return TransfusionFacts(self.given_on, self.kind, self.amount, self.unit, self.source)
