"""Our records as study rows: one mapping per record type, columns by name, everything else left behind.

Left out everywhere, on purpose: chats and their links, names, phones, message texts and ids, who of the staff did it.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from models.ledger import OutboxEntry
from models.study.adverse_event import StudyAdverseEvent
from models.study.contact import (
    StudyAlert,
    StudyAlertCall,
    StudyMessageDelivery,
    StudyReceivingGap,
    StudySafetyEvent,
)
from models.study.disposition import StudyDispositionEvent
from models.study.dose import StudyDoseEvent, StudyDoseOrder, StudyScheduledDose
from models.study.form_signature import StudyFormSignature
from models.study.guard import StudyGuardNote
from models.study.journey import StudyJourney
from models.study.lab import StudyDraw, StudyLabResult, StudyMonthSixDecision
from models.study.medication import StudyMedication
from models.study.order_proposal import StudyOrderProposal
from models.study.participant import StudyDisposition, StudyParticipant
from models.study.participant_message import StudyParticipantMessage
from models.study.pregnancy import StudyPregnancy
from models.study.self_rated import StudySelfRatedAnswer, StudySelfRatedCheck
from models.study.staff_message import StudyStaffMessage
from models.study.symptom import StudySymptomAnswer, StudySymptomCheck
from models.study.tables import StudyTable
from models.study.tablet import StudyTabletMovement
from models.study.transfusion import StudyTransfusion
from models.study.visit import StudyVisit

INTEGER_MAX = 2**31 - 1
CHAT_LIKE = re.compile(r"\d{5,}")
WRITTEN_HERE = frozenset({"participant_code", "source_seq", "synced_at"})


class BadRecordError(ValueError):
    """An outbox row cannot become a study row; `reason` names the column and never the value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Mapped:
    """How one record type becomes a row: `renamed` study column to ours, `fixed` values, `cleaned` free text.

    `older`: what a record means that was written down before the column existed, and waited through the upgrade.
    """

    table: type[StudyTable]
    key: str = "id"
    renamed: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    cleaned: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    older: Mapping[str, Any] = field(default_factory=dict)
    of_participant: bool = True
    of_system_too: bool = False


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One row as it is to stand. `code` is the participant it touches, None for the system's own records."""

    seq: int
    record: tuple[str, str]
    table: type[StudyTable]
    key: str
    values: dict[str, Any]
    code: str | None


def without_digits(text: str) -> str:
    """A channel's own error text can quote a chat id: runs of digits are cut out."""
    return CHAT_LIKE.sub("…", text)


RECORDS: dict[str, Mapped] = {
    "participant": Mapped(StudyParticipant, key="participant_code", renamed={"record_id": "id"}),
    "consent": Mapped(StudyDisposition, fixed={"category": "consent"}),
    "disposition": Mapped(StudyDispositionEvent, fixed={"category": "disposition event"}),
    "dose_order": Mapped(StudyDoseOrder, older={"then_mg": ""}),
    "order_proposal": Mapped(StudyOrderProposal),
    "scheduled_dose": Mapped(StudyScheduledDose),
    "dose_event": Mapped(StudyDoseEvent),
    "alert": Mapped(StudyAlert, of_system_too=True),
    "alert_call": Mapped(StudyAlertCall, of_system_too=True, cleaned={"reason": without_digits}),
    "safety_event": Mapped(StudySafetyEvent),
    "prompt": Mapped(StudyMessageDelivery, cleaned={"reason": without_digits}),
    "receiving_gap": Mapped(StudyReceivingGap, of_participant=False),
    "symptom_check": Mapped(StudySymptomCheck),
    "symptom_answer": Mapped(StudySymptomAnswer),
    "self_rated_check": Mapped(StudySelfRatedCheck),
    "self_rated_answer": Mapped(StudySelfRatedAnswer),
    "staff_message": Mapped(
        StudyStaffMessage,
        renamed={"delivery_id": "prompt_id"},
        fixed={"direction": "to_participant", "kind": "text", "has_text": True},
    ),
    "participant_message": Mapped(StudyParticipantMessage, fixed={"direction": "from_participant"}),
    "adverse_event": Mapped(StudyAdverseEvent),
    "medication": Mapped(StudyMedication),
    "pregnancy": Mapped(StudyPregnancy),
    "form_signature": Mapped(StudyFormSignature),
    "guard_note": Mapped(StudyGuardNote),
    "journey": Mapped(StudyJourney),
    "tablet_movement": Mapped(StudyTabletMovement),
    "draw": Mapped(StudyDraw),
    "lab_result": Mapped(StudyLabResult),
    "month_six_decision": Mapped(StudyMonthSixDecision),
    "transfusion": Mapped(StudyTransfusion),
    "visit": Mapped(StudyVisit),
}


def study_row(entry: OutboxEntry, codes: Mapping[str, str], *, at: datetime) -> StudyRow:
    """The study's row for one outbox entry; `codes` are participant ids to codes. Raises BadRecordError."""
    mapped = RECORDS.get(entry.record_type)
    if mapped is None:
        raise BadRecordError(f"unknown record type {entry.record_type}")
    values: dict[str, Any] = {"source_seq": entry.seq, "synced_at": at}
    code = _code(entry, mapped, codes)
    if mapped.of_participant:
        values["participant_code"] = code
    values |= row_values(mapped, payload_of(entry.payload))
    return StudyRow(entry.seq or 0, (entry.record_type, entry.record_id), mapped.table, mapped.key, values, code)


def payload_of(text: str) -> dict[str, Any]:
    """The entry's JSON object. Raises BadRecordError."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise BadRecordError("the payload is not JSON") from error
    if not isinstance(found, dict):
        raise BadRecordError("the payload is not an object")
    return found


def row_values(mapped: Mapped, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that come from the record itself, checked and typed. Raises BadRecordError."""
    values = dict(mapped.fixed)
    for name in mapped.table.model_fields:
        if name in WRITTEN_HERE or name in mapped.fixed:
            continue
        source = mapped.renamed.get(name, name)
        if source not in payload and name not in mapped.older:
            raise BadRecordError(f"column {name} is missing")
        value = _typed(mapped.table, name, payload[source] if source in payload else mapped.older[name])
        clean = mapped.cleaned.get(name)
        values[name] = clean(value) if clean and isinstance(value, str) else value
    return values


def _code(entry: OutboxEntry, mapped: Mapped, codes: Mapping[str, str]) -> str | None:
    if not mapped.of_participant or (mapped.of_system_too and entry.participant_id is None):
        return None
    code = codes.get(entry.participant_id or "")
    if code is None:
        raise BadRecordError("its participant is not known")
    return code


@cache
def _adapter(table: type[StudyTable], name: str) -> TypeAdapter[Any]:
    annotation: Any = table.model_fields[name].annotation
    return TypeAdapter(annotation)


def _typed(table: type[StudyTable], name: str, value: Any) -> Any:
    try:
        found = _adapter(table, name).validate_python(value)
    except ValidationError as error:
        raise BadRecordError(f"column {name} does not hold what it should") from error
    if not _storable(found):
        raise BadRecordError(f"column {name} holds what no database stores")
    return found


def _storable(value: Any) -> bool:
    """What SQLite would take and PostgreSQL refuse, or the other way round, is refused for both."""
    if isinstance(value, datetime):
        return value.tzinfo is not None
    if isinstance(value, bool | None):
        return True
    if isinstance(value, int):
        return abs(value) <= INTEGER_MAX
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, str) or "\x00" not in value
