"""Claims: a due row belongs to whoever's conditional update took it, until its lease ends.

Whoever comes back later than that finds its claim gone: the mark "sending" looks at it in its own transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import and_, bindparam, case, func, select, text, update

from actions.staff_messages import tell_undelivered
from models.prompt import Prompt
from models.session import Change, Store
from models.statements import Statement
from models.tables import table_of
from protocol.terms import PromptKind, PromptState

LEASE = timedelta(seconds=120)  # longer than a batch at 25 a second and the longest time-out together

TOLD: Final = (
    "id", "participant_id", "dose_id", "kind", "rung", "due_at", "expires_at",
    "state", "reason", "sent_at", "settled_at", "units",
)  # fmt: skip
"""What the study is told of a delivery."""

# Built once: building a statement costs more than running it. The state is spelled out as the index of due rows has it,
# since a planner matches a partial index by its text and knows nothing of parameters.
_PROMPT: Final = table_of(Prompt)
_UNDER_WAY: Final = text("state IN ('waiting', 'claimed', 'sending')")
_WAS_SENDING: Final = _PROMPT.c.state == PromptState.SENDING
_AT: Final = bindparam("at", type_=_PROMPT.c.visible_at.type)

_LAPSED: Final = and_(
    _UNDER_WAY,
    _PROMPT.c.state.in_((PromptState.CLAIMED, PromptState.SENDING)),
    _PROMPT.c.visible_at <= _AT,
    _PROMPT.c.lease_until <= _AT,
)
_FIND_LAPSED: Final = Statement(select(_PROMPT.c.id).where(_LAPSED).limit(1))
_RECOVER: Final = Statement(
    update(_PROMPT)
    .where(_LAPSED)
    .values(
        state=case((_WAS_SENDING, PromptState.UNKNOWN), else_=PromptState.WAITING),
        reason=case((_WAS_SENDING, "the process ended while sending"), else_=""),
        settled_at=case((_WAS_SENDING, _AT), else_=None),
        visible_at=_AT,
    )
    .returning(*(_PROMPT.c[name] for name in TOLD))
)
_DUE: Final = (
    select(_PROMPT.c.id)
    .where(_UNDER_WAY, _PROMPT.c.state == PromptState.WAITING, _PROMPT.c.visible_at <= _AT)
    .order_by(_PROMPT.c.visible_at, _PROMPT.c.id)
    .limit(bindparam("limit_rows"))
)
_TAKE: Final = {
    on_sqlite: Statement(
        update(_PROMPT)
        .where(_PROMPT.c.id.in_(_DUE if on_sqlite else _DUE.with_for_update(skip_locked=True)))
        .values(
            state=PromptState.CLAIMED,
            claimed_by=bindparam("owner"),
            lease_until=bindparam("until", type_=_PROMPT.c.lease_until.type),
            visible_at=bindparam("until", type_=_PROMPT.c.lease_until.type),
            attempts=_PROMPT.c.attempts + 1,
        )
        .returning(_PROMPT.c.id, _PROMPT.c.kind, _PROMPT.c.due_at)
    )
    for on_sqlite in (True, False)
}
_RELEASE: Final = Statement(
    update(_PROMPT)
    .where(
        _PROMPT.c.id.in_(bindparam("prompts", expanding=True)),
        _PROMPT.c.state == PromptState.CLAIMED,
        _PROMPT.c.claimed_by == bindparam("owner"),
    )
    .values(state=PromptState.WAITING, visible_at=_AT, attempts=_PROMPT.c.attempts - 1)
)
_OURS: Final = Statement(
    select(_PROMPT.c.id)
    .where(
        _PROMPT.c.id.in_(bindparam("prompts", expanding=True)),
        _PROMPT.c.state == PromptState.CLAIMED,
        _PROMPT.c.claimed_by == bindparam("owner"),
        _PROMPT.c.lease_until > _AT,
    )
    .order_by(_PROMPT.c.id)
    .with_for_update()
)
_MARK: Final = Statement(
    update(_PROMPT)
    .where(_PROMPT.c.id.in_(bindparam("prompts", expanding=True)))
    .values(
        state=PromptState.SENDING,
        lease_until=bindparam("until", type_=_PROMPT.c.lease_until.type),
        visible_at=bindparam("until", type_=_PROMPT.c.lease_until.type),
    )
)
_NEXT: Final = Statement(select(func.min(_PROMPT.c.visible_at).label("next_at")).where(_UNDER_WAY))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A prompt that is its owner's for the length of the lease."""

    prompt_id: str
    kind: PromptKind
    owner: str


async def claim(store: Store, at: datetime, *, owner: str, limit: int) -> list[Claimed]:
    """Ends old leases, then takes up to `limit` due prompts, oldest first; two claimers never get the same one."""
    if await store.look(_FIND_LAPSED, at=at):
        async with store.change(at=at) as change:
            await recover(change)
    rows = await store.run(at, _TAKE[store.on_sqlite], at=at, limit_rows=limit, owner=owner, until=at + LEASE)
    found = sorted(rows, key=lambda row: (row.due_at, row.id))
    return [Claimed(row.id, row.kind, owner) for row in found]


async def release(store: Store, at: datetime, claimed: Sequence[Claimed], *, owner: str) -> None:
    """Gives back what was claimed and not begun, as if it had never been taken."""
    async with store.change(at=at) as change:
        await change.run(_RELEASE, at=at, owner=owner, prompts=[item.prompt_id for item in claimed])


async def still_ours(change: Change, claimed: Sequence[Claimed]) -> list[str]:
    """Those whose claim still stands, held until the commit; the lease of the others has ended, so another may send.

    All of one owner.
    """
    ours = [item.prompt_id for item in claimed]
    return [row.id for row in await change.rows(_OURS, prompts=ours, owner=claimed[0].owner, at=change.at)]


async def mark_sending(change: Change, prompt_ids: Sequence[str]) -> datetime:
    """Marks what is still ours as being sent, under a fresh lease; gives when that ends."""
    until = change.at + LEASE
    await change.run(_MARK, prompts=list(prompt_ids), until=until)
    return until


async def recover(change: Change) -> int:
    """Ends leases that ran out: what was only claimed is due again, what was being sent is unknown."""
    rows = await change.rows(_RECOVER, at=change.at)
    for row in rows:
        if row.state is PromptState.UNKNOWN:
            change.owe_values("prompt", row.id, row._asdict(), participant_id=row.participant_id)
            if row.kind is PromptKind.STAFF_MESSAGE:
                await tell_undelivered(change, row.participant_id, row.id)
    return len(rows)


async def next_due_at(store: Store) -> datetime | None:
    """When the next prompt becomes visible, or the next lease ends; None when there is none."""
    (found,) = await store.look(_NEXT)
    return cast("datetime | None", found.next_at)
