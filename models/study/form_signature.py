"""Signatures of investigators under forms: which version and when, never who."""

from datetime import datetime

from models.study.tables import StudyTable, column, participant_code, record_id, source_seq, synced_at
from protocol.forms import FormKind


class StudyFormSignature(StudyTable, table=True):
    """One row per signature; a form is signed while its highest version is."""

    __tablename__ = "form_signature"

    id: str = record_id("Id of the record.")
    participant_code: str = participant_code()
    form: FormKind = column("Which form.", codes=FormKind)
    form_id: str = column("The form.", index=True)
    version: int = column("The version that was signed.")
    signed_at: datetime = column("When.", unit="UTC")
    source_seq: int = source_seq()
    synced_at: datetime = synced_at()
