"""Alerts: a matter for staff is opened once per cause, counted up when it comes again, and closed by a human."""

from sqlalchemy import func
from sqlmodel import col, select

from actions.safety_events import note_opening
from models.alert import Alert
from models.participant import Participant
from models.session import Change
from protocol.alert_rank import URGENCY
from protocol.terms import AlertKind, Level


class AlertGoneError(ValueError):
    """The alert is not open any more; somebody else has closed it."""


LEVELS: dict[AlertKind, Level] = {
    AlertKind.FEELS_UNWELL: Level.RED,
    AlertKind.DOUBLE_DOSE: Level.RED,
    AlertKind.SERIOUS_EVENT: Level.RED,
    AlertKind.SYMPTOM: Level.AMBER,
    AlertKind.WORDS: Level.AMBER,
    AlertKind.VOMITED_DOSE: Level.AMBER,
    AlertKind.DOSE_BEFORE_DRAW: Level.AMBER,
    AlertKind.UNREACHABLE: Level.AMBER,
    AlertKind.FIRST_DOSE_PARTLY: Level.AMBER,
    AlertKind.FIRST_DOSE_UNKNOWN: Level.AMBER,
    AlertKind.SEVEN_NOT_TAKEN: Level.AMBER,
    AlertKind.SEVEN_UNREPORTED: Level.AMBER,
    AlertKind.DOSES_NOT_TAKEN: Level.AMBER,
    AlertKind.DOSES_UNREPORTED: Level.AMBER,
    AlertKind.TAKEN_ON_HOLD: Level.AMBER,
    AlertKind.STOP_ASKED: Level.AMBER,
    AlertKind.MESSAGE: Level.AMBER,
    AlertKind.NOT_DELIVERED: Level.AMBER,
    AlertKind.DEATH: Level.AMBER,
    AlertKind.HEARD_AGAIN: Level.AMBER,
    AlertKind.NOBODY_ON_CALL: Level.AMBER,
    AlertKind.CLOCK: Level.AMBER,
    AlertKind.BAD_UPDATE: Level.AMBER,
}
"""The level of each kind; what is not named here is a task."""


async def open_alert(  # noqa: PLR0913  every part of a matter by its name
    change: Change,
    kind: AlertKind,
    participant: Participant | None,
    *,
    cause: str = "",
    dose_id: str | None = None,
    level: Level | None = None,
    paged: bool = False,
    check_id: str | None = None,
    message_id: str | None = None,
    site_code: str | None = None,
) -> Alert:
    """Opens an alert, or counts up the open one with the same cause. `level` None: as the kind has it.

    Its level only rises. Where it rises, is paged now, or comes again although somebody has seen it and it is red or
    paged, the clock begins anew: what was acknowledged was something less. `site_code`: of a matter without a person.
    """
    owner = participant.id if participant else site_code or "system"
    cause_key = f"{kind}|{owner}|{cause}"
    level = level or LEVELS.get(kind, Level.TASK)
    found = await change.session.scalar(
        select(Alert).where(Alert.cause_key == cause_key, col(Alert.closed_at).is_(None)).with_for_update()
    )
    if found is None:
        found = Alert(
            id=change.new_id(),
            participant_id=participant.id if participant else None,
            site_code=participant.site_code if participant else site_code,
            kind=kind,
            level=level,
            paged=paged,
            cause_key=cause_key,
            dose_id=dose_id,
            check_id=check_id,
            message_id=message_id,
            opened_at=change.at,
            last_at=change.at,
            clock_from=change.at,
        )
        change.session.add(found)
        _start(change, found)
    else:
        _count_up(change, found, level, paged=paged)
    _leave(change, found, "open_alert")
    return found


def _count_up(change: Change, alert: Alert, level: Level, *, paged: bool) -> None:
    worse = URGENCY.index(level) < URGENCY.index(alert.level) or (paged and not alert.paged)
    again = alert.acknowledged_at is not None and (alert.level is Level.RED or alert.paged)
    alert.times += 1
    alert.last_at = change.at
    alert.level = min(level, alert.level, key=URGENCY.index)
    alert.paged = alert.paged or paged
    if worse or again:
        alert.acknowledged_at = alert.acknowledged_by = None
        _start(change, alert)


def _start(change: Change, alert: Alert) -> None:
    """The first telling is due at once; the alarm loop knows the staffed hours. A task waits on the worklist."""
    alert.clock_from, alert.last_called_at, alert.calls = change.at, None, 0
    alert.next_call_at = change.at if alert.paged or alert.level is not Level.TASK else None


async def note_seen(change: Change, alert_id: str, by: str) -> Alert:
    """One of the site's staff has opened it; the first one is kept, and every look at a possible serious event.

    A closed one can be looked at too. Raises AlertGoneError where there is none.
    """
    alert = await change.session.get(Alert, alert_id, with_for_update=True)
    if alert is None:
        raise AlertGoneError
    if alert.closed_at is None and _see(change, alert, by):
        _leave(change, alert, "see_alert")
    await note_opening(change, alert, by)
    return alert


async def take_over(change: Change, alert_id: str, by: str) -> Alert:
    """From now on it is this person's matter, and acknowledged with it."""
    alert = await _open(change, alert_id)
    _acknowledge(change, alert, by)
    alert.owner = by
    _leave(change, alert, "take_alert")
    await note_opening(change, alert, by)
    return alert


async def acknowledge(change: Change, alert_id: str, by: str) -> Alert:
    """A named member of staff has seen it: nobody is told again. A second one changes nothing."""
    alert = await _open(change, alert_id)
    if alert.acknowledged_at is None:
        _acknowledge(change, alert, by)
        _leave(change, alert, "acknowledge_alert")
        await note_opening(change, alert, by)
    return alert


async def close(change: Change, alert_id: str, by: str, outcome: str, action: str = "") -> Alert:
    """Done: what was done, and what came of it. Raises ValueError without an outcome."""
    if not outcome.strip():
        raise ValueError("say what came of it")
    alert = await _open(change, alert_id)
    _acknowledge(change, alert, by)
    alert.closed_at, alert.closed_by, alert.outcome = change.at, by, outcome.strip()
    alert.action = action.strip() or alert.action
    alert.owner = alert.owner or by
    _leave(change, alert, "close_alert")
    await note_opening(change, alert, by)
    return alert


async def open_count(change: Change, participant_id: str) -> int:
    """How many matters of this participant are open."""
    query = select(func.count()).where(Alert.participant_id == participant_id, col(Alert.closed_at).is_(None))
    return int(await change.session.scalar(query) or 0)


def _see(change: Change, alert: Alert, by: str) -> bool:
    if alert.seen_at is not None:
        return False
    alert.seen_at, alert.seen_by = change.at, by
    return True


def _acknowledge(change: Change, alert: Alert, by: str) -> None:
    _see(change, alert, by)
    alert.next_call_at = None
    if alert.acknowledged_at is None:
        alert.acknowledged_at, alert.acknowledged_by = change.at, by


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
        new={
            "kind": alert.kind,
            "level": alert.level,
            "times": alert.times,
            "owner": alert.owner,
            "action": alert.action,
            "outcome": alert.outcome,
        },
    )
    change.owe(alert, participant_id=alert.participant_id)
