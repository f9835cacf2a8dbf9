"""Pregnancies by participant code, to their outcome; narratives stay in the store."""

from datetime import date, datetime

from models.study.tables import AS_KNOWN, StudyTable, column, participant_code, record_id, source_seq, synced_at
from protocol.pregnancy import PregnancyOutcome
from protocol.symptoms import Applies


class StudyPregnancy(StudyTable, table=True):
    """One row per version of a form; append-only, the highest version of a form counts."""

    __tablename__ = "pregnancy"

    id: str = record_id("Id of the version.")
    participant_code: str = participant_code()
    form_id: str = column("The pregnancy.", index=True)
    version: int = column("Number of the version, from 1.")
    in_error: bool = column("True where the form should never have been; the pregnancy is not counted.")
    concerns: Applies = column("Whose it is: the participant's or the partner's.", codes=Applies)
    learned_on: date = column("When the site learned of it.", cdisc="RP.RPDTC")
    last_period_on: str | None = column("First day of the last period.", unit=AS_KNOWN, default=None)
    expected_on: str | None = column("The expected day of birth.", unit=AS_KNOWN, default=None)
    outcome: PregnancyOutcome = column("What became of it.", codes=PregnancyOutcome, cdisc="RP.RPORRES")
    outcome_on: str | None = column("The day of its outcome.", unit=AS_KNOWN, default=None)
    alert_id: str | None = column("The alert it comes from, or that was opened for it.", default=None)
    has_narrative: bool = column("True where there is a narrative, which the store alone keeps.")
    recorded_at: datetime = column("When the version was recorded.", unit="UTC")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()
