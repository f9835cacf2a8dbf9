"""One prompt on its way: claimed, looked at once more, marked as being sent, handed over, settled.

    claim -> last look -> `sending` committed -> courier -> delivered | later | unknown | failed
A process that dies after `sending` leaves an unknown behind, never a second message.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, update

from actions.alerts import open_alert
from actions.staff_messages import tell_undelivered
from messages.courier import Courier, DeliveryError, Wording
from models.chat_access import open_chat
from models.identity import ChatLink
from models.participant import Participant
from models.prompt import Prompt
from models.session import Change, Store
from models.statements import Statement
from models.tables import table_of
from protocol.screens import EveningQuestion, LateAdvice, Reader, Screen
from protocol.terms import AlertKind, Channel, Lane, PromptKind, PromptState
from protocol.trial import Trial
from scheduler.checks import LEFT, Later, PromptFacts, Skip, last_look
from scheduler.claims import Claimed, mark_sending, still_ours
from scheduler.facts import prompt_facts
from scheduler.unreached import tell_unreached
from scheduler.visits import note_told

RETRY_FIRST = timedelta(seconds=15)
RETRY_MAX = timedelta(minutes=10)
ATTEMPTS_MAX = 50
PUT_AHEAD = timedelta(hours=1)  # a prompt that cannot be read is looked at again after so long

log = logging.getLogger("anshi.scheduler")

_PROMPT: Final = table_of(Prompt)
_WRITE: Final = Statement(update(_PROMPT).where(_PROMPT.c.id == bindparam("prompt")))

Word = Callable[[Screen, Reader, Trial], Wording]


@dataclass(frozen=True, slots=True)
class Post:
    """What sending needs: the store, the trial, how to word, and a courier for each channel."""

    store: Store
    trial: Trial
    word: Word
    couriers: dict[Channel, Courier]
    now: Callable[[], datetime]
    is_held: Callable[[], bool] = lambda: False  # nothing new is begun: Telegram asked for a pause, or the process ends


@dataclass(frozen=True, slots=True)
class _Ready:
    facts: PromptFacts
    chat: str
    wording: Wording
    screen: Screen


@dataclass(frozen=True, slots=True)
class _Group:
    """What is marked as being sent, by us alone until then."""

    ready: list[_Ready]
    until: datetime


async def send_claimed(post: Post, claimed: Sequence[Claimed], at: datetime) -> None:
    """Sends one group of what was claimed."""
    async with asyncio.TaskGroup() as tasks:
        for group in await _marked(post, claimed, at):
            for ready in group.ready:
                tasks.create_task(_hand_over(post, ready, group.until))


async def _marked(post: Post, claimed: Sequence[Claimed], at: datetime) -> list[_Group]:
    """Marks a group together; where one of it cannot be read, each by itself, and the bad one is put ahead."""
    try:
        return [await _mark_sending(post, claimed, at)]
    except Exception:
        if len(claimed) > 1:
            log.warning("a group of prompts is looked at one by one", extra={"action": "send"})
            return [group for item in claimed for group in await _marked(post, [item], at)]
        log.exception("prompt failed", extra={"action": "send", "prompt_id": claimed[0].prompt_id})
        async with post.store.change(at=max(at, post.now())) as change:
            for prompt_id in await still_ours(change, claimed):
                await _write(change, prompt_id, {"state": PromptState.WAITING, "visible_at": change.at + PUT_AHEAD})
        return []


async def _mark_sending(post: Post, claimed: Sequence[Claimed], at: datetime) -> _Group:
    """The last look and the mark in one transaction, committed before anything leaves.

    A process that stood still looks at what is true now, and only at what nobody has taken over meanwhile.
    """
    ready: list[_Ready] = []
    at = max(at, post.now())
    async with post.store.change(at=at) as change:
        ours = await still_ours(change, claimed)
        for facts in await prompt_facts(change, ours, at):
            found = last_look(facts, post.trial, at)
            if isinstance(found, Skip):
                state = PromptState.EXPIRED if found.expired else PromptState.SKIPPED
                await _settle(change, facts, {"state": state, "reason": found.reason, "settled_at": at})
            elif isinstance(found, Later):
                await _write(change, facts.prompt_id, {"state": PromptState.WAITING, "visible_at": found.at})
            else:
                ready.append(_ready(post, facts, found))
        for item in ready:
            await note_told(change, item.facts.kind, item.facts.visit)
        until = await mark_sending(change, [item.facts.prompt_id for item in ready])
    return _Group(ready, until)


def _ready(post: Post, facts: PromptFacts, screen: Screen) -> _Ready:
    reader = Reader(facts.language, facts.tz, facts.contact_name, facts.contact_phone)
    chat = open_chat(post.store.vault, facts.link_id or "", facts.chat or "")
    return _Ready(facts, chat, post.word(screen, reader, post.trial), screen)


async def _hand_over(post: Post, ready: _Ready, until: datetime) -> None:
    facts = ready.facts
    courier = post.couriers[Channel.TELEGRAM]
    silent = facts.kind is PromptKind.DOSE_REPEAT and facts.rung > 1
    try:
        message = await courier.send(
            ready.chat, ready.wording, lane=Lane.PROMPT, silent=silent, in_time=lambda: post.now() < until
        )
    except DeliveryError as error:
        await _settle_failure(post, facts, error)
        return
    at = post.now()
    async with post.store.change(at=at) as change:
        values = {"state": PromptState.DELIVERED, "message": message, "sent_at": at, "settled_at": at}
        values |= {"link_id": facts.link_id, "units": facts.dose.units if facts.dose else None, "reason": ""}
        await _settle(change, facts, values)
        await _after(change, facts, ready.screen)


async def _after(change: Change, facts: PromptFacts, screen: Screen) -> None:
    """The first dose is still unanswered half an hour after it was asked about: staff call.

    An end-of-day question past the cut-off says that staff have been told: they are, once for all such evenings.
    """
    kind: AlertKind | None = None
    if facts.kind is PromptKind.FIRST_DOSE_QUESTION and facts.rung > 0:
        kind = AlertKind.FIRST_DOSE_UNKNOWN
    elif isinstance(screen, EveningQuestion) and screen.advice is LateAdvice.TOO_LATE:
        kind = AlertKind.LATE_BEYOND_CUTOFF
    if kind is not None:
        participant = await change.session.get_one(Participant, facts.participant_id)
        await open_alert(change, kind, participant, dose_id=_dose_id(facts))


async def _settle_failure(post: Post, facts: PromptFacts, error: DeliveryError) -> None:
    at = post.now()
    async with post.store.change(at=at) as change:
        if error.ambiguous:
            values = {"state": PromptState.UNKNOWN, "reason": error.reason, "settled_at": at, "sent_at": at}
            await _settle(change, facts, values | {"link_id": facts.link_id})
        elif error.permanent:
            reason = "blocked" if error.blocked else error.reason
            await _unreachable(change, facts, at, blocked=error.blocked)  # the person first, as everybody locks
            await _settle(change, facts, {"state": PromptState.FAILED, "reason": reason, "settled_at": at})
        else:
            await _try_again(change, facts, error, at)
    if not error.permanent:
        async with post.store.change(at=at) as change:
            await tell_unreached(change, facts, post.trial)


async def _unreachable(change: Change, facts: PromptFacts, at: datetime, *, blocked: bool) -> None:
    participant = await change.session.get_one(Participant, facts.participant_id, with_for_update=True)
    if blocked:
        participant.unreachable_at = participant.unreachable_at or at
        link = await change.session.get(ChatLink, facts.link_id)
        if link is not None:
            link.refused_at = at
        change.audit("chat_refused", "participant", participant.id, participant_id=participant.id)
    await open_alert(change, AlertKind.UNREACHABLE, participant, dose_id=_dose_id(facts))


async def _try_again(change: Change, facts: PromptFacts, error: DeliveryError, at: datetime) -> None:
    row = await change.session.get_one(Prompt, facts.prompt_id, with_for_update=True)
    if row.state is not PromptState.SENDING:
        return  # its lease ended meanwhile: it is unknown, and stays so
    wait = error.retry_after or min(RETRY_FIRST * 2 ** min(row.attempts - 1, 6), RETRY_MAX)
    values: dict[str, Any] = {"state": PromptState.WAITING, "visible_at": at + wait, "reason": error.reason}
    if row.attempts >= ATTEMPTS_MAX:
        values = {"state": PromptState.FAILED, "reason": error.reason, "settled_at": at}
        await _settle(change, facts, values)
        participant = await change.session.get_one(Participant, facts.participant_id)
        await open_alert(change, AlertKind.UNREACHABLE, participant, dose_id=_dose_id(facts))
        return
    await _write(change, facts.prompt_id, values)


async def _write(change: Change, prompt_id: str, values: dict[str, Any]) -> None:
    await change.run(_WRITE, prompt=prompt_id, **values)


async def _settle(change: Change, facts: PromptFacts, values: dict[str, Any]) -> None:
    """The end of one delivery, and what the study is owed of it."""
    await _write(change, facts.prompt_id, values)
    record = {
        "id": facts.prompt_id,
        "participant_id": facts.participant_id,
        "dose_id": _dose_id(facts),
        "kind": facts.kind,
        "rung": facts.rung,
        "due_at": facts.due_at,
        "expires_at": facts.expires_at,
        "state": values["state"],
        "reason": values.get("reason", ""),
        "sent_at": values.get("sent_at"),
        "settled_at": values["settled_at"],
        "units": values.get("units"),
    }
    change.owe_values("prompt", facts.prompt_id, record, participant_id=facts.participant_id)
    if values["state"] is not PromptState.DELIVERED and facts.kind is PromptKind.STAFF_MESSAGE:
        kind = AlertKind.NOT_SENT if values.get("reason") == LEFT else AlertKind.NOT_DELIVERED
        await tell_undelivered(change, facts.participant_id, facts.prompt_id, kind)


def _dose_id(facts: PromptFacts) -> str | None:
    return facts.dose.dose_id if facts.dose else None
