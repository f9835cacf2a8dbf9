"""An alert as it stands in a staff chat, told by code alone; and the open ones of one participant as lines."""

from typing import Final

from sqlmodel import col, select

from actions.staff_chat import StaffChat, living_chats
from models.alert import Alert, AlertCall
from models.open_alerts import ranked_alerts, still_open
from models.participant import Participant
from models.session import Change
from protocol.roles import ANSWERS
from protocol.screens import StaffAlert, StaffItem
from protocol.terms import CallState, Role

SHOWN: Final = 5


async def staff_alert(
    change: Change, alert: Alert, role: Role, *, reach: int = 1, text: str | None = None
) -> StaffAlert:
    """How an alert stands, for a reader of this role. `text` only where the site allows one."""
    person = None if alert.participant_id is None else await change.session.get_one(Participant, alert.participant_id)
    return StaffAlert(
        alert_id=alert.id,
        level=alert.level,
        kind=alert.kind,
        participant_code=person.code if person else None,
        times=alert.times,
        opened_at=alert.opened_at,
        reach=reach,
        text=text,
        seen_by=alert.acknowledged_by,
        seen_at=alert.acknowledged_at,
        owner=alert.owner,
        closed=alert.closed_at is not None,
        read_only=role not in ANSWERS,
    )


async def locked_alert(change: Change, alert_id: str) -> Alert:
    """The alert, locked: of two who press at once one is first, and the second sees it."""
    return await change.session.get_one(Alert, alert_id, with_for_update=True, populate_existing=True)


async def told_elsewhere(change: Change, alert_id: str, *, but: str) -> list[tuple[StaffChat, str]]:
    """The other chats that were told of it, each with the id of its newest message about it."""
    query = (
        select(col(AlertCall.link_id), col(AlertCall.message))
        .where(
            AlertCall.alert_id == alert_id,
            AlertCall.state == CallState.DELIVERED,
            col(AlertCall.link_id) != but,
            col(AlertCall.message).is_not(None),
        )
        .order_by(col(AlertCall.at))
    )
    told = (await change.session.execute(query)).all()
    newest = {row.link_id: row.message for row in told}  # the last one of a chat stands
    return [(chat, newest[chat.link_id]) for chat in await living_chats(change, list(newest))]


async def open_items(change: Change, one: Participant) -> tuple[StaffItem, ...]:
    """The most urgent open alerts of one participant."""
    ranked = await ranked_alerts(change.session, change.at, Alert.participant_id == one.id, still_open())
    return tuple(_item(row.alert, one.code) for row in ranked[:SHOWN])


def _item(alert: Alert, code: str) -> StaffItem:
    return StaffItem(
        code, "alert", alert.opened_at, alert.id, alert.level, alert.kind, alert.times, alert.acknowledged_by
    )
