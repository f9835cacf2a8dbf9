"""Adverse events: recorded, corrected by one more version, signed; a serious one has its possible SAE."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlmodel import col, select

from actions.alerts import note_seen
from actions.form_alerts import alert_on
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
from models.adverse_event import AdverseEvent
from models.form import FormSignature
from models.participant import Participant
from models.safety_event import SafetyEvent
from models.session import Change
from models.site import Staff
from protocol.adverse_event import EventFacts, event_problems, missing_for_signature
from protocol.forms import checked, short_text
from protocol.symptoms import Tier
from protocol.terms import AlertKind, Role, Verdict
from protocol.triage import Reason, ReasonKind
from protocol.trial import Trial


@dataclass(frozen=True, slots=True)
class Origin:
    """What the event comes from; all empty where staff learned of it themselves."""

    alert_id: str | None = None
    check_id: str | None = None
    item: str | None = None
    safety_event_id: str | None = None


NOWHERE = Origin()


async def record_event(
    change: Change,
    participant: Participant,
    facts: EventFacts,
    staff: Staff,
    trial: Trial,
    *,
    origin: Origin = NOWHERE,
    narrative: str = "",
) -> AdverseEvent:
    """The first version of a form. Raises FormError. `participant` is locked by the caller."""
    facts = await _checked(change, participant, facts)
    row_id = change.new_id()
    row = _row(change, participant, facts, staff, origin, row_id=row_id, form_id=row_id, version=1)
    await _look_at(change, staff, alert_id=row.alert_id, event_id=row.safety_event_id)
    if facts.serious:
        await _have_possible_sae(change, participant, row, staff, trial)
    await append_version(change, row, narrative)
    return row


async def correct_event(
    change: Change,
    participant: Participant,
    old: AdverseEvent,
    changes: Mapping[str, Any],
    staff: Staff,
    trial: Trial,
    *,
    reason: str,
    narrative: str | None = None,
) -> AdverseEvent:
    """One more version; the old one stays as it was, and its signature with it. Raises FormError.

    `changes`: fields of EventFacts, `safety_event_id`, or `in_error`; `narrative` None leaves it as it is.
    """
    told = told_anew(old.facts(), changes, narrative)
    checked(correction_problems(old, reason, told))
    facts = await _checked(change, participant, corrected(old.facts(), told))
    origin = Origin(old.alert_id, old.check_id, old.item, told.get("safety_event_id", old.safety_event_id))
    row = _row(
        change, participant, facts, staff, origin,
        row_id=change.new_id(), form_id=old.form_id, version=old.version + 1,
    )  # fmt: skip
    row.reason, row.in_error = reason.strip(), bool(told.get("in_error", False))
    if row.safety_event_id != old.safety_event_id:
        await _look_at(change, staff, alert_id=None, event_id=row.safety_event_id)
    if facts.serious and not old.serious and not row.in_error:
        await _have_possible_sae(change, participant, row, staff, trial)
    await append_version(change, row, narrative_of(change, old) if narrative is None else narrative, old=old)
    return row


async def sign_event(change: Change, row: AdverseEvent, version: int, staff: Staff) -> FormSignature:
    """An investigator signs this very version, which has to say all that is needed. Raises FormError."""
    return await sign(change, row, version, staff, missing_for_signature(row.facts()))


async def _checked(change: Change, participant: Participant, facts: EventFacts) -> EventFacts:
    facts = replace(facts, term=short_text(facts.term))
    problems = [*event_problems(facts, today_of(change, participant))]
    checked([*problems, *await name_problems(change, participant, term=facts.term)])
    return facts


def _row(
    change: Change,
    participant: Participant,
    facts: EventFacts,
    staff: Staff,
    origin: Origin,
    *,
    row_id: str,
    form_id: str,
    version: int,
) -> AdverseEvent:
    said = {field.name: getattr(facts, field.name) for field in fields(facts)}
    return AdverseEvent(
        **said | {"criteria": ",".join(sorted(facts.criteria))},
        id=row_id,
        form_id=form_id,
        version=version,
        participant_id=participant.id,
        alert_id=origin.alert_id,
        check_id=origin.check_id,
        item=origin.item,
        safety_event_id=origin.safety_event_id,
        recorded_by=staff.name,
        recorded_at=change.at,
    )


async def _look_at(change: Change, staff: Staff, *, alert_id: str | None, event_id: str | None) -> None:
    """Who writes of an alert or a possible SAE has seen it: the site is aware from now on."""
    event = await change.session.get_one(SafetyEvent, event_id) if event_id else None
    for one in dict.fromkeys([alert_id, event.alert_id if event else None]):
        if one is not None:
            await note_seen(change, one, staff.name)


async def _have_possible_sae(
    change: Change, participant: Participant, row: AdverseEvent, staff: Staff, trial: Trial
) -> None:
    """Where it belongs to none that stands, one is opened.

    A new one holds "take now" as a report of the participant would, unless it is over or an investigator writes it.
    """
    if row.safety_event_id is not None:
        known = await change.session.get_one(SafetyEvent, row.safety_event_id)
        if known.verdict is not Verdict.REFUTED:
            return
    holds = row.ended_on is None and staff.role is not Role.INVESTIGATOR
    reason = Reason(
        ReasonKind.FORM,
        f"adverse_event_{row.id}",
        Tier.RED,
        (),
        possible_sae=True,
        pages_investigator=True,
        holds_dose=holds,
    )
    alert = await alert_on(change, participant, trial, [reason], staff, kind=AlertKind.SERIOUS_EVENT)
    if alert is not None:
        row.alert_id = row.alert_id or alert.id
        query = select(SafetyEvent.id).where(col(SafetyEvent.alert_id) == alert.id)
        row.safety_event_id = await change.session.scalar(query)
