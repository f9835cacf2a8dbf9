"""Questions that were offered, and the rounds begun on them: an offer that nobody took up stands by itself."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.study.contact import StudyMessageDelivery
from protocol.terms import PromptKind, PromptState

ARRIVED: Final = (PromptState.DELIVERED, PromptState.UNKNOWN)
"""What may have reached the chat counts, since a round can follow it."""


class Begun(Protocol):
    """A round that somebody has begun."""

    @property
    def begun_at(self) -> datetime: ...


B = TypeVar("B", bound=Begun)


@dataclass(frozen=True, slots=True)
class Offered(Generic[B]):
    """An offer with its round, one of which may be missing. `at` is when the matter began."""

    at: datetime
    offered_at: datetime | None
    begun: B | None


async def arrived_offers(session: AsyncSession, kind: PromptKind, as_of: datetime) -> dict[str, list[datetime]]:
    """When each offer reached the chat, by participant, the oldest first; a repeat is no offer of its own."""
    query = select(StudyMessageDelivery).where(
        StudyMessageDelivery.kind == kind,
        col(StudyMessageDelivery.state).in_(ARRIVED),
        col(StudyMessageDelivery.due_at) <= as_of,
    )
    found: dict[str, list[datetime]] = defaultdict(list)
    last: dict[str, int] = {}
    for row in await session.scalars(query.order_by(col(StudyMessageDelivery.due_at))):
        if row.rung <= last.get(row.participant_code, row.rung):
            found[row.participant_code].append(row.due_at)
        last[row.participant_code] = row.rung
    return found


def paired(begun: Sequence[B], offered: Sequence[datetime]) -> list[Offered[B]]:
    """A round belongs to the newest offer before it; the earliest matter first."""
    before = [max((at for at in offered if at <= one.begun_at), default=None) for one in begun]
    found: list[Offered[B]] = [Offered(one.begun_at, at, one) for one, at in zip(begun, before, strict=True)]
    found += [Offered(at, at, None) for at in offered if at not in set(before)]
    return sorted(found, key=lambda each: each.at)
