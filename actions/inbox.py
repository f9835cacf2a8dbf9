"""The inbox: updates are kept raw before they are confirmed, handled in order per person, done with their effect."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import and_, bindparam, or_, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, func, select

from actions.alerts import open_alert
from actions.gaps import note_listening
from actions.leases import Held, renew
from models.chat_access import chat_index
from models.inbox import InboxUpdate
from models.session import Change, Store
from models.statements import Statement
from models.tables import table_of
from protocol.terms import AlertKind, Channel

ATTEMPTS_MAX = 5
RETRY_AFTER = timedelta(seconds=10)
FRESH = timedelta(days=6)  # after a week of silence Telegram may start its numbers anew
KEEP_BODIES = timedelta(days=7)
SHOW_AGAIN_AFTER = timedelta(seconds=30)  # an answer not shown by then belongs to a process that died

# Built once. "New" is spelled out as the index of waiting updates has it: a planner knows nothing of parameters there.
_INBOX: Final = table_of(InboxUpdate)
_IS_NEW: Final = text("state = 'new'")
_KEEP: Final = {
    on_sqlite: Statement(dialect.insert(_INBOX).on_conflict_do_nothing(index_elements=["update_id"]))
    for on_sqlite, dialect in ((True, sqlite), (False, postgresql))
}
_COLUMNS: Final[list[Any]] = [
    _INBOX.c[name] for name in ("update_id", "sender_index", "body", "received_at", "visible_at")
]
_WAITING: Final = Statement(
    # The plus keeps a planner from reading all there ever was in order, instead of the few that wait.
    select(*_COLUMNS).where(_IS_NEW).order_by(text("+inbox_update.update_id")).limit(bindparam("limit_rows"))
)
_NEXT: Final = Statement(select(func.min(_INBOX.c.visible_at).label("next_at")).where(_IS_NEW))
_COUNT: Final = select(func.count()).select_from(_INBOX).where(_IS_NEW)
_FINISH: Final = Statement(update(_INBOX).where(_INBOX.c.update_id == bindparam("update"), _IS_NEW))
_SHOWN: Final = Statement(update(_INBOX).where(_INBOX.c.update_id == bindparam("update")))
_AT: Final = bindparam("at", type_=_INBOX.c.visible_at.type)
_EARLIER: Final = _INBOX.alias("earlier")
_TURN: Final = Statement(
    select(_INBOX.c.update_id)
    .where(
        _INBOX.c.update_id == bindparam("update"),
        text("inbox_update.state = 'new'"),
        ~select(_EARLIER.c.update_id)
        .where(
            _EARLIER.c.sender_index == _INBOX.c.sender_index,
            _EARLIER.c.update_id < _INBOX.c.update_id,
            text("(earlier.state = 'new' OR earlier.answers IS NOT NULL)"),
            or_(
                _EARLIER.c.state == "new",
                and_(_EARLIER.c.handled_by != bindparam("worker"), _EARLIER.c.visible_at > _AT),
            ),
        )
        .exists(),
    )
    .with_for_update(skip_locked=True)
)
_UNSHOWN: Final = (
    select(_INBOX.c.update_id)
    .where(text("answers IS NOT NULL"), _INBOX.c.visible_at <= _AT)
    .order_by(_INBOX.c.update_id)
    .limit(bindparam("limit_rows"))
)
_SHOW_AGAIN: Final = {
    on_sqlite: update(_INBOX)
    .where(_INBOX.c.update_id.in_(_UNSHOWN if on_sqlite else _UNSHOWN.with_for_update(skip_locked=True)))
    .values(handled_by=bindparam("worker"), visible_at=bindparam("until", type_=_INBOX.c.visible_at.type))
    .returning(_INBOX.c.update_id, _INBOX.c.sender_index, _INBOX.c.answers)
    for on_sqlite in (True, False)
}
_FORGET: Final = Statement(update(_INBOX).where(_INBOX.c.update_id == bindparam("update")))
_SAY_NOTHING: Final = Statement(
    update(_INBOX).where(_INBOX.c.sender_index == bindparam("sender"), text("answers IS NOT NULL")).values(answers=None)
)
_LATER: Final = (
    select(_INBOX.c.update_id, _INBOX.c.body)
    .where(
        _INBOX.c.update_id > bindparam("update"),
        _INBOX.c.sender_index == bindparam("sender"),
        _INBOX.c.state == "done",
        _INBOX.c.body.is_not(None),
    )
    .order_by(_INBOX.c.update_id)
)
_NEXT_UNSHOWN: Final = select(func.min(_INBOX.c.visible_at)).where(text("answers IS NOT NULL"))
_NEWEST: Final = select(_INBOX.c.update_id, _INBOX.c.received_at).order_by(_INBOX.c.update_id.desc()).limit(1)


class AlreadyHandledError(Exception):
    """Another worker has handled this update."""


class NotItsTurnError(Exception):
    """Another process is at this person's updates; they are looked at again."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One update to be handled, opened."""

    update_id: int
    sender_index: str
    raw: Mapping[str, Any]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Unshown:
    """Answers that nobody has seen for sure. What they would write into the messages `overtaken` is out of date."""

    update_id: int
    text: str
    overtaken: frozenset[str]


async def keep_updates(
    store: Store, updates: Sequence[Mapping[str, Any]], *, at: datetime, since: datetime, held: Held | None = None
) -> int:
    """Commits the raw updates; a redelivered one is kept once. Also notes that the bot listened from `since` to now.

    Who polls does so under `held`: raises LeaseLostError, and nothing is kept, where another polls by now.
    """
    async with store.change(at=at) as change:
        if held is not None:
            await renew(change, held)
        if updates:
            rows = [_row(store, raw, at) for raw in updates]
            await change.run_each(_KEEP[store.on_sqlite], rows)
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
    found: list[Waiting] = []
    held_back: set[str] = set()
    for row in await store.look(_WAITING, limit_rows=limit):
        if row.visible_at > at or row.sender_index in held_back:
            held_back.add(row.sender_index)
            continue
        raw = json.loads(store.vault.open(f"inbox_update.body/{row.update_id}", row.body))
        found.append(Waiting(row.update_id, row.sender_index, raw, row.received_at))
    return found


async def next_waiting_at(store: Store) -> datetime | None:
    """When the next waiting update may be handled; None when none waits."""
    (found,) = await store.look(_NEXT)
    return cast("datetime | None", found.next_at)


async def begin(change: Change, update_id: int, *, worker: str) -> None:
    """Takes hold of an update in the transaction of its effect: nobody else handles it until the commit.

    Raises NotItsTurnError where another has it or has done it, where an earlier one of the same person is not yet
    done, and while another process shows that person what came of it.
    """
    if not await change.rows(_TURN, update=update_id, worker=worker, at=change.at):
        raise NotItsTurnError


async def finish(change: Change, update_id: int, *, worker: str, answers: str | None = None, ignored: str = "") -> None:
    """Writes "done" in the transaction of the update's effect; `answers` are kept sealed until they are shown.

    For a while it is on this worker alone to show them. Raises AlreadyHandledError, which takes the effect back,
    where another worker was quicker.
    """
    sealed = None if answers is None else change.vault.seal(f"inbox_update.answers/{update_id}", answers)
    values = {"state": "ignored" if ignored else "done", "reason": ignored, "done_at": change.at, "answers": sealed}
    values |= {"handled_by": worker, "visible_at": change.at + SHOW_AGAIN_AFTER}
    if await change.run(_FINISH, update=update_id, **values) != 1:
        raise AlreadyHandledError


async def forget_body(change: Change, update_id: int) -> None:
    """Nothing of this update is to be kept, not even for the days that others are."""
    await change.run(_FORGET, update=update_id, body=None)


async def answers_shown(store: Store, update_ids: Sequence[int], *, at: datetime) -> None:
    """These answers have been shown; nothing is left to show after a restart."""
    many = [{"update": update_id, "answers": None, "answered_at": at} for update_id in update_ids]
    if len(many) == 1:
        await store.run(at, _SHOWN, **many[0])
        return
    async with store.change(at=at) as change:
        await change.run_each(_SHOWN, many)


async def take_unshown(store: Store, at: datetime, *, worker: str, limit: int) -> list[Unshown]:
    """Takes over what took effect and was not shown in time, oldest first."""
    asked = {"at": at, "until": at + SHOW_AGAIN_AFTER, "worker": worker, "limit_rows": limit}
    found_at = await next_unanswered_at(store)
    if found_at is None or found_at > at:
        return []
    async with store.change(at=at) as change:
        rows = (await change.session.execute(_SHOW_AGAIN[store.on_sqlite], asked)).all()
        rows = sorted(rows, key=lambda row: int(row.update_id))
        return [
            Unshown(
                row.update_id,
                store.vault.open(f"inbox_update.answers/{row.update_id}", row.answers or ""),
                await _pressed_later(change, row.update_id, row.sender_index),
            )
            for row in rows
        ]


async def _pressed_later(change: Change, update_id: int, sender_index: str) -> frozenset[str]:
    """The messages whose buttons the same person has pressed since, and that show what came of it by now."""
    rows = (await change.session.execute(_LATER, {"update": update_id, "sender": sender_index})).all()
    raws = [json.loads(change.vault.open(f"inbox_update.body/{row.update_id}", row.body)) for row in rows]
    pressed = [raw["callback_query"].get("message") for raw in raws if "callback_query" in raw]
    return frozenset(str(message["message_id"]) for message in pressed if message)


async def forget_answers(change: Change, sender_index: str) -> None:
    """What waits to be shown on this phone is not shown: it is somebody else's by now, or nobody's."""
    await change.run(_SAY_NOTHING, sender=sender_index)


async def next_unanswered_at(store: Store) -> datetime | None:
    """When the oldest answers that were never shown may be taken over; None when all were shown."""
    async with store.read() as session:
        found: datetime | None = await session.scalar(_NEXT_UNSHOWN)
    return found


async def put_off(change: Change, update_id: int, reason: str) -> None:
    """An attempt failed: later again, and set aside with an alert when it keeps failing. What is done stays so."""
    row = await change.session.get_one(InboxUpdate, update_id, with_for_update=True)
    if row.state != "new":
        return
    row.attempts += 1
    row.reason = reason
    row.visible_at = change.at + RETRY_AFTER * row.attempts
    if row.attempts >= ATTEMPTS_MAX:
        await set_aside(change, update_id, reason)


async def set_aside(change: Change, update_id: int, reason: str) -> None:
    """An update nobody can handle: kept for a human, never in anyone's way again."""
    row = await change.session.get_one(InboxUpdate, update_id, with_for_update=True)
    if row.state != "new":
        return
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
