"""Concomitant medications: recorded, corrected, signed; a strong interacting one reaches the investigator."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any
from zoneinfo import ZoneInfo

from actions.form_alerts import alert_on, open_alert_of
from actions.forms import (
    append_version,
    corrected,
    correction_problems,
    name_problems,
    narrative_of,
    sign,
    today_of,
    told_anew,
)
from models.form import FormSignature
from models.medication import Medication
from models.participant import Participant
from models.session import Change
from models.site import Staff
from protocol.forms import checked, short_text
from protocol.medication import MedicationFacts, is_history, medication_problems
from protocol.moments import local_date
from protocol.triage import Reason, medicine_reasons
from protocol.trial import Trial


async def record_medication(
    change: Change,
    participant: Participant,
    facts: MedicationFacts,
    staff: Staff,
    trial: Trial,
    *,
    narrative: str = "",
) -> Medication:
    """The first version of a form. Raises FormError. `participant` is locked by the caller."""
    facts = await _checked(change, participant, facts)
    row_id = change.new_id()
    row = _row(change, participant, facts, staff, trial, row_id=row_id, form_id=row_id, version=1)
    await _tell(change, participant, row, staff, trial, known=frozenset())
    await append_version(change, row, narrative)
    return row


async def correct_medication(
    change: Change,
    participant: Participant,
    old: Medication,
    changes: Mapping[str, Any],
    staff: Staff,
    trial: Trial,
    *,
    reason: str,
    narrative: str | None = None,
) -> Medication:
    """One more version; the old one stays as it was. `changes`: fields of MedicationFacts, or `in_error`.

    A name that gives away another strong medicine than before is told like a new one. Raises FormError.
    """
    told = told_anew(old.facts(), changes, narrative)
    checked(correction_problems(old, reason, told))
    facts = await _checked(change, participant, corrected(old.facts(), told))
    row = _row(
        change, participant, facts, staff, trial,
        row_id=change.new_id(), form_id=old.form_id, version=old.version + 1,
    )  # fmt: skip
    row.reason, row.in_error, row.alert_id = reason.strip(), bool(told.get("in_error", False)), old.alert_id
    if not row.in_error:
        await _tell(change, participant, row, staff, trial, known=frozenset(old.interacts.split(",")))
    await append_version(change, row, narrative_of(change, old) if narrative is None else narrative, old=old)
    return row


async def sign_medication(change: Change, row: Medication, version: int, staff: Staff) -> FormSignature:
    """An investigator signs this very version. Raises FormError."""
    return await sign(change, row, version, staff)


async def _checked(change: Change, participant: Participant, facts: MedicationFacts) -> MedicationFacts:
    texts = {name: short_text(getattr(facts, name)) for name in ("medicine", "amount", "indication")}
    facts = replace(facts, medicine=texts["medicine"], amount=texts["amount"], indication=texts["indication"])
    problems = [*medication_problems(facts, today_of(change, participant))]
    checked([*problems, *await name_problems(change, participant, **texts)])
    return facts


def _row(
    change: Change,
    participant: Participant,
    facts: MedicationFacts,
    staff: Staff,
    trial: Trial,
    *,
    row_id: str,
    form_id: str,
    version: int,
) -> Medication:
    found = list(medicine_reasons(facts.medicine, trial))
    return Medication(
        **{field.name: getattr(facts, field.name) for field in fields(facts)},
        id=row_id,
        form_id=form_id,
        version=version,
        participant_id=participant.id,
        interacts=",".join(sorted(reason.key for reason in found)),
        strong=any(reason.pages_investigator for reason in found),
        recorded_by=staff.name,
        recorded_at=change.at,
    )


async def _tell(
    change: Change, participant: Participant, row: Medication, staff: Staff, trial: Trial, *, known: frozenset[str]
) -> None:
    """A strong one that was not told before; the open alert of one that the participant has told stands for it."""
    since = local_date(participant.enrolled_at, ZoneInfo(participant.tz))
    if is_history(row.facts(), since):
        return
    found = [one for one in medicine_reasons(row.medicine, trial) if one.pages_investigator and one.key not in known]
    waiting: list[Reason] = []
    for reason in found:
        told = await open_alert_of(change, participant, [reason.cause])
        if told is None:
            waiting.append(reason)
        else:
            row.alert_id = row.alert_id or told.id
    alert = await alert_on(change, participant, trial, waiting, staff)
    row.alert_id = row.alert_id or (alert.id if alert else None)
