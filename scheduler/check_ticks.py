"""The loop of what comes by the day: weekly checks, what was left unfinished, the tablets, the guards."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from actions.check_plan import plan_check
from actions.facts import locked_participant
from actions.guards import look_at_guards
from actions.pro_plan import plan_self_rated
from actions.refill import look_at_box
from actions.self_rated import close_self_rated
from actions.symptoms import close_check
from models.participant import Participant
from models.self_rated import SelfRatedCheck
from models.session import Change, Store
from models.statements import Statement
from models.symptom import SymptomCheck
from models.tables import table_of
from protocol.trial import Trial

log = logging.getLogger("anshi.scheduler")

BATCH: Final = 200
AT_LEAST: Final = timedelta(hours=1)
PUT_AHEAD: Final = timedelta(hours=1)  # a row that fails is looked at again after so long

_PERSON: Final = table_of(Participant)
_CHECK: Final = table_of(SymptomCheck)
_ROUND: Final = table_of(SelfRatedCheck)
_AT: Final = bindparam("at", type_=_PERSON.c.check_at.type)
_NEXT: Final = Statement(
    select(
        select(func.min(_PERSON.c.check_at)).scalar_subquery().label("check_at"),
        select(func.min(_CHECK.c.closes_at))
        .where(_CHECK.c.closes_at.is_not(None))
        .scalar_subquery()
        .label("closes_at"),
        select(func.min(_PERSON.c.self_rated_at)).scalar_subquery().label("self_rated_at"),
        select(func.min(_PERSON.c.tablets_at)).scalar_subquery().label("tablets_at"),
        select(func.min(_PERSON.c.guards_at)).scalar_subquery().label("guards_at"),
        select(func.min(_ROUND.c.closes_at))
        .where(_ROUND.c.closes_at.is_not(None))
        .scalar_subquery()
        .label("round_closes_at"),
    )
)
_TO_PLAN: Final = Statement(
    select(_PERSON.c.id, _PERSON.c.id.label("participant_id"))
    .where(_PERSON.c.check_at <= _AT)
    .order_by(_PERSON.c.check_at)
    .limit(BATCH)
)
_TO_CLOSE: Final = Statement(
    select(_CHECK.c.id, _CHECK.c.participant_id)
    .where(_CHECK.c.closes_at.is_not(None), _CHECK.c.closes_at <= _AT)
    .order_by(_CHECK.c.closes_at)
    .limit(BATCH)
)

_TO_RATE: Final = Statement(
    select(_PERSON.c.id, _PERSON.c.id.label("participant_id"))
    .where(_PERSON.c.self_rated_at <= _AT)
    .order_by(_PERSON.c.self_rated_at)
    .limit(BATCH)
)
_TO_LOOK_AT: Final = Statement(
    select(_PERSON.c.id, _PERSON.c.id.label("participant_id"))
    .where(_PERSON.c.tablets_at <= _AT)
    .order_by(_PERSON.c.tablets_at)
    .limit(BATCH)
)
_TO_SAY: Final = Statement(
    select(_PERSON.c.id, _PERSON.c.id.label("participant_id"))
    .where(_PERSON.c.guards_at <= _AT)
    .order_by(_PERSON.c.guards_at)
    .limit(BATCH)
)
_TO_END: Final = Statement(
    select(_ROUND.c.id, _ROUND.c.participant_id)
    .where(_ROUND.c.closes_at.is_not(None), _ROUND.c.closes_at <= _AT)
    .order_by(_ROUND.c.closes_at)
    .limit(BATCH)
)


async def check_tick(store: Store, trial: Trial, at: datetime) -> datetime:
    """One look and no transaction where nothing is due."""
    found = await _next_at(store)
    if found is None or found > at:
        return min(found or at + AT_LEAST, at + AT_LEAST)
    for chore in _chores(trial):
        for row in await store.look(chore.due, at=at):
            await _do(store, chore, row, at)
    found = await _next_at(store)
    return min(max(found, at), at + AT_LEAST) if found is not None else at + AT_LEAST


async def _next_at(store: Store) -> datetime | None:
    (row,) = await store.look(_NEXT)
    return min((moment for moment in row if moment is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Chore:
    """What is done with each row that is due, and the column that holds when it is."""

    name: str
    due: Statement
    table: type[Participant | SymptomCheck | SelfRatedCheck]
    column: str
    do: Callable[[Change, Any], Awaitable[None]]


def _chores(trial: Trial) -> tuple[_Chore, ...]:
    async def plan(change: Change, row: Any) -> None:
        await plan_check(change, await locked_participant(change, row.id), trial)

    async def plan_round(change: Change, row: Any) -> None:
        await plan_self_rated(change, await locked_participant(change, row.id), trial)

    async def look(change: Change, row: Any) -> None:
        person = await locked_participant(change, row.id)
        if person.tablets_at is not None and person.tablets_at <= change.at:
            await look_at_box(change, person, trial)

    async def watch(change: Change, row: Any) -> None:
        person = await locked_participant(change, row.id)
        if person.guards_at is not None and person.guards_at <= change.at:
            await look_at_guards(change, person, trial)

    return (
        _Chore("plan_check", _TO_PLAN, Participant, "check_at", plan),
        _Chore("close_check", _TO_CLOSE, SymptomCheck, "closes_at", _close),
        _Chore("plan_self_rated", _TO_RATE, Participant, "self_rated_at", plan_round),
        _Chore("look_at_box", _TO_LOOK_AT, Participant, "tablets_at", look),
        _Chore("look_at_guards", _TO_SAY, Participant, "guards_at", watch),
        _Chore("close_self_rated", _TO_END, SelfRatedCheck, "closes_at", _close_round),
    )


async def _do(store: Store, chore: _Chore, row: Any, at: datetime) -> None:
    """A row that fails is put ahead, so that it holds up nobody else's."""
    try:
        async with store.change(at=at) as change:
            await chore.do(change, row)
    except Exception:
        log.exception("chore failed", extra={"action": chore.name, "participant_id": row.participant_id})
        async with store.change(at=at) as change:
            await locked_participant(change, row.participant_id)
            setattr(await change.session.get_one(chore.table, row.id), chore.column, at + PUT_AHEAD)


async def _close(change: Change, row: Any) -> None:
    await locked_participant(change, row.participant_id)
    check = await change.session.get_one(SymptomCheck, row.id)
    if check.closes_at is not None and check.closes_at <= change.at:
        await close_check(change, check)


async def _close_round(change: Change, row: Any) -> None:
    await locked_participant(change, row.participant_id)
    found = await change.session.get_one(SelfRatedCheck, row.id)
    if found.closes_at is not None and found.closes_at <= change.at:
        close_self_rated(change, found)
