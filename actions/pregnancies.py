"""Pregnancies: recorded, followed to their outcome by corrections, signed; "take now" waits for an investigator."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from actions.form_alerts import alert_on, open_alert_of
from actions.forms import (
    append_version,
    corrected,
    correction_problems,
    narrative_of,
    newest_forms,
    sign,
    today_of,
    told_anew,
)
from actions.safety import hold_dose
from models.form import FormSignature
from models.participant import Participant
from models.pregnancy import Pregnancy
from models.session import Change
from models.site import Staff
from protocol.answers import YES_NO, Answer
from protocol.forms import FormError, checked
from protocol.pregnancy import PregnancyFacts, PregnancyOutcome, pregnancy_problems
from protocol.symptoms import Applies, Ask, Tier
from protocol.triage import Reason, ReasonKind, triage_of_answer
from protocol.trial import Trial

IN_WORDS = f"{ReasonKind.WORDS}.pregnancy"
"""Told in a free text."""


async def record_pregnancy(
    change: Change,
    participant: Participant,
    facts: PregnancyFacts,
    staff: Staff,
    trial: Trial,
    *,
    narrative: str = "",
) -> Pregnancy:
    """The first version of a form; "take now" waits, and an investigator is paged. Raises FormError.

    Nobody is paged twice for one hold: while the hold of an open alert stands, the form adds to it. Where that hold
    was lifted, it is put on and told anew: what was possible is now known. `participant` is locked by the caller.
    """
    await _check(change, participant, facts)
    row_id = change.new_id()
    row = _row(change, participant, facts, staff, row_id=row_id, form_id=row_id, version=1)
    reasons = reasons_of(facts.concerns, trial)
    told = await open_alert_of(change, participant, [IN_WORDS, *(reason.cause for reason in reasons)])
    if told is None or participant.blocked_at is None:
        told = await alert_on(change, participant, trial, reasons, staff)
    row.alert_id = told.id if told else None
    await hold_dose(change, participant, trial, reason="safety")  # where the protocol file has no rule that does
    await append_version(change, row, narrative)
    return row


async def correct_pregnancy(
    change: Change,
    participant: Participant,
    old: Pregnancy,
    changes: Mapping[str, Any],
    staff: Staff,
    *,
    reason: str,
    narrative: str | None = None,
) -> Pregnancy:
    """One more version, as its outcome too; the old one stays. `changes`: fields of PregnancyFacts, or `in_error`.

    It lifts no hold: an investigator does. Raises FormError.
    """
    told = told_anew(old.facts(), changes, narrative)
    checked(correction_problems(old, reason, told))
    facts = replace(corrected(old.facts(), told), concerns=old.concerns)
    checked(pregnancy_problems(facts, today_of(change, participant)))
    row = _row(change, participant, facts, staff, row_id=change.new_id(), form_id=old.form_id, version=old.version + 1)
    row.reason, row.in_error, row.alert_id = reason.strip(), bool(told.get("in_error", False)), old.alert_id
    await append_version(change, row, narrative_of(change, old) if narrative is None else narrative, old=old)
    return row


async def sign_pregnancy(change: Change, row: Pregnancy, version: int, staff: Staff) -> FormSignature:
    """An investigator signs this very version. Raises FormError."""
    return await sign(change, row, version, staff)


def reasons_of(concerns: Applies, trial: Trial) -> Sequence[Reason]:
    """What the protocol file says to a "yes" to its question about this pregnancy; the safe default without one."""
    items = [item for item in trial.sheet.items.values() if item.applies is concerns and item.ask is Ask.YES_NO]
    found = [reason for item in items for reason in triage_of_answer(Answer(item.key, YES_NO[-1]), trial).reasons]
    return found or [Reason(ReasonKind.FORM, concerns, Tier.AMBER, (), pages_investigator=True, holds_dose=True)]


async def _check(change: Change, participant: Participant, facts: PregnancyFacts) -> None:
    checked(pregnancy_problems(facts, today_of(change, participant)))
    for one in await newest_forms(change.session, Pregnancy, participant.id):
        same = one.concerns is facts.concerns and one.outcome is PregnancyOutcome.ONGOING
        if same and facts.outcome is PregnancyOutcome.ONGOING and not one.in_error:
            raise FormError([f"{one.form_id} is this pregnancy, and goes on; correct that form"])


def _row(
    change: Change,
    participant: Participant,
    facts: PregnancyFacts,
    staff: Staff,
    *,
    row_id: str,
    form_id: str,
    version: int,
) -> Pregnancy:
    return Pregnancy(
        **{field.name: getattr(facts, field.name) for field in fields(facts)},
        id=row_id,
        form_id=form_id,
        version=version,
        participant_id=participant.id,
        recorded_by=staff.name,
        recorded_at=change.at,
    )
