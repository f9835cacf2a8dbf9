"""Self-rated items and their answers, by participant code: scores as they were given, no grade and no wording."""

from datetime import datetime

from models.study.tables import StudyTable, column, participant_code, record_id, source_seq, synced_at
from protocol.answers import AnswerState
from protocol.pro_ctcae import Attribute


class StudySelfRatedCheck(StudyTable, table=True):
    """One row per round that was begun; the participant alone answers it."""

    __tablename__ = "self_rated_check"

    id: str = record_id("Id of the record.", cdisc="QS.QSGRPID")
    participant_code: str = participant_code()
    protocol_version: str = column("Version of the protocol file.")
    begun_at: datetime = column("When it was begun.", unit="UTC", cdisc="QS.QSDTC")
    finished_at: datetime | None = column("When its last question was answered.", unit="UTC", default=None)
    closed_at: datetime | None = column("When it ended unfinished; its answers stay.", unit="UTC", default=None)
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()


class StudySelfRatedAnswer(StudyTable, table=True):
    """One row per answer; append-only, the highest ordinal of an item and attribute counts."""

    __tablename__ = "self_rated_answer"

    id: str = record_id("Id of the record.")
    participant_code: str = participant_code()
    check_id: str = column("The round it belongs to.", index=True, cdisc="QS.QSGRPID")
    ordinal: int = column("Number of the answer in its round, from 1.", cdisc="QS.QSSEQ")
    number: int = column("Number of the item in the PRO-CTCAE library.", cdisc="QS.QSTESTCD")
    attribute: Attribute = column("What was asked about the item.", codes=Attribute)
    value: int | None = column("The score; empty where it was skipped.", default=None, cdisc="QS.QSORRES")
    state: AnswerState = column("Whether it was answered or skipped.", codes=AnswerState, cdisc="QS.QSSTAT")
    wording_version: str = column("SHA-256 of the site's file with the wording that was read.")
    said_at: datetime = column("When it was said.", unit="UTC", cdisc="QS.QSDTC")
    recorded_at: datetime = column("When it was recorded.", unit="UTC")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()
