"""The clock of alerts: who is told of what nobody has acknowledged, again and again, and then the next person too.

    due -> hours and list -> calls `sending` committed -> courier -> delivered | failed | unknown
A call that a dying process leaves unknown is not sent again: the next one comes by the clock. Where nobody has a chat
the names to be phoned stand in the record, and on the worklist.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, case, func, or_, select
from sqlmodel import col
from sqlmodel import select as orm_select

from actions.alert_words import words_of
from actions.alerts import open_alert
from actions.call_list import Called, called_people
from actions.duty import hours_of, uncovered_hours
from actions.safety_events import note_delivery
from actions.staff_alerts import staff_alert
from actions.staff_chat import StaffChat, note_refusal
from messages.courier import Courier, DeliveryError, Wording
from models.alert import Alert, AlertCall
from models.participant import Participant
from models.session import Change, Store
from models.site import Site
from models.statements import Statement
from models.tables import table_of
from protocol.alert_clock import AlertClock, clock_for, next_call, reach_at
from protocol.duty import Hours, is_weekday
from protocol.screens import Reader, Screen, StaffAlert
from protocol.terms import AlertKind, CallState, Lane, Level
from protocol.trial import Trial

BATCH: Final = 50
AT_LEAST: Final = timedelta(hours=1)
NOBODY_NEW: Final = timedelta(hours=12)  # nobody has a chat, and every name is in the record already
LOST_AFTER: Final = timedelta(minutes=2)
PUT_AHEAD: Final = timedelta(minutes=5)  # an alert that cannot be told is looked at again after so long
COVER_EVERY: Final = timedelta(hours=1)
ELSEWHERE: Final = "UTC"

log = logging.getLogger("anshi.scheduler")

_ALERT: Final = table_of(Alert)
_AT: Final = bindparam("at", type_=_ALERT.c.next_call_at.type)
_NEXT: Final = Statement(
    select(func.min(_ALERT.c.next_call_at).label("next_at")).where(_ALERT.c.next_call_at.is_not(None))
)
_WITH_PEOPLE: Final = select(table_of(Participant).c.site_code)
_COVER_OPEN: Final = select(_ALERT.c.site_code).where(
    _ALERT.c.kind == AlertKind.NOBODY_ON_CALL, _ALERT.c.closed_at.is_(None)
)
_CALL: Final = table_of(AlertCall)
_TO_PHONE: Final = select(_CALL.c.name).where(
    _CALL.c.alert_id == bindparam("alert"), _CALL.c.state == CallState.TO_PHONE
)
_DUE: Final = Statement(
    select(_ALERT.c.id)
    .where(_ALERT.c.next_call_at.is_not(None), _ALERT.c.next_call_at <= _AT)
    .order_by(case((or_(_ALERT.c.level == Level.RED, _ALERT.c.paged), 0), else_=1), _ALERT.c.next_call_at)
    .limit(BATCH)
)


@dataclass(frozen=True, slots=True)
class Bell:
    """What telling needs: the store, the trial, how to word, a courier, and the time."""

    store: Store
    trial: Trial
    word: Callable[[Screen, Reader, Trial], Wording]
    courier: Courier
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class _Told:
    """One call on its way."""

    call_id: str
    chat: StaffChat
    screen: StaffAlert


async def alarm_tick(bell: Bell, at: datetime) -> datetime:
    """Tells what is due, red first; one look and no transaction where nothing is due."""
    (found,) = await bell.store.look(_NEXT)
    if found.next_at is None or found.next_at > at:
        return min(found.next_at or at + AT_LEAST, at + AT_LEAST)
    due = await bell.store.look(_DUE, at=at)
    async with asyncio.TaskGroup() as calls:
        for row in due:
            for told in await _begun(bell, row.id, at):
                calls.create_task(_hand_over(bell, row.id, told))
    (found,) = await bell.store.look(_NEXT)
    return min(max(found.next_at, at), at + AT_LEAST) if found.next_at is not None else at + AT_LEAST


async def cover_tick(store: Store, trial: Trial, at: datetime) -> datetime:
    """Looks whether every hour ahead has a name and a phone wherever somebody takes part; staff are told once."""
    async with store.read() as session:
        sites = list(await session.scalars(orm_select(Site).where(col(Site.code).in_(_WITH_PEOPLE))))
        bare = [site.code for site in sites if await uncovered_hours(session, site, trial, at)]
        known = set(await session.scalars(_COVER_OPEN))
    for code in bare:
        if code not in known:
            async with store.change(at=at) as change:
                await open_alert(change, AlertKind.NOBODY_ON_CALL, None, site_code=code)
    return at + COVER_EVERY


async def _begun(bell: Bell, alert_id: str, at: datetime) -> list[_Told]:
    """Committed before the first leaves; an alert that fails does not hold up the others."""
    try:
        async with bell.store.change(at=at) as change:
            return await _calls(change, alert_id, bell.trial)
    except Exception:
        log.exception("alert not told", extra={"action": "tell", "alert_id": alert_id})
        async with bell.store.change(at=at) as change:
            alert = await change.session.get_one(Alert, alert_id, with_for_update=True)
            if alert.next_call_at is not None:
                alert.next_call_at = at + PUT_AHEAD
    return []


async def _calls(change: Change, alert_id: str, trial: Trial) -> list[_Told]:
    """The calls of this moment, written down; none where somebody has acknowledged it, or it is not time yet."""
    alert = await change.session.get_one(Alert, alert_id, with_for_update=True)
    if alert.next_call_at is None or alert.next_call_at > change.at:
        return []  # another process was quicker
    clock = clock_for(trial.alerts, alert.level, paged=alert.paged)
    if clock is None:
        alert.next_call_at = None
        return []
    site = await change.session.get(Site, alert.site_code) if alert.site_code else None
    hours = await hours_of(change.session, site, trial) if site else _hours_of_the_system(trial)
    due = next_call(clock, alert.clock_from, alert.last_called_at, hours)
    if due.at > change.at:
        alert.next_call_at = due.at
        return []
    reach = reach_at(clock, alert.clock_from, change.at, hours)
    people = await called_people(change, alert, site, hours, reach)
    told = await _write_down(change, alert, site, people, reach, trial)
    alert.calls += 1
    alert.last_called_at = change.at
    alert.next_call_at = _again_at(clock, alert, hours, rings=bool(told))
    return told


def _hours_of_the_system(trial: Trial) -> Hours:
    """A matter without a site keeps the weekday."""
    return Hours(trial.duty, ZoneInfo(ELSEWHERE), is_weekday)


def _again_at(clock: AlertClock, alert: Alert, hours: Hours, *, rings: bool) -> datetime:
    """By the clock. Where no phone rings a repeat tells nobody anything new before the next person is reached."""
    last = alert.last_called_at or alert.clock_from
    again = next_call(clock, alert.clock_from, last, hours).at
    return again if rings else max(again, last + min(clock.next_after, NOBODY_NEW))


async def _write_down(
    change: Change, alert: Alert, site: Site | None, people: Sequence[Called], reach: int, trial: Trial
) -> list[_Told]:
    await _lose(change, alert)
    named = set(await change.session.scalars(_TO_PHONE, {"alert": alert.id}))
    told: list[_Told] = []
    for person in people:
        if person.chat is None and person.name in named:
            continue
        call = _call(change, alert, person, reach)
        change.session.add(call)
        change.owe(call, participant_id=alert.participant_id)
        if person.chat is not None:
            text = words_of(alert, trial, person.chat.language) if site and site.alerts_with_text else None
            screen = await staff_alert(change, alert, person.chat.role, reach=reach, text=text)
            told.append(_Told(call.id, person.chat, screen))
    return told


def _call(change: Change, alert: Alert, person: Called, reach: int) -> AlertCall:
    by_phone = person.chat is None
    return AlertCall(
        id=change.new_id(),
        alert_id=alert.id,
        participant_id=alert.participant_id,
        at=change.at,
        reach=reach,
        place=person.place,
        name=person.name,
        link_id=None if person.chat is None else person.chat.link_id,
        state=CallState.TO_PHONE if by_phone else CallState.SENDING,
        settled_at=change.at if by_phone else None,
    )


async def _lose(change: Change, alert: Alert) -> None:
    """What a process that died had begun to send: it may be there or not."""
    left = await change.session.scalars(
        orm_select(AlertCall).where(
            col(AlertCall.alert_id) == alert.id,
            col(AlertCall.state) == CallState.SENDING,
            col(AlertCall.at) < change.at - LOST_AFTER,
        )
    )
    for call in left:
        call.state, call.settled_at = CallState.UNKNOWN, change.at
        change.owe(call, participant_id=call.participant_id)


async def _hand_over(bell: Bell, alert_id: str, told: _Told) -> None:
    """Sends one call and writes down what became of it; nobody's waits for another's slow chat."""
    try:
        await _settle(bell, alert_id, told, *await _sent(bell, told))
    except Exception:  # the call stays `sending`, becomes unknown with the next one, and that comes by the clock
        log.exception("call not settled", extra={"action": "tell", "alert_id": alert_id})


async def _sent(bell: Bell, told: _Told) -> tuple[CallState, str | None, DeliveryError | None]:
    reader = Reader(told.chat.language, told.chat.tz, "", "")
    try:
        message = await bell.courier.send(told.chat.chat, bell.word(told.screen, reader, bell.trial), lane=Lane.ALERT)
    except DeliveryError as error:
        return (CallState.UNKNOWN if error.ambiguous else CallState.FAILED), None, error
    return CallState.DELIVERED, message, None


async def _settle(
    bell: Bell, alert_id: str, told: _Told, state: CallState, message: str | None, error: DeliveryError | None
) -> None:
    async with bell.store.change(at=bell.now()) as change:
        call = await change.session.get_one(AlertCall, told.call_id, with_for_update=True)
        call.state, call.settled_at, call.message = state, change.at, message
        call.reason = error.reason if error else ""
        change.owe(call, participant_id=call.participant_id)
        if state is CallState.DELIVERED:
            await note_delivery(change, alert_id)
        if error and error.blocked:
            await note_refusal(change, told.chat.link_id, refused=True)
