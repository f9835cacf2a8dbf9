"""Who saw whom: the reading of a person is audited once an hour in each session, not once a click."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from web.desk import desk_of, signed_in


async def note_reading(
    request: Request,
    action: str,
    record_type: str,
    record_id: str,
    *,
    participant_id: str | None = None,
    new: Mapping[str, Any] | None = None,
) -> None:
    """Writes the reading down, in a transaction of its own, before anything of it is shown: no audit, no page."""
    desk = desk_of(request)
    who, at = signed_in(request), desk.now()
    reading, hour = (who.session.token_hash, action, record_id), at.replace(minute=0, second=0, microsecond=0)
    if desk.sights.knows(reading, hour):
        return
    async with desk.store.change(at=at, actor=who.actor) as change:
        change.audit(action, record_type, record_id, participant_id=participant_id, new=new)
    desk.sights.keep(reading, hour)
