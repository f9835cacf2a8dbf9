"""Claims: a due row belongs to whoever's conditional update took it, until its lease ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, update
from sqlmodel import col, func, select

from models.prompt import Prompt
from models.session import Change, Store
from protocol.terms import PromptKind, PromptState

LEASE = timedelta(seconds=120)  # longer than a batch at 25 a second and the longest time-out together
UNDER_WAY = (PromptState.WAITING, PromptState.CLAIMED, PromptState.SENDING)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A prompt that is ours for the length of the lease."""

    prompt_id: str
    kind: PromptKind


async def claim(store: Store, at: datetime, *, owner: str, limit: int) -> list[Claimed]:
    """Takes up to `limit` due prompts, oldest first; two claimers never get the same one."""
    due = (
        select(Prompt.id)
        .where(Prompt.state == PromptState.WAITING, col(Prompt.visible_at) <= at)
        .order_by(col(Prompt.visible_at), col(Prompt.id))
        .limit(limit)
    )
    if not store.on_sqlite:
        due = due.with_for_update(skip_locked=True)
    async with store.change(at=at) as change:
        rows = await change.session.execute(
            update(Prompt)
            .where(col(Prompt.id).in_(due))
            .values(
                state=PromptState.CLAIMED,
                claimed_by=owner,
                lease_until=at + LEASE,
                visible_at=at + LEASE,
                attempts=Prompt.attempts + 1,
            )
            .returning(Prompt.id, Prompt.kind, Prompt.due_at)  # type: ignore[call-overload]
            .execution_options(synchronize_session=False)
        )
        found = sorted(rows, key=lambda row: (row.due_at, row.id))
    return [Claimed(row.id, row.kind) for row in found]


async def recover(change: Change) -> int:
    """Ends leases that ran out: what was only claimed is due again, what was being sent is unknown."""
    was_sending = col(Prompt.state) == PromptState.SENDING
    result = await change.session.execute(
        update(Prompt)
        .where(
            col(Prompt.state).in_((PromptState.CLAIMED, PromptState.SENDING)),
            col(Prompt.lease_until) <= change.at,
        )
        .values(
            state=case((was_sending, PromptState.UNKNOWN), else_=PromptState.WAITING),
            reason=case((was_sending, "the process ended while sending"), else_=""),
            settled_at=case((was_sending, change.at), else_=None),
            visible_at=change.at,
        )
        .execution_options(synchronize_session=False)
    )
    return int(getattr(result, "rowcount", 0))


async def next_due_at(store: Store) -> datetime | None:
    """When the next prompt becomes visible; None when none waits."""
    async with store.read() as session:
        found: datetime | None = await session.scalar(
            select(func.min(Prompt.visible_at)).where(col(Prompt.state).in_(UNDER_WAY))
        )
    return found
