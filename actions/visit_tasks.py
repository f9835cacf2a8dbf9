"""Tasks for staff that hang on one visit: somebody cannot come, or did not; arranging the visit closes them."""

from sqlmodel import col, select

from actions.alerts import close, open_alert
from models.alert import Alert
from models.participant import Participant
from models.session import Change
from models.visit import Visit
from protocol.terms import AlertKind

OF_A_VISIT = (AlertKind.VISIT_CANNOT_COME, AlertKind.VISIT_MISSED)


async def call_about(
    change: Change, participant: Participant, visit: Visit, kind: AlertKind, message_id: str | None = None
) -> None:
    """A task to arrange another day; `message_id`: what the participant said about it."""
    alert = await open_alert(change, kind, participant, cause=visit.id, message_id=message_id)
    if message_id is not None:
        alert.message_id = message_id


async def open_tasks(change: Change, visit: Visit) -> list[Alert]:
    rows = await change.session.scalars(
        select(Alert).where(
            Alert.participant_id == visit.participant_id,
            col(Alert.kind).in_(OF_A_VISIT),
            col(Alert.cause_key).endswith(f"|{visit.id}"),
            col(Alert.closed_at).is_(None),
        )
    )
    return list(rows)


async def arranged(change: Change, visit: Visit, outcome: str) -> None:
    """Staff have arranged or settled the visit: what was to be done about it is done. Nobody else closes a task."""
    if change.actor.kind != "staff":
        return
    for task in await open_tasks(change, visit):
        await close(change, task.id, change.actor.name, outcome)
