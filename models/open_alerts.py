"""Alerts with how they stand, in the order of `protocol.alert_rank`: the one place from which every list takes it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.alert import Alert
from models.participant import Participant
from models.safety_event import SafetyEvent
from protocol.alert_rank import AlertStanding, alert_rank, is_overdue
from protocol.terms import Verdict


@dataclass(frozen=True, slots=True)
class RankedAlert:
    """One alert, whom it is about, and how it stands."""

    alert: Alert
    participant: Participant | None
    standing: AlertStanding


async def ranked_alerts(session: AsyncSession, at: datetime, *where: Any) -> list[RankedAlert]:
    """The alerts that fulfil these conditions, the most urgent first; closed ones too unless a condition says not."""
    query = (
        select(Alert, Participant, col(SafetyEvent.id).is_not(None))
        .outerjoin(Participant, col(Participant.id) == col(Alert.participant_id))
        .outerjoin(
            SafetyEvent, (col(SafetyEvent.alert_id) == col(Alert.id)) & (col(SafetyEvent.verdict) == Verdict.OPEN)
        )
        .where(*where)
    )
    found = [
        RankedAlert(alert, person, standing(alert, at, possible_sae=bool(possible)))
        for alert, person, possible in await session.execute(query)
    ]
    return sorted(found, key=lambda one: alert_rank(one.standing))


def still_open() -> Any:
    """The condition that nobody has closed it."""
    return col(Alert.closed_at).is_(None)


def standing(alert: Alert, at: datetime, *, possible_sae: bool) -> AlertStanding:
    """How one alert stands at a moment."""
    return AlertStanding(
        alert_id=alert.id,
        level=alert.level,
        opened_at=alert.opened_at,
        paged=alert.paged,
        possible_sae=possible_sae,
        overdue=alert.acknowledged_at is None and is_overdue(alert.calls, alert.next_call_at, at),
        acknowledged=alert.acknowledged_at is not None,
    )
