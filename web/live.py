"""The open alerts as a number and a mark that changes with any of them; nothing of any alert is in the mark."""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from models.access import SignedIn, site_wall
from models.alert import Alert
from models.open_alerts import still_open
from protocol.terms import Language
from web.desk import Desk


@dataclass(frozen=True, slots=True)
class OpenAlerts:
    """As one reader may see them, in the language of the page."""

    number: int
    mark: str


async def open_alerts(desk: Desk, who: SignedIn, language: Language) -> OpenAlerts:
    """As they are now."""
    columns: tuple[Any, ...] = (Alert.id, Alert.level, Alert.times, Alert.acknowledged_at, Alert.paged)
    query = select(*columns).where(still_open(), site_wall(who.actor, Alert.site_code)).order_by(col(Alert.id))
    async with desk.store.read() as session:
        rows = (await session.execute(query)).all()
    told = repr([tuple(row) for row in rows]) + language.value
    return OpenAlerts(len(rows), hashlib.sha256(told.encode()).hexdigest()[:20])
