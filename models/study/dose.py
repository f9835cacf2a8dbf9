"""Orders, scheduled doses and what was reported about them, by participant code."""

from datetime import date, datetime

from models.study.tables import StudyTable, column, participant_code, record_id, source_seq, synced_at
from protocol.terms import Cause, DoseAnswer, DoseState, NotTakenReason, OrderKind, Source


class StudyDoseOrder(StudyTable, table=True):
    """One row per version of a participant's regimen; the newest version in force on a date decides."""

    __tablename__ = "dose_order"

    id: str = record_id("Id of the record.")
    participant_code: str = participant_code()
    version: int = column("Version of this participant's order, from 1.")
    kind: OrderKind = column("What it does from its date.", codes=OrderKind)
    from_on: date = column("First date it is in force.", unit="date", cdisc="EX.EXSTDTC")
    until_on: date | None = column("Last date of a hold; empty: until a resume.", unit="date", default=None)
    dose_mg: float = column("Dose.", unit="mg", cdisc="EX.EXDOSE")
    units: int = column("The same in units of the dispensed product.", unit="units")
    every_days: int = column("Days from one dose to the next.", unit="days", cdisc="EX.EXDOSFRQ")
    then_mg: str = column(
        "Doses of the days after the first, in mg between spaces, before `dose_mg` comes again; empty: all alike."
    )
    reason: str = column("Why it was ordered.", cdisc="EX.EXADJ")
    recorded_at: datetime = column("When it was recorded.", unit="UTC")
    read_back_units: int | None = column("How many units the participant answered to take.", unit="units", default=None)
    read_back_at: datetime | None = column("When the participant answered.", unit="UTC", default=None)
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()


class StudyScheduledDose(StudyTable, table=True):
    """One row per occurrence that the order calls for; cancelled ones are kept with `cancelled_at`."""

    __tablename__ = "scheduled_dose"

    id: str = record_id("Id of the record.", cdisc="EC.ECGRPID, with ECMOOD SCHEDULED")
    participant_code: str = participant_code()
    ordinal: int = column("Number of the dose in the participant's plan, from 1.")
    nominal_at: datetime = column("When the order called for it, by the wall time chosen.", unit="UTC")
    due_at: datetime = column(
        "When it was due: the same, or later to keep the minimum gap.", unit="UTC", cdisc="EC.ECSTDTC"
    )
    due_on: date = column("Calendar date of the dose on the participant's wall.", unit="date")
    due_tz: str = column("Time zone the date and time were made in.", unit="IANA name", cdisc="SUPPEC ECTZ")
    dose_mg: float = column("Dose called for.", unit="mg", cdisc="EC.ECDOSE")
    units: int = column("The same in units of the dispensed product.", unit="units")
    order_version: int = column("Version of the dose order in force.")
    is_first: bool = column("True where it was due as the first dose of the trial.")
    state: DoseState = column("State of the dose; silence is never `not_taken`.", codes=DoseState)
    cause: Cause | None = column("Why it was not asked or held.", codes=Cause, default=None)
    units_taken: int = column("Units reported taken for it, extra ones included.", unit="units")
    taken_at: datetime | None = column("When it was taken, as reported.", unit="UTC", default=None)
    cancelled_at: datetime | None = column("When it stopped being called for.", unit="UTC", default=None)
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()


class StudyDoseEvent(StudyTable, table=True):
    """One row per report; append-only, a correction supersedes an earlier one."""

    __tablename__ = "dose_event"

    id: str = record_id("Id of the record.")
    participant_code: str = participant_code()
    dose_id: str = column("The scheduled dose it is about.", cdisc="EC.ECGRPID, with ECMOOD PERFORMED", index=True)
    answer: DoseAnswer = column("What was reported.", codes=DoseAnswer, cdisc="EC.ECOCCUR")
    units: int = column("Units reported.", unit="units")
    dose_mg: float = column("The same as a dose.", unit="mg", cdisc="EC.ECDOSE")
    taken_at: datetime | None = column(
        "When it was taken, as claimed; empty where the participant does not know.",
        unit="UTC",
        cdisc="EC.ECSTDTC",
        default=None,
    )
    reported_at: datetime = column("When it was said.", unit="UTC", cdisc="SUPPEC ECRPTDTC")
    recorded_at: datetime = column("When it was stored.", unit="UTC")
    source: Source = column("Who said it.", codes=Source, cdisc="SUPPEC ECRPTBY")
    reason: NotTakenReason | None = column(
        "Why it was not taken.", codes=NotTakenReason, cdisc="EC.ECREASOC", default=None
    )
    supersedes_id: str | None = column("The earlier report that this one corrects.", default=None)
    superseded: bool = column("True once a later report corrects this one.")
    correction_reason: str = column("Why it was corrected.")
    is_late: bool = column("True where it was reported later than the protocol's limit.", cdisc="SUPPEC ECLATEFL")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()
