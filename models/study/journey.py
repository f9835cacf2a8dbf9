"""Journeys of participants, by code."""

from datetime import date, datetime

from models.study.tables import StudyTable, column, participant_code, record_id, source_seq, synced_at
from protocol.terms import Source, TravelClock


class StudyJourney(StudyTable, table=True):
    """One row per version of a journey; the newest version of a number counts."""

    __tablename__ = "journey"

    id: str = record_id("Id of the record.")
    participant_code: str = participant_code()
    number: int = column("Number of the journey among the participant's.")
    version: int = column("Version of what is known of it.")
    tz: str = column("The zone where the participant is.", unit="IANA zone")
    clock: TravelClock = column("The clock by which the doses are taken.", codes=TravelClock)
    from_on: date = column("The first day there.", unit="date")
    until_on: date = column("The last day there.", unit="date")
    starts_at: datetime = column("From here on the other zone counts.", unit="UTC")
    ends_at: datetime = column("From here on home counts again; as it starts where it was never made.", unit="UTC")
    source: Source = column("Who told it.", codes=Source)
    recorded_at: datetime = column("When it was recorded.", unit="UTC")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()
