"""Claims: a due row belongs to whoever's conditional update took it, until its lease ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, case, func, select, text, update

from models.prompt import Prompt
from models.session import Change, Store
from models.tables import table_of
from protocol.terms import PromptKind, PromptState

LEASE = timedelta(seconds=120)  # longer than a batch at 25 a second and the longest time-out together

# Built once: building a statement costs more than running it. The state is spelled out as the index of due rows has it,
# since a planner matches a partial index by its text and knows nothing of parameters.
_PROMPT: Final = table_of(Prompt)
_UNDER_WAY: Final = text("state IN ('waiting', 'claimed', 'sending')")
_WAS_SENDING: Final = _PROMPT.c.state == PromptState.SENDING
_AT: Final = bindparam("at", type_=_PROMPT.c.visible_at.type)

_RECOVER: Final = (
    update(_PROMPT)
    .where(
        _UNDER_WAY,
        _PROMPT.c.state.in_((PromptState.CLAIMED, PromptState.SENDING)),
        _PROMPT.c.visible_at <= _AT,
        _PROMPT.c.lease_until <= _AT,
    )
    .values(
        state=case((_WAS_SENDING, PromptState.UNKNOWN), else_=PromptState.WAITING),
        reason=case((_WAS_SENDING, "the process ended while sending"), else_=""),
        settled_at=case((_WAS_SENDING, _AT), else_=None),
        visible_at=_AT,
    )
)
_DUE: Final = (
    select(_PROMPT.c.id)
    .where(_UNDER_WAY, _PROMPT.c.state == PromptState.WAITING, _PROMPT.c.visible_at <= _AT)
    .order_by(_PROMPT.c.visible_at, _PROMPT.c.id)
    .limit(bindparam("limit_rows"))
)
_TAKE: Final = {
    on_sqlite: update(_PROMPT)
    .where(_PROMPT.c.id.in_(_DUE if on_sqlite else _DUE.with_for_update(skip_locked=True)))
    .values(
        state=PromptState.CLAIMED,
        claimed_by=bindparam("owner"),
        lease_until=bindparam("until", type_=_PROMPT.c.lease_until.type),
        visible_at=bindparam("until", type_=_PROMPT.c.lease_until.type),
        attempts=_PROMPT.c.attempts + 1,
    )
    .returning(_PROMPT.c.id, _PROMPT.c.kind, _PROMPT.c.due_at)
    for on_sqlite in (True, False)
}
_NEXT: Final = select(func.min(_PROMPT.c.visible_at)).where(_UNDER_WAY)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A prompt that is ours for the length of the lease."""

    prompt_id: str
    kind: PromptKind


async def claim(store: Store, at: datetime, *, owner: str, limit: int) -> list[Claimed]:
    """Ends old leases, then takes up to `limit` due prompts, oldest first; two claimers never get the same one."""
    async with store.change(at=at) as change:
        await recover(change)
        rows = await change.session.execute(
            _TAKE[store.on_sqlite], {"at": at, "limit_rows": limit, "owner": owner, "until": at + LEASE}
        )
        found = sorted(rows, key=lambda row: (row.due_at, row.id))
    return [Claimed(row.id, row.kind) for row in found]


async def recover(change: Change) -> int:
    """Ends leases that ran out: what was only claimed is due again, what was being sent is unknown."""
    result = await change.session.execute(_RECOVER, {"at": change.at})
    return int(getattr(result, "rowcount", 0))


async def next_due_at(store: Store) -> datetime | None:
    """When the next prompt becomes visible, or the next lease ends; None when there is none."""
    async with store.read() as session:
        found: datetime | None = await session.scalar(_NEXT)
    return found
