"""Which refills, asked for a while ago, have been given out meanwhile."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from models.session import Change
from models.statements import Statement
from models.tables import table_of
from models.tablet import TabletMovement
from protocol.tablets import MovementKind

_MOVED: Final = table_of(TabletMovement)
_NEWEST_BOX: Final = Statement(
    select(_MOVED.c.participant_id, func.max(_MOVED.c.number).label("number"))
    .where(
        _MOVED.c.participant_id.in_(bindparam("participants", expanding=True)),
        _MOVED.c.kind == MovementKind.DISPENSED,
    )
    .group_by(_MOVED.c.participant_id)
)


async def given_since(change: Change, asked: Sequence[Any]) -> Collection[str]:
    """The ids of the prompts among `asked`, rows with key and participant, whose box is not the newest any more."""
    if not asked:
        return ()
    rows = await change.rows(_NEWEST_BOX, participants=sorted({row.participant_id for row in asked}))
    newest = {row.participant_id: row.number for row in rows}
    return {row.id for row in asked if newest.get(row.participant_id, 0) > int(row.key.rpartition(":")[2])}
