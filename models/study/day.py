"""One participant's day as it is counted: written by the sync from the scheduled dose and its current reports."""

from datetime import date, datetime

from models.study.tables import StudyTable, column, participant_code, record_id
from protocol.terms import Cause, DoseState, Source


class StudyParticipantDay(StudyTable, table=True):
    """One row per scheduled dose that was not cancelled; the key of a day is its dose, never a date."""

    __tablename__ = "participant_day"

    dose_id: str = record_id("The scheduled dose.", cdisc="ADADH.ECGRPID")
    participant_code: str = participant_code()
    ordinal: int = column("Number of the dose in the participant's plan, from 1.")
    due_on: date = column(
        "Calendar date of the dose on the participant's wall.", unit="date", cdisc="ADADH.ADT", index=True
    )
    due_at: datetime = column("When it was due.", unit="UTC", cdisc="ADADH.ADTM")
    due_tz: str = column("Time zone the date and time were made in.", unit="IANA name")
    study_day: int | None = column(
        "Day counted from the first dose taken, day 1; there is no day 0. Empty until then.",
        unit="days",
        cdisc="ADADH.ADY",
        default=None,
    )
    is_first: bool = column("True where it was due as the first dose of the trial.")
    state: DoseState = column("State of the dose.", codes=DoseState, cdisc="ADADH.STATE")
    cause: Cause | None = column("Why it was not asked or held.", codes=Cause, default=None)
    units: int = column("Units called for.", unit="units", cdisc="ADADH.PRESCR")
    dose_mg: float = column("Dose called for.", unit="mg")
    doses_taken: int = column("Doses reported taken, extra ones included.", unit="doses")
    units_taken: int = column("Units reported taken, extra ones included.", unit="units", cdisc="ADADH.AVAL")
    mg_taken: float = column("Dose reported taken, extra ones included.", unit="mg")
    taken_at: str = column("The times claimed, earliest first; an unknown one is left out.", unit="JSON list of UTC")
    reported_at: datetime | None = column("When the first current report was said.", unit="UTC", default=None)
    is_late_report: bool = column("True where a current report came later than the protocol's limit.")
    source: Source | None = column("Who said it: the latest current report.", codes=Source, default=None)
    computed_at: datetime = column("When the row was last written here.", unit="UTC")
