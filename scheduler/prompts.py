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
from messages.courier import Courier, DeliveryError, Wording
from models.chat_access import open_chat
from models.identity import ChatLink
from models.participant import Participant
from models.prompt import Prompt
from models.session import Change, Store
from models.tables import table_of
from protocol.screens import EveningQuestion, LateAdvice, Reader, Screen
from protocol.terms import AlertKind, Channel, Lane, PromptKind, PromptState
from protocol.trial import Trial
from scheduler.checks import Later, PromptFacts, Skip, last_look
from scheduler.claims import Claimed
from scheduler.facts import prompt_facts

GROUP = 8  # so many are marked as being sent together and sent side by side
RETRY_FIRST = timedelta(seconds=15)
RETRY_MAX = timedelta(minutes=10)
ATTEMPTS_MAX = 50
PUT_AHEAD = timedelta(hours=1)  # a prompt that cannot be read is looked at again after so long

log = logging.getLogger("anshi.scheduler")

_PROMPT: Final = table_of(Prompt)
_WRITE: Final = update(_PROMPT).where(_PROMPT.c.id == bindparam("prompt"))
_MARK: Final = (
    update(_PROMPT).where(_PROMPT.c.id.in_(bindparam("prompts", expanding=True))).values(state=PromptState.SENDING)
)

Word = Callable[[Screen, Reader, Trial], Wording]


@dataclass(frozen=True, slots=True)
class Post:
    """What sending needs: the store, the trial, how to word, and a courier for each channel."""

    store: Store
    trial: Trial
    word: Word
    couriers: dict[Channel, Courier]
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class _Ready:
    facts: PromptFacts
    chat: str
    wording: Wording
    screen: Screen


async def send_claimed(post: Post, claimed: Sequence[Claimed], at: datetime) -> int:
    """Sends what was claimed, group by group; gives how many left."""
    sent = 0
    for start in range(0, len(claimed), GROUP):
        group = await _marked(post, claimed[start : start + GROUP], at)
        async with asyncio.TaskGroup() as tasks:
            for ready in group:
                tasks.create_task(_hand_over(post, ready))
        sent += len(group)
    return sent


async def _marked(post: Post, claimed: Sequence[Claimed], at: datetime) -> list[_Ready]:
    """Marks a group together; where one of it cannot be read, each by itself, and the bad one is put ahead."""
    try:
        return await _mark_sending(post, claimed, at)
    except Exception:
        if len(claimed) > 1:
            log.warning("a group of prompts is looked at one by one", extra={"action": "send"})
            return [ready for item in claimed for ready in await _marked(post, [item], at)]
        log.exception("prompt failed", extra={"action": "send", "prompt_id": claimed[0].prompt_id})
        async with post.store.change(at=at) as change:
            await _write(change, claimed[0].prompt_id, {"state": PromptState.WAITING, "visible_at": at + PUT_AHEAD})
        return []


async def _mark_sending(post: Post, claimed: Sequence[Claimed], at: datetime) -> list[_Ready]:
    """The last look and the mark in one transaction, committed before anything leaves."""
    ready: list[_Ready] = []
    async with post.store.change(at=at) as change:
        for facts in await prompt_facts(change.session, [item.prompt_id for item in claimed], at):
            found = last_look(facts, post.trial, at)
            if isinstance(found, Skip):
                state = PromptState.EXPIRED if found.expired else PromptState.SKIPPED
                await _settle(change, facts, {"state": state, "reason": found.reason, "settled_at": at})
            elif isinstance(found, Later):
                await _write(change, facts.prompt_id, {"state": PromptState.WAITING, "visible_at": found.at})
            else:
                ready.append(_ready(post, facts, found))
        if ready:
            await change.session.execute(_MARK, {"prompts": [item.facts.prompt_id for item in ready]})
    return ready


def _ready(post: Post, facts: PromptFacts, screen: Screen) -> _Ready:
    reader = Reader(facts.language, facts.tz, facts.contact_name, facts.contact_phone)
    chat = open_chat(post.store.vault, facts.link_id or "", facts.chat or "")
    return _Ready(facts, chat, post.word(screen, reader, post.trial), screen)


async def _hand_over(post: Post, ready: _Ready) -> None:
    facts = ready.facts
    courier = post.couriers[Channel.TELEGRAM]
    silent = facts.kind is PromptKind.DOSE_REPEAT and facts.rung > 1
    try:
        message = await courier.send(ready.chat, ready.wording, lane=Lane.PROMPT, silent=silent)
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
            await _settle(change, facts, {"state": PromptState.FAILED, "reason": reason, "settled_at": at})
            await _unreachable(change, facts, at, blocked=error.blocked)
        else:
            await _try_again(change, facts, error, at)


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
    row = await change.session.get_one(Prompt, facts.prompt_id)
    wait = error.retry_after or min(RETRY_FIRST * 2 ** min(row.attempts - 1, 6), RETRY_MAX)
    values: dict[str, Any] = {"state": PromptState.WAITING, "visible_at": at + wait, "reason": error.reason}
    if row.attempts >= ATTEMPTS_MAX:
        values = {"state": PromptState.FAILED, "reason": error.reason, "settled_at": at}
        await _settle(change, facts, values)
        return
    await _write(change, facts.prompt_id, values)


async def _write(change: Change, prompt_id: str, values: dict[str, Any]) -> None:
    await change.session.execute(_WRITE, {"prompt": prompt_id} | values)


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


def _dose_id(facts: PromptFacts) -> str | None:
    return facts.dose.dose_id if facts.dose else None
