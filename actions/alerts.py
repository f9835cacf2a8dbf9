"""Alerts: a matter for staff is opened once per cause, counted up when it comes again, and closed by a human."""

from sqlmodel import col, select

from models.alert import Alert
from models.participant import Participant
from models.session import Change
from protocol.terms import AlertKind, Level


class AlertGoneError(ValueError):
    """The alert is not open any more; somebody else has closed it."""


LEVELS: dict[AlertKind, Level] = {
    AlertKind.FEELS_UNWELL: Level.RED,
    AlertKind.DOUBLE_DOSE: Level.RED,
    AlertKind.FIRST_DOSE_PARTLY: Level.AMBER,
    AlertKind.SEVEN_NOT_TAKEN: Level.AMBER,
    AlertKind.SEVEN_UNREPORTED: Level.AMBER,
    AlertKind.DOSES_NOT_TAKEN: Level.AMBER,
    AlertKind.DOSES_UNREPORTED: Level.AMBER,
    AlertKind.TAKEN_ON_HOLD: Level.AMBER,
    AlertKind.STOP_ASKED: Level.AMBER,
    AlertKind.MESSAGE: Level.AMBER,
    AlertKind.CLOCK: Level.AMBER,
    AlertKind.BAD_UPDATE: Level.AMBER,
}
"""The level of each kind; what is not named here is a task."""


async def open_alert(
    change: Change, kind: AlertKind, participant: Participant | None, *, cause: str = "", dose_id: str | None = None
) -> Alert:
    """Opens an alert, or counts up the open one with the same cause."""
    owner = participant.id if participant else "system"
    cause_key = f"{kind}|{owner}|{cause}"
    found = await change.session.scalar(
        select(Alert).where(Alert.cause_key == cause_key, col(Alert.closed_at).is_(None)).with_for_update()
    )
    if found is None:
        found = Alert(
            id=change.new_id(),
            participant_id=participant.id if participant else None,
            site_code=participant.site_code if participant else None,
            kind=kind,
            level=LEVELS.get(kind, Level.TASK),
            cause_key=cause_key,
            dose_id=dose_id,
            opened_at=change.at,
            last_at=change.at,
        )
        change.session.add(found)
    else:
        found.times += 1
        found.last_at = change.at
    _leave(change, found, "open_alert")
    return found


async def acknowledge(change: Change, alert_id: str, by: str) -> Alert:
    """A named member of staff has seen it. A second one changes nothing."""
    alert = await _open(change, alert_id)
    if alert.acknowledged_at is None:
        alert.acknowledged_at, alert.acknowledged_by = change.at, by
        _leave(change, alert, "acknowledge_alert")
    return alert


async def close(change: Change, alert_id: str, by: str, outcome: str) -> Alert:
    """Done, with what came of it. Raises ValueError without an outcome."""
    if not outcome.strip():
        raise ValueError("say what came of it")
    alert = await _open(change, alert_id)
    if alert.acknowledged_at is None:
        alert.acknowledged_at, alert.acknowledged_by = change.at, by
    alert.closed_at, alert.closed_by, alert.outcome = change.at, by, outcome.strip()
    _leave(change, alert, "close_alert")
    return alert


async def _open(change: Change, alert_id: str) -> Alert:
    alert = await change.session.get(Alert, alert_id, with_for_update=True)
    if alert is None or alert.closed_at is not None:
        raise AlertGoneError
    return alert


def _leave(change: Change, alert: Alert, action: str) -> None:
    change.audit(
        action,
        "alert",
        alert.id,
        participant_id=alert.participant_id,
        new={"kind": alert.kind, "times": alert.times, "outcome": alert.outcome},
    )
    change.owe(alert, participant_id=alert.participant_id)
