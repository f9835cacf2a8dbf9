"""One participant's adherence over the whole period: the figures of protocol.adherence as of the last sync."""

from datetime import date, datetime
from typing import Any

from models.study.tables import StudyTable, column
from protocol.adherence_fields import FIELDS

_FIELDS = {one.key: one for one in FIELDS}


def figure(key: str, **keywords: Any) -> Any:
    """A column with the definition of this adherence figure."""
    return column(_FIELDS[key].definition, unit=_FIELDS[key].unit, cdisc="ADADHSUM.AVAL", **keywords)


class StudyParticipantAdherence(StudyTable, table=True):
    """One row per participant. A percentage is empty where there is nothing to divide by."""

    __tablename__ = "participant_adherence"

    participant_code: str = column("The participant's pseudonymous code.", cdisc="ADADHSUM.SUBJID", primary_key=True)
    as_of: datetime = column("The data cut: doses due later are left out.", unit="UTC")
    protocol_version: str = column("Version of the protocol file whose parameters were used.")
    first_taken_on: date | None = column("Day 1: the date of the first dose taken.", unit="date", default=None)
    scheduled: int = figure("scheduled")
    taken: int = figure("taken")
    taken_partly: int = figure("taken_partly")
    not_taken: int = figure("not_taken")
    unreported: int = figure("unreported")
    not_asked: int = figure("not_asked")
    held: int = figure("held")
    open: int = figure("open")
    response: float | None = figure("response", default=None)
    taking_lower: float | None = figure("taking_lower", default=None)
    taking_reported: float | None = figure("taking_reported", default=None)
    taking_upper: float | None = figure("taking_upper", default=None)
    correct_days_lower: float | None = figure("correct_days_lower", default=None)
    correct_days_reported: float | None = figure("correct_days_reported", default=None)
    correct_days_upper: float | None = figure("correct_days_upper", default=None)
    interval_observed: float | None = figure("interval_observed", default=None)
    interval_expected: float | None = figure("interval_expected", default=None)
    intervals_left_out: int = figure("intervals_left_out")
    mg_intensity: float | None = figure("mg_intensity", default=None)
    holidays: int = figure("holidays")
    longest_holiday: int | None = figure("longest_holiday", default=None)
    holidays_sensitivity: int = figure("holidays_sensitivity")
    longest_holiday_sensitivity: int | None = figure("longest_holiday_sensitivity", default=None)
    initiation_days: int | None = figure("initiation_days", default=None)
    persistence_days: int | None = figure("persistence_days", default=None)
    persistence_ended: bool | None = figure("persistence_ended", default=None)
    timing: str = column(
        "Doses claimed within each width of the protocol, in %, and doses of unknown time.", unit="JSON object"
    )
    shares: str = column("Numerator and denominator of each percentage, by its name.", unit="JSON object")
