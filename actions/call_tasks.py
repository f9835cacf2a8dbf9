"""Call tasks: the alert that asks for a call is done by that call, in the transaction that records what was said."""

from collections.abc import Sequence
from typing import Final

from actions.alerts import close
from actions.calls import CallError, DayEntry, DayRecorded, record_call
from models.access import access_alert
from models.alert import Alert
from models.participant import Participant
from models.session import Change
from models.site import Staff
from protocol.terms import AlertKind
from protocol.trial import Trial

CALLED: Final = "called"
CALL_TASKS: Final = frozenset(
    {
        AlertKind.DOSES_NOT_TAKEN,
        AlertKind.DOSES_UNREPORTED,
        AlertKind.SEVEN_UNREPORTED,
        AlertKind.FIRST_DOSE_UNKNOWN,
        AlertKind.FIRST_DOSE_PARTLY,
        AlertKind.TAKEN_PARTLY,
        AlertKind.LATE_BEYOND_CUTOFF,
        AlertKind.UNREACHABLE,
    }
)
"""What a call about doses settles. Where an investigator has to decide, or a symptom was told, a call is not enough."""


async def record_called(
    change: Change,
    participant: Participant,
    entries: Sequence[DayEntry],
    staff: Staff,
    trial: Trial,
    alert_id: str,
    *,
    reason: str = "",
    sure: bool = False,
) -> list[DayRecorded]:
    """`actions.calls.record_call`, and the alert is closed: outcome "called", the days as what was done.

    All or nothing. Raises CallError, and AccessDeniedError where there is no such alert for this person to see.
    """
    alert = await _access_call_task(change, participant, alert_id)
    recorded = await record_call(change, participant, entries, staff, trial, reason=reason, sure=sure)
    days = ", ".join(str(one.on) for one in recorded)
    await close(change, alert.id, staff.name, CALLED, f"recorded what was said about {days}")
    return recorded


async def _access_call_task(change: Change, participant: Participant, alert_id: str) -> Alert:
    await access_alert(change.session, change.actor, alert_id)
    alert = await change.session.get_one(Alert, alert_id, with_for_update=True, populate_existing=True)
    if alert.participant_id != participant.id:
        raise CallError([f"alert {alert_id} is not about {participant.code}"])
    if alert.closed_at is not None:
        raise CallError([f"alert {alert_id} is closed already"])
    if alert.kind not in CALL_TASKS:
        raise CallError([f"alert {alert_id} is no call task ({alert.kind}): `anshi alert close` closes it"])
    return alert
