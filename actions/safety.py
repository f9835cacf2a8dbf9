"""What a triage calls for: alerts by cause, a possible SAE, and "take now" held until an investigator decides."""

from collections.abc import Sequence

from actions.alerts import open_alert
from actions.runs import block
from actions.safety_events import open_possible_sae
from models.alert import Alert
from models.participant import Participant
from models.session import Change
from protocol.symptoms import Tier
from protocol.terms import AlertKind, Level
from protocol.triage import Reason
from protocol.trial import Trial

LEVEL = {Tier.RED: Level.RED, Tier.AMBER: Level.AMBER}


async def hold_dose(change: Change, participant: Participant, trial: Trial, *, reason: str) -> None:
    """From now on "take now" is replaced by "ask your doctor"; what waits already stays as it is."""
    if participant.blocked_at is None:
        await block(change, participant, reason, trial)


async def act_on(
    change: Change,
    participant: Participant,
    trial: Trial,
    reasons: Sequence[Reason],
    *,
    check_id: str | None = None,
    message_id: str | None = None,
    kind: AlertKind = AlertKind.SYMPTOM,
) -> list[Alert]:
    """One alert for each reason, merged with the open one of the same cause; `participant` is locked by the caller."""
    alerts = []
    for reason in reasons:
        alert = await open_alert(
            change,
            kind,
            participant,
            cause=reason.cause,
            level=LEVEL[reason.tier],
            paged=reason.pages_investigator,
            check_id=check_id,
            message_id=message_id,
        )
        alerts.append(alert)
        if reason.possible_sae:
            await open_possible_sae(change, participant, cause=reason.cause, alert=alert, check_id=check_id)
    if any(reason.holds_dose for reason in reasons):
        await hold_dose(change, participant, trial, reason="safety")
    return alerts
