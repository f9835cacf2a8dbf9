"""The inbox: updates are kept raw before they are confirmed, handled in order per person, done with their effect."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, func, select

from actions.alerts import open_alert
from actions.gaps import note_listening
from models.chat_access import chat_index
from models.inbox import InboxUpdate
from models.session import Change, Store
from models.tables import table_of
from protocol.terms import AlertKind, Channel

ATTEMPTS_MAX = 5
RETRY_AFTER = timedelta(seconds=10)
FRESH = timedelta(days=6)  # after a week of silence Telegram may start its numbers anew
KEEP_BODIES = timedelta(days=7)

# Built once. "New" is spelled out as the index of waiting updates has it: a planner knows nothing of parameters there.
_INBOX: Final = table_of(InboxUpdate)
_IS_NEW: Final = text("state = 'new'")
_KEEP: Final = {
    on_sqlite: dialect.insert(_INBOX).on_conflict_do_nothing(index_elements=["update_id"])
    for on_sqlite, dialect in ((True, sqlite), (False, postgresql))
}
_COLUMNS: Final[list[Any]] = [
    _INBOX.c[name] for name in ("update_id", "sender_index", "body", "received_at", "visible_at")
]
_WAITING: Final = select(*_COLUMNS).where(_IS_NEW).order_by(_INBOX.c.update_id).limit(bindparam("limit_rows"))
_NEXT: Final = select(func.min(_INBOX.c.visible_at)).where(_IS_NEW)
_COUNT: Final = select(func.count()).select_from(_INBOX).where(_IS_NEW)
_FINISH: Final = update(_INBOX).where(_INBOX.c.update_id == bindparam("update"), _IS_NEW)
_SHOWN: Final = update(_INBOX).where(_INBOX.c.update_id == bindparam("update"))
_NEWEST: Final = select(_INBOX.c.update_id, _INBOX.c.received_at).order_by(_INBOX.c.update_id.desc()).limit(1)


class AlreadyHandledError(Exception):
    """Another worker has handled this update."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One update to be handled, opened."""

    update_id: int
    sender_index: str
    raw: Mapping[str, Any]
    received_at: datetime


async def keep_updates(store: Store, updates: Sequence[Mapping[str, Any]], *, at: datetime, since: datetime) -> int:
    """Commits the raw updates; a redelivered one is kept once. Also notes that the bot listened from `since` to now."""
    async with store.change(at=at) as change:
        if updates:
            rows = [_row(store, raw, at) for raw in updates]
            await change.session.execute(_KEEP[store.on_sqlite], rows)
        await note_listening(change, since)
    return len(updates)


def _row(store: Store, raw: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    update_id = int(raw["update_id"])
    return {
        "update_id": update_id,
        "sender_index": chat_index(store.vault, Channel.TELEGRAM, sender_of(raw)),
        "body": store.vault.seal(f"inbox_update.body/{update_id}", json.dumps(raw, ensure_ascii=False)),
        "received_at": at,
        "state": "new",
        "attempts": 0,
        "visible_at": at,
        "reason": "",
    }


def sender_of(raw: Mapping[str, Any]) -> str:
    """The user an update comes from, or "" where its shape does not say."""
    for part in raw.values():
        sender = part.get("from") if isinstance(part, Mapping) else None
        if isinstance(sender, Mapping) and isinstance(sender.get("id"), int):
            return str(sender["id"])
    return ""


async def next_offset(store: Store, at: datetime) -> int | None:
    """Where to go on receiving; None lets the server say, when the newest update is old."""
    async with store.read() as session:
        newest = (await session.execute(_NEWEST)).one_or_none()
    if newest is None or newest.received_at < at - FRESH:
        return None
    return int(newest.update_id) + 1


async def waiting_updates(store: Store, at: datetime, limit: int) -> list[Waiting]:
    """The oldest waiting updates; a person whose earlier update is still put off waits behind it."""
    async with store.read() as session:
        rows = await session.execute(_WAITING, {"limit_rows": limit})
        found: list[Waiting] = []
        held_back: set[str] = set()
        for row in rows:
            if row.visible_at > at or row.sender_index in held_back:
                held_back.add(row.sender_index)
                continue
            raw = json.loads(store.vault.open(f"inbox_update.body/{row.update_id}", row.body))
            found.append(Waiting(row.update_id, row.sender_index, raw, row.received_at))
        return found


async def next_waiting_at(store: Store) -> datetime | None:
    """When the next waiting update may be handled; None when none waits."""
    async with store.read() as session:
        found: datetime | None = await session.scalar(_NEXT)
    return found


async def finish(change: Change, update_id: int, *, answers: str | None = None, ignored: str = "") -> None:
    """Writes "done" in the transaction of the update's effect; `answers` are kept sealed until they are shown.

    Raises AlreadyHandledError, which takes the effect back, where another worker was quicker.
    """
    sealed = None if answers is None else change.vault.seal(f"inbox_update.answers/{update_id}", answers)
    values = {"state": "ignored" if ignored else "done", "reason": ignored, "done_at": change.at, "answers": sealed}
    done = await change.session.execute(_FINISH, {"update": update_id} | values)
    if getattr(done, "rowcount", 0) != 1:
        raise AlreadyHandledError


async def answers_shown(change: Change, update_id: int) -> None:
    """The answers have been shown; nothing is left to show after a restart."""
    await change.session.execute(_SHOWN, {"update": update_id, "answers": None, "answered_at": change.at})


async def unanswered(store: Store, before: datetime, limit: int) -> list[tuple[int, str]]:
    """Updates that took effect and whose answers were never shown: update id and the answers' text."""
    async with store.read() as session:
        rows = await session.execute(
            select(InboxUpdate.update_id, InboxUpdate.answers)
            .where(col(InboxUpdate.answers).is_not(None), col(InboxUpdate.done_at) <= before)
            .order_by(col(InboxUpdate.update_id))
            .limit(limit)
        )
        return [
            (row.update_id, store.vault.open(f"inbox_update.answers/{row.update_id}", row.answers or ""))
            for row in rows
        ]


async def next_unanswered_at(store: Store) -> datetime | None:
    """When the oldest update took effect whose answers were never shown; None when all were."""
    async with store.read() as session:
        found: datetime | None = await session.scalar(
            select(func.min(InboxUpdate.done_at)).where(col(InboxUpdate.answers).is_not(None))
        )
    return found


async def put_off(change: Change, update_id: int, reason: str) -> None:
    """An attempt failed: later again, and set aside with an alert when it keeps failing."""
    row = await change.session.get_one(InboxUpdate, update_id, with_for_update=True)
    row.attempts += 1
    row.reason = reason
    row.visible_at = change.at + RETRY_AFTER * row.attempts
    if row.attempts >= ATTEMPTS_MAX:
        await set_aside(change, update_id, reason)


async def set_aside(change: Change, update_id: int, reason: str) -> None:
    """An update nobody can handle: kept for a human, never in anyone's way again."""
    row = await change.session.get_one(InboxUpdate, update_id, with_for_update=True)
    row.state, row.reason, row.done_at = "set_aside", reason, change.at
    change.audit("set_update_aside", "inbox_update", str(update_id), reason=reason)
    await open_alert(change, AlertKind.BAD_UPDATE, None, cause=str(update_id))


async def erase_old_bodies(change: Change, limit: int = 1000) -> int:
    """Erases what was received some days ago and is done; the row stays as proof."""
    old = (
        select(InboxUpdate.update_id)
        .where(
            col(InboxUpdate.state).in_(("done", "ignored")),
            col(InboxUpdate.body).is_not(None),
            col(InboxUpdate.done_at) < change.at - KEEP_BODIES,
        )
        .limit(limit)
    )
    result = await change.session.execute(
        update(InboxUpdate).where(col(InboxUpdate.update_id).in_(old)).values(body=None)
    )
    return int(getattr(result, "rowcount", 0))


async def waiting_count(store: Store) -> int:
    """How many updates nobody has handled yet."""
    async with store.read() as session:
        return int(await session.scalar(_COUNT) or 0)
