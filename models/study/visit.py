"""Visits by code: what CDISC SV asks for, with the window and the draw."""

from datetime import date, datetime, time

from models.study.tables import StudyTable, column, participant_code, record_id, source_seq, synced_at
from protocol.visits import VisitState


class StudyVisit(StudyTable, table=True):
    """One row per visit, as it stands."""

    __tablename__ = "visit"

    id: str = record_id("Id of the record.", cdisc="SV.SVREFID")
    participant_code: str = participant_code()
    key: str = column("Key of the visit in the protocol file, or `unscheduled` with a number.", cdisc="SV.VISIT")
    version: int = column("Counts the changes of this visit, from 1.")
    target_on: date | None = column("The expected day.", unit="date", default=None)
    from_on: date | None = column("First day of the window.", unit="date", default=None)
    until_on: date | None = column("Last day of the window.", unit="date", default=None)
    planned_on: date = column("The day it is planned for.", unit="date")
    planned_time: time | None = column("The time it is planned for, on the site's wall.", unit="time", default=None)
    draw: bool = column("Whether blood for a level is taken.")
    fasting: bool = column("Whether the participant comes fasting.")
    state: VisitState = column("Where it stands.", codes=VisitState)
    attended_on: date | None = column("The day the participant came.", unit="date", default=None, cdisc="SV.SVSTDTC")
    drawn_at: datetime | None = column("When blood was taken.", unit="UTC", default=None)
    dose_before_at: datetime | None = column(
        "When it was seen that the dose had been taken before the draw.", unit="UTC", default=None
    )
    recorded_at: datetime = column("When this version was recorded.", unit="UTC")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()
