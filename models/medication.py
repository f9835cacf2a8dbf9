"""Concomitant medications, one row a version."""

from sqlalchemy import UniqueConstraint

from models.columns import known_day
from models.form import FormVersion
from protocol.medication import MedicationFacts
from protocol.partial_day import PartialDay


class Medication(FormVersion, table=True):
    """One version of the form of one medicine; append-only."""

    medicine: str
    amount: str = ""
    indication: str = ""
    started_on: PartialDay | None = known_day(default=None, nullable=True)
    ended_on: PartialDay | None = known_day(default=None, nullable=True)
    interacts: str = ""  # keys of the interacting groups that its name gave away, by comma
    strong: bool = False  # one of them is strong

    __table_args__ = (UniqueConstraint("form_id", "version"),)

    def facts(self) -> MedicationFacts:
        return MedicationFacts(self.medicine, self.amount, self.indication, self.started_on, self.ended_on)
