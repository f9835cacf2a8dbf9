"""Draws, laboratory results and the decision at month 6 by code, without who recorded them or in which words."""

from datetime import date, datetime

from models.study.tables import StudyTable, column, participant_code, record_id, source_seq, synced_at
from protocol.lab_entry import LabSource
from protocol.labs import Bound
from protocol.month_six import MonthSixChoice

NUMBER = "Place among the participant's, from 1; a correction keeps it."
VERSION = "Number of the version, from 1; the highest counts."
IN_ERROR = "True where it should never have been; it is not counted."


class StudyDraw(StudyTable, table=True):
    """One row per version of one taking of blood for a level; append-only."""

    __tablename__ = "draw"

    id: str = record_id("Id of the version.")
    participant_code: str = participant_code()
    number: int = column(NUMBER, cdisc="PC.PCGRPID")
    version: int = column(VERSION)
    in_error: bool = column(IN_ERROR)
    planned_on: date | None = column("The day it was planned for, on the participant's wall.", default=None)
    drawn_at: datetime | None = column("When blood was taken.", unit="UTC", cdisc="PC.PCDTC", default=None)
    last_dose_at: datetime | None = column(
        "When the last dose before it was, as asked at the draw.", unit="UTC", cdisc="PC.PCRFTDTC", default=None
    )
    dose_held: bool | None = column("Whether the dose of that day waited; empty where nobody said.", default=None)
    visit_id: str | None = column("The visit it belongs to.", default=None, cdisc="PC.VISIT")
    source: LabSource = column("Who said so.", codes=LabSource)
    recorded_at: datetime = column("When the version was recorded.", unit="UTC")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()


class StudyLabResult(StudyTable, table=True):
    """One row per version of one value; append-only. No grade and no flag: they are derived, beside the value."""

    __tablename__ = "lab_result"

    id: str = record_id("Id of the version.", cdisc="LB.LBSPID")
    participant_code: str = participant_code()
    number: int = column(NUMBER, cdisc="LB.LBGRPID")
    version: int = column(VERSION)
    in_error: bool = column(IN_ERROR)
    analyte: str = column("What was measured, by its key in the protocol file.", cdisc="LB.LBTESTCD")
    value: float = column("The value in `unit`.", cdisc="LB.LBSTRESN")
    unit: str = column("The unit of the protocol file.", cdisc="LB.LBSTRESU")
    bound: Bound = column("Whether it is the value, or what the assay cannot tell apart.", codes=Bound)
    given_value: str = column("The value as it stands on the sheet.", cdisc="LB.LBORRES")
    given_unit: str = column("The unit on the sheet.", cdisc="LB.LBORRESU")
    lower_limit: float | None = column("The laboratory's lower limit of normal.", cdisc="LB.LBSTNRLO", default=None)
    upper_limit: float | None = column("The laboratory's upper limit of normal.", cdisc="LB.LBSTNRHI", default=None)
    drawn_at: datetime = column("When the sample was taken.", unit="UTC", cdisc="LB.LBDTC")
    resulted_at: datetime | None = column("When the laboratory reported it.", unit="UTC", default=None)
    laboratory: str = column("The laboratory, as staff wrote it.", cdisc="LB.LBNAM")
    assay: str = column("The assay, as staff wrote it; values of two assays are not alike.", cdisc="LB.LBMETHOD")
    fasting: bool | None = column("Whether fasting; empty where nobody said.", cdisc="LB.LBFAST", default=None)
    confirmed: bool = column("True where it lies outside the plausible range and was typed a second time.")
    visit_id: str | None = column("The visit it belongs to.", default=None, cdisc="LB.VISIT")
    draw_number: int | None = column("The draw it comes from, by its number.", default=None)
    source: LabSource = column(
        "Whose value it is; the participant's counts nowhere before a version of staff.", codes=LabSource
    )
    recorded_at: datetime = column("When the version was recorded.", unit="UTC")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()


class StudyMonthSixDecision(StudyTable, table=True):
    """One row per version of what was decided at month 6; append-only."""

    __tablename__ = "month_six_decision"

    id: str = record_id("Id of the version.")
    participant_code: str = participant_code()
    number: int = column(NUMBER)
    version: int = column(VERSION)
    in_error: bool = column(IN_ERROR)
    choice: MonthSixChoice = column("To continue or to stop the drug.", codes=MonthSixChoice, cdisc="DS.DSDECOD")
    decided_on: date = column("When it was decided.", cdisc="DS.DSSTDTC")
    months_on_drug: int = column("Whole calendar months from the first dose taken to the last.", unit="months")
    recorded_at: datetime = column("When the version was recorded.", unit="UTC")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()
