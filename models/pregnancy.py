"""Pregnancies of participants and of their partners, one row a version, to the outcome."""

from datetime import date

from sqlalchemy import UniqueConstraint

from models.columns import known_day, member_of
from models.form import FormVersion
from protocol.partial_day import PartialDay
from protocol.pregnancy import PregnancyFacts, PregnancyOutcome
from protocol.symptoms import Applies


class Pregnancy(FormVersion, table=True):
    """One version of the form of one pregnancy; append-only."""

    concerns: Applies = member_of(Applies)
    learned_on: date
    last_period_on: PartialDay | None = known_day(default=None, nullable=True)
    expected_on: PartialDay | None = known_day(default=None, nullable=True)
    outcome: PregnancyOutcome = member_of(PregnancyOutcome)
    outcome_on: PartialDay | None = known_day(default=None, nullable=True)

    __table_args__ = (UniqueConstraint("form_id", "version"),)

    def facts(self) -> PregnancyFacts:
        return PregnancyFacts(
            self.concerns, self.learned_on, self.last_period_on, self.expected_on, self.outcome, self.outcome_on
        )
