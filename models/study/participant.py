"""Participants by code, and the milestones of their taking part."""

from datetime import datetime, time

from models.study.tables import StudyTable, column, participant_code, record_id, source_seq, synced_at
from protocol.terms import Channel, FoodMode, Language, ParticipantState, Purpose


class StudyParticipant(StudyTable, table=True):
    """One row per participant, as the operational store has it now."""

    __tablename__ = "participant"

    participant_code: str = column("The participant's pseudonymous code.", cdisc="DM.SUBJID", primary_key=True)
    record_id: str = column("Id of the participant in the operational store.", unique=True)
    site_code: str = column("The site.", cdisc="DM.SITEID", index=True)
    state: ParticipantState = column("Where the participant stands in the trial.", codes=ParticipantState)
    channel: Channel = column("How the participant is reached.", codes=Channel)
    language: Language = column("The language chosen.", codes=Language)
    tz: str = column("The participant's time zone.", unit="IANA name", cdisc="SUPPEC ECTZ")
    reminder_time: time = column("The reminder time chosen, on the participant's wall.", unit="HH:MM")
    food: FoodMode = column("How the participant always takes the tablets.", codes=FoodMode)
    enrolled_at: datetime = column("When the participant was registered.", unit="UTC")
    starts_at: datetime = column("No dose is due at or before this moment.", unit="UTC")
    protocol_version: str = column("Version of the protocol file at enrolment.")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()


class StudyDisposition(StudyTable, table=True):
    """One row per answer to a consent that the bot itself asked for; the newest of a purpose counts."""

    __tablename__ = "disposition"

    id: str = record_id("Id of the record.", cdisc="DS.DSSPID")
    participant_code: str = participant_code()
    category: str = column("What kind of milestone it is; always `consent` here.", cdisc="DS.DSSCAT")
    purpose: Purpose | None = column("What the consent is for.", codes=Purpose, cdisc="DS.DSTERM", default=None)
    given: bool | None = column("True where it was given, false where it was refused or withdrawn.", default=None)
    text_version: str | None = column("Version of the text that was shown.", default=None)
    recorded_at: datetime = column("When it was answered.", unit="UTC", cdisc="DS.DSSTDTC")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()
