"""The loops: each is `tick(at) -> next_at`, looks at due rows only, and never lets one bad row stop it."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, func, select

from actions.facts import locked_participant
from actions.gaps import LISTENING
from actions.inbox import erase_old_bodies, waiting_count
from actions.leases import Single, renew, take
from actions.linking import forget_old_failures
from actions.planning import replan
from actions.read_backs import tell_of_unread
from actions.settling import settle_silence
from models.dose import ScheduledDose
from models.inbox import Note
from models.participant import Participant
from models.session import Store
from models.tables import table_of
from protocol.trial import Trial
from scheduler.claims import next_due_at
from scheduler.prompts import Post
from scheduler.sending import send_due

log = logging.getLogger("anshi.scheduler")

BATCH = 200
IDLE = timedelta(minutes=1)
HELD = timedelta(seconds=1)
PUT_AHEAD = timedelta(hours=1)  # a row that fails is looked at again after so long
HOUSEKEEPING = timedelta(hours=1)

# Built once. Each loop asks for its next moment first: where nothing is due, that is all it asks.
_PERSON: Final = table_of(Participant)
_DOSE: Final = table_of(ScheduledDose)
_AT: Final = bindparam("at", type_=_DOSE.c.settle_at.type)
_NEXT_PLAN: Final = select(func.min(_PERSON.c.plan_due_at))
_PLANS_DUE: Final = (
    select(_PERSON.c.id).where(_PERSON.c.plan_due_at <= _AT).order_by(_PERSON.c.plan_due_at).limit(BATCH)
)
_NEXT_SILENCE: Final = select(func.min(_DOSE.c.settle_at)).where(_DOSE.c.settle_at.is_not(None))
_SILENCES_DUE: Final = (
    select(_DOSE.c.id, _DOSE.c.participant_id).where(_DOSE.c.settle_at <= _AT).order_by(_DOSE.c.settle_at).limit(BATCH)
)


@dataclass(frozen=True, slots=True)
class Loop:
    """One loop by name. `tick` does what is due at `at` and gives when it wants to be called again."""

    name: str
    tick: Callable[[datetime], Awaitable[datetime]]


async def plan_tick(store: Store, trial: Trial, at: datetime) -> datetime:
    """Plans ahead for everyone whose plan is due; a person who cannot be planned for is put ahead and logged."""
    async with store.read() as session:
        found: datetime | None = await session.scalar(_NEXT_PLAN)
        if found is None or found > at:
            return found or at + HOUSEKEEPING
        due = list(await session.scalars(_PLANS_DUE, {"at": at}))
    for participant_id in due:
        try:
            async with store.change(at=at) as change:
                participant = await locked_participant(change, participant_id)
                if participant.plan_due_at is not None and participant.plan_due_at <= at:
                    await replan(change, participant, trial)  # else another process was quicker
        except Exception:
            log.exception("plan failed", extra={"action": "plan", "participant_id": participant_id})
            await _put_plan_ahead(store, participant_id, at)
    async with store.read() as session:
        found = await session.scalar(_NEXT_PLAN)
    return max(found, at) if found is not None else at + HOUSEKEEPING


async def _put_plan_ahead(store: Store, participant_id: str, at: datetime) -> None:
    async with store.change(at=at) as change:
        participant = await locked_participant(change, participant_id)
        participant.plan_due_at = at + PUT_AHEAD


async def send_tick(post: Post, at: datetime, *, owner: str) -> datetime:
    """Ends old leases, claims what is due and sends it; one look and no transaction where nothing is due."""
    if post.is_held():
        return at + HELD
    found = await next_due_at(post.store)
    if found is not None and found <= at:
        await send_due(post, at, owner=owner)
        found = await next_due_at(post.store)
    return max(found, at) if found is not None else at + HOUSEKEEPING


async def settle_tick(store: Store, trial: Trial, at: datetime) -> datetime:
    """Gives silence its state, once it is sure that nothing said in time still waits to be heard."""
    async with store.read() as session:
        found: datetime | None = await session.scalar(_NEXT_SILENCE)
        if found is None or found > at:
            return max(found, at + IDLE) if found is not None else at + HOUSEKEEPING
        listening = await session.get(Note, LISTENING)
        heard_until = listening.at if listening is not None else at
        due = list(await session.execute(_SILENCES_DUE, {"at": min(at, heard_until)}))
    if due and await waiting_count(store):
        return at + IDLE
    for dose_id, participant_id in due:
        await _settle_one(store, trial, dose_id, participant_id, at)
    async with store.read() as session:
        found = await session.scalar(_NEXT_SILENCE)
    return max(found, at + IDLE) if found is not None else at + HOUSEKEEPING


async def _settle_one(store: Store, trial: Trial, dose_id: str, participant_id: str, at: datetime) -> None:
    try:
        async with store.change(at=at) as change:
            participant = await locked_participant(change, participant_id)
            dose = await change.session.get_one(ScheduledDose, dose_id, with_for_update=True)
            await settle_silence(change, participant, dose, trial)
    except Exception:
        log.exception("settling failed", extra={"action": "settle", "dose_id": dose_id})
        async with store.change(at=at) as change:
            dose = await change.session.get_one(ScheduledDose, dose_id)
            dose.settle_at = at + PUT_AHEAD


async def housekeeping_tick(store: Store, at: datetime, *, owner: str) -> datetime:
    """Erases what is no longer needed; asks staff about changed amounts that nobody read back.

    One process at a time: what staff are asked once, two would ask twice.
    """
    held = await take(store, Single.HOUSEKEEPING, holder=owner, at=at)
    if held is None:
        return at + IDLE
    async with store.change(at=at) as change:
        await renew(change, held)
        await erase_old_bodies(change)
        await forget_old_failures(change)
        await tell_of_unread(change, BATCH)
    return at + HOUSEKEEPING
