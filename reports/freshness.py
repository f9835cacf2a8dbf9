"""How far the study database follows the operational store, told from what is still owed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from models.ledger import OutboxEntry
from models.session import Store


@dataclass(frozen=True, slots=True)
class Freshness:
    """Every change before `synced_to` is in the study database; `waiting` changes are not."""

    synced_to: datetime
    waiting: int


async def freshness(store: Store, *, as_of: datetime) -> Freshness:
    """How far the sync has come, as of a moment."""
    unsent = col(OutboxEntry.sent_at).is_(None)
    async with store.read() as session:
        waiting = (await session.execute(select(func.count()).select_from(OutboxEntry).where(unsent))).scalar_one()
        oldest: datetime | None = await session.scalar(select(func.min(OutboxEntry.created_at)).where(unsent))
    return Freshness(as_of if oldest is None else min(oldest, as_of), waiting)
