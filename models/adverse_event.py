"""Adverse events as staff assess them, one row a version."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.columns import known_day, member_of
from models.form import FormVersion
from protocol.adverse_event import Causality, Criterion, CtcaeVersion, DrugAction, EventFacts, EventOutcome
from protocol.partial_day import PartialDay


class AdverseEvent(FormVersion, table=True):
    """One version of the form of one event; append-only."""

    __tablename__ = "adverse_event"

    term: str
    started_on: PartialDay = known_day()
    ended_on: PartialDay | None = known_day(default=None, nullable=True)
    grade: int | None = None
    ctcae_version: CtcaeVersion | None = member_of(CtcaeVersion, default=None, nullable=True)
    serious: bool | None = None  # None: not said yet
    criteria: str = ""  # by comma, sorted
    causality: Causality | None = member_of(Causality, default=None, nullable=True)
    action: DrugAction | None = member_of(DrugAction, default=None, nullable=True)
    outcome: EventOutcome | None = member_of(EventOutcome, default=None, nullable=True)
    check_id: str | None = Field(default=None, foreign_key="symptom_check.id")
    item: str | None = None  # the question of the check
    safety_event_id: str | None = Field(default=None, foreign_key="safety_event.id")

    __table_args__ = (UniqueConstraint("form_id", "version"),)

    def facts(self) -> EventFacts:
        return EventFacts(
            self.term,
            self.started_on,
            self.ended_on,
            self.grade,
            self.ctcae_version,
            self.serious,
            frozenset(Criterion(part) for part in self.criteria.split(",") if part),
            self.causality,
            self.action,
            self.outcome,
        )
