"""Compares the study with the store, field by field: records by our ids, then the days and sums made of them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.adverse_event import AdverseEvent
from models.alert import Alert, AlertCall
from models.columns import plain
from models.disposition import Disposition
from models.dose import DoseEvent, DoseOrderRow, ScheduledDose
from models.form import FormSignature
from models.guard import GuardNote
from models.identity import ParticipantMessage
from models.inbox import ReceivingGap
from models.journey import JourneyRow
from models.lab import Draw, LabResult, MonthSixDecision
from models.ledger import OutboxEntry
from models.medication import Medication
from models.order_proposal import OrderProposal
from models.participant import Consent, Participant
from models.pregnancy import Pregnancy
from models.prompt import Prompt
from models.safety_event import SafetyEvent
from models.self_rated import SelfRatedAnswer, SelfRatedCheck
from models.session import Store
from models.staff_chat import StaffMessage
from models.study.store import StudyStore
from models.study.tables import StudyTable
from models.symptom import SymptomAnswer, SymptomCheck
from models.tables import StoreTable
from models.tablet import TabletMovement
from models.transfusion import Transfusion
from models.visit import Visit
from protocol.terms import PromptState
from protocol.trial import Trial
from study.derived import derived_differences
from study.difference import Difference, differing
from study.records import RECORDS, Mapped, row_values

STORED: dict[str, type[StoreTable]] = {
    "participant": Participant,
    "consent": Consent,
    "disposition": Disposition,
    "dose_order": DoseOrderRow,
    "order_proposal": OrderProposal,
    "scheduled_dose": ScheduledDose,
    "dose_event": DoseEvent,
    "alert": Alert,
    "alert_call": AlertCall,
    "safety_event": SafetyEvent,
    "prompt": Prompt,
    "receiving_gap": ReceivingGap,
    "symptom_check": SymptomCheck,
    "symptom_answer": SymptomAnswer,
    "self_rated_check": SelfRatedCheck,
    "self_rated_answer": SelfRatedAnswer,
    "staff_message": StaffMessage,
    "participant_message": ParticipantMessage,
    "adverse_event": AdverseEvent,
    "medication": Medication,
    "pregnancy": Pregnancy,
    "form_signature": FormSignature,
    "guard_note": GuardNote,
    "journey": JourneyRow,
    "tablet_movement": TabletMovement,
    "draw": Draw,
    "lab_result": LabResult,
    "month_six_decision": MonthSixDecision,
    "transfusion": Transfusion,
    "visit": Visit,
}
SETTLED = {PromptState.DELIVERED, PromptState.UNKNOWN, PromptState.FAILED}
"""A message is owed once the scheduler has settled it; one closed before it came up never is."""


async def reconcile(store: Store, study: StudyStore, trial: Trial) -> list[Difference]:
    """Every difference; those that a waiting change explains are marked so."""
    found: list[Difference] = []
    async with store.read() as ours, study.read() as theirs:
        waiting = await _waiting(ours)
        codes = {row.id: row.code for row in await ours.execute(select(Participant.id, Participant.code))}
        for record_type, mapped in RECORDS.items():
            told = await _told(ours, record_type, mapped, codes)
            held = await _held(theirs, mapped)
            if record_type == "prompt":
                told = _owed_messages(told, held)
            found += differing(record_type, told, held, waiting.get(record_type, set()))
        found += await derived_differences(theirs, trial)
    return found


async def _waiting(session: AsyncSession) -> dict[str, set[str]]:
    """The keys of records with changes on their way, by record type; a participant's is the code."""
    query = (
        select(OutboxEntry.record_type, OutboxEntry.record_id, Participant.code)
        .outerjoin(Participant, col(Participant.id) == col(OutboxEntry.record_id))
        .where(col(OutboxEntry.sent_at).is_(None))
    )
    found: dict[str, set[str]] = {}
    for record_type, record_id, code in await session.execute(query):
        found.setdefault(record_type, set()).add(code or record_id)
    return found


async def _told(
    session: AsyncSession, record_type: str, mapped: Mapped, codes: dict[str, str]
) -> dict[str, dict[str, Any]]:
    """What the store says, through the same mapping that the sync uses."""
    rows: Iterable[StoreTable] = (await session.scalars(select(STORED[record_type]))).all()
    found = {}
    for row in rows:
        values = row_values(mapped, plain(row.values()))
        if mapped.of_participant and "participant_code" not in values:
            values["participant_code"] = codes.get(str(_participant_id(row)))
        found[str(values[mapped.key])] = values
    return found


def _participant_id(row: StoreTable) -> str | None:
    return row.id if isinstance(row, Participant) else getattr(row, "participant_id", None)


async def _held(session: AsyncSession, mapped: Mapped) -> dict[str, dict[str, Any]]:
    rows: Iterable[StudyTable] = (await session.scalars(select(mapped.table))).all()
    return {
        str(getattr(row, mapped.key)): {name: getattr(row, name) for name in mapped.table.model_fields} for row in rows
    }


def _owed_messages(told: dict[str, dict[str, Any]], held: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {key: row for key, row in told.items() if key in held or row["state"] in SETTLED}
