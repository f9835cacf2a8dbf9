"""Proposed amounts by participant code: what was asked for, and what became of it."""

from datetime import date, datetime

from models.study.tables import StudyTable, column, participant_code, record_id, source_seq, synced_at
from protocol.order_proposal import ProposalState


class StudyOrderProposal(StudyTable, table=True):
    """One row per step of a proposal; nothing of it is in force. The order that it became stands in `dose_order`."""

    __tablename__ = "order_proposal"

    id: str = record_id("Id of the step.")
    participant_code: str = participant_code()
    number: int = column("Number of the proposal among the participant's, from 1.")
    version: int = column("Place of the step among those of its proposal, from 1.")
    state: ProposalState = column("How it stands after the step.", codes=ProposalState)
    from_on: date = column("First date that is asked for.", unit="date")
    dose_mg: float = column("Dose asked for.", unit="mg")
    every_days: int = column("Days from one dose to the next.", unit="days")
    then_mg: str = column("Doses of the days after the first, in mg between spaces; empty: all alike.")
    over_version: int = column("The newest version of the orders when it was proposed.")
    order_version: int | None = column("The version of the order that it became.", default=None)
    recorded_at: datetime = column("When the step was recorded.", unit="UTC")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()
