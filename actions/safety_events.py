"""Possible serious adverse events: opened once per alert, each look kept, judged by an investigator."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from models.alert import Alert
from models.participant import Participant
from models.safety_event import AwarenessMoved, SafetyEvent, SafetyOpening
from models.session import Change
from models.site import Staff
from protocol.awareness import AwarenessMove, access_move, aware_at
from protocol.terms import Role, Verdict


class SafetyEventError(ValueError):
    """It cannot be judged so; the message says why."""


async def open_possible_sae(
    change: Change, participant: Participant, *, cause: str, alert: Alert, check_id: str | None = None
) -> SafetyEvent:
    """Opens the event of this alert; the one there is comes back."""
    found = await _of_alert(change, alert.id)
    if found is None:
        found = SafetyEvent(
            id=change.new_id(),
            participant_id=participant.id,
            site_code=participant.site_code,
            alert_id=alert.id,
            check_id=check_id,
            cause=cause,
            recorded_at=change.at,
            verdict=Verdict.OPEN,
        )
        change.session.add(found)
        _leave(change, found, "open_possible_sae")
    return found


async def note_opening(change: Change, alert: Alert, by: str) -> None:
    """One of the site's staff looks at the alert of an event: the first look is when the site became aware of it."""
    event = await _of_alert(change, alert.id)
    if event is None:
        return
    change.session.add(SafetyOpening(id=change.new_id(), event_id=event.id, by=by, at=change.at))
    if event.opened_at is None:
        event.opened_at = change.at
        event.aware_at = aware_at([change.at], await moves_of(change, event.id))
        _leave(change, event, "open_safety_event")


async def note_delivery(change: Change, alert_id: str) -> None:
    """The first call that arrived is kept; it starts no clock."""
    event = await _of_alert(change, alert_id)
    if event is not None and event.delivered_at is None:
        event.delivered_at = change.at
        _leave(change, event, "deliver_safety_event")


async def judge(change: Change, event: SafetyEvent, verdict: Verdict, staff: Staff, reason: str) -> SafetyEvent:
    """An investigator confirms or refutes; a later word takes the place of an earlier one. Raises SafetyEventError."""
    if staff.role is not Role.INVESTIGATOR:
        raise SafetyEventError("an investigator has to judge it")
    if not reason.strip():
        raise SafetyEventError("say why")
    old = event.verdict
    event.verdict, event.verdict_at, event.verdict_by = verdict, change.at, staff.name
    event.reason = reason.strip()
    if event.opened_at is None:
        event.opened_at = change.at
    event.aware_at = aware_at([event.opened_at], await moves_of(change, event.id))
    _leave(change, event, f"judge_{verdict}", old={"verdict": old})
    return event


async def move_awareness(change: Change, event: SafetyEvent, to_at: datetime, staff: Staff, reason: str) -> SafetyEvent:
    """Earlier at will, later with a reason. Raises AwarenessNotMovedError."""
    move = access_move(AwarenessMove(to_at, staff.role, reason.strip(), change.at), event.aware_at)
    change.session.add(
        AwarenessMoved(
            id=change.new_id(),
            event_id=event.id,
            to_at=move.to_at,
            by=staff.name,
            by_role=move.by_role,
            reason=move.reason,
            moved_at=move.moved_at,
        )
    )
    old = event.aware_at
    event.aware_at = move.to_at
    _leave(change, event, "move_awareness", old={"aware_at": old}, reason=move.reason)
    return event


async def moves_of(change: Change, event_id: str) -> Sequence[AwarenessMove]:
    """Every statement of when the site knew."""
    rows = await change.session.scalars(select(AwarenessMoved).where(col(AwarenessMoved.event_id) == event_id))
    return [AwarenessMove(row.to_at, row.by_role, row.reason, row.moved_at) for row in rows]


async def _of_alert(change: Change, alert_id: str) -> SafetyEvent | None:
    query = select(SafetyEvent).where(SafetyEvent.alert_id == alert_id).with_for_update()
    found: SafetyEvent | None = await change.session.scalar(query)
    return found


def _leave(
    change: Change, event: SafetyEvent, action: str, *, old: dict[str, object] | None = None, reason: str = ""
) -> None:
    change.audit(
        action,
        "safety_event",
        event.id,
        participant_id=event.participant_id,
        old=old,
        new={"verdict": event.verdict, "aware_at": event.aware_at, "cause": event.cause},
        reason=reason or event.reason,
    )
    change.owe(event, participant_id=event.participant_id)
