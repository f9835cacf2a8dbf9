"""What a form calls for: the same alerts, possible SAE and hold as when the participant tells it, and never twice."""

from collections.abc import Collection, Sequence

from sqlmodel import col, select

from actions.alerts import acknowledge, note_seen
from actions.safety import act_on
from models.alert import Alert
from models.participant import Participant
from models.session import Change
from models.site import Staff
from protocol.terms import AlertKind, Role
from protocol.triage import Reason
from protocol.trial import Trial

KINDS = (AlertKind.SYMPTOM, AlertKind.WORDS)


async def open_alert_of(change: Change, participant: Participant, causes: Collection[str]) -> Alert | None:
    """The open alert of one of these causes, whichever way it was told: staff know of it."""
    keys = [f"{kind}|{participant.id}|{cause}" for kind in KINDS for cause in causes]
    query = select(Alert).where(col(Alert.cause_key).in_(keys), col(Alert.closed_at).is_(None))
    found: Alert | None = await change.session.scalar(query.order_by(col(Alert.opened_at)).limit(1))
    return found


async def alert_on(
    change: Change,
    participant: Participant,
    trial: Trial,
    reasons: Sequence[Reason],
    staff: Staff,
    *,
    kind: AlertKind = AlertKind.SYMPTOM,
) -> Alert | None:
    """Acts on what a form says; `participant` is locked by the caller. The first alert, None without a reason.

    Who writes the form has seen it: a site is aware from now on. An investigator who writes it need not be paged.
    """
    alerts = await act_on(change, participant, trial, reasons, kind=kind)
    await change.session.flush()
    for alert in alerts:
        if staff.role is Role.INVESTIGATOR:
            await acknowledge(change, alert.id, staff.name)
        else:
            await note_seen(change, alert.id, staff.name)
    return alerts[0] if alerts else None
