"""Symptom checks and their answers, by participant code; what was written in own words stays in the store."""

from datetime import datetime

from models.study.tables import StudyTable, column, participant_code, record_id, source_seq, synced_at
from protocol.answers import AnswerState
from protocol.symptoms import Occasion, Tier
from protocol.terms import Source


class StudySymptomCheck(StudyTable, table=True):
    """One row per check that was begun; what was told, never assessed here."""

    __tablename__ = "symptom_check"

    id: str = record_id("Id of the record.", cdisc="QS.QSGRPID")
    participant_code: str = participant_code()
    occasion: Occasion = column("Why it was asked.", codes=Occasion, cdisc="QS.QSSCAT")
    source: Source = column("Who answered.", codes=Source, cdisc="QS.QSEVAL")
    follows_id: str | None = column("The check after which it asks again.", default=None)
    protocol_version: str = column("Version of the questions and rules.")
    begun_at: datetime = column("When it was begun.", unit="UTC", cdisc="QS.QSDTC")
    finished_at: datetime | None = column("When its last question was answered.", unit="UTC", default=None)
    closed_at: datetime | None = column("When it ended unfinished; its answers stay.", unit="UTC", default=None)
    tier: Tier = column("The worst tier that its answers had.", codes=Tier)
    again_at: datetime | None = column("When a raised temperature was to be asked again.", unit="UTC", default=None)
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()


class StudySymptomAnswer(StudyTable, table=True):
    """One row per answer; append-only, the highest ordinal of an item counts."""

    __tablename__ = "symptom_answer"

    id: str = record_id("Id of the record.")
    participant_code: str = participant_code()
    check_id: str = column("The check it belongs to.", index=True, cdisc="QS.QSGRPID")
    ordinal: int = column("Number of the answer in its check, from 1.", cdisc="QS.QSSEQ")
    item: str = column("The question, by its key in the protocol file.", cdisc="QS.QSTESTCD")
    value: str = column("The coded answer; empty for a text, a photo, and none of several.", cdisc="QS.QSORRES")
    has_text: bool = column("True where a text or photo was given, which the store alone keeps.")
    state: AnswerState = column("How far the answer had come.", codes=AnswerState, cdisc="QS.QSSTAT")
    source: Source = column("Who answered.", codes=Source)
    said_at: datetime = column("When it was said.", unit="UTC", cdisc="QS.QSDTC")
    recorded_at: datetime = column("When it was recorded.", unit="UTC")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()
