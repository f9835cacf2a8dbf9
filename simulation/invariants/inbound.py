"""What was said: kept before it is confirmed, settled once, and recorded as it was said and for whom it was said."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from http import HTTPStatus
from itertools import islice, pairwise, takewhile
from typing import Any

from simulation.evidence import Received
from simulation.invariants.night import Event, Night
from simulation.invariants.rules import (
    CLOCK_FAULT,
    DENIALS,
    FIRST_UNITS,
    MINIMUM_GAP,
    OPENS_BEFORE,
    TOOK,
    UPDATES_LIVE,
    Tap,
    moment,
    stored,
    tap_of,
)

SEAL_BYTES = 12 + 16  # what sealing adds: a nonce and a tag
YOUNG_UPDATES = 600  # looked at again each night
UNITS_MAX = 20
EDITS = "editMessageText"
SETTLED = frozenset({"done", "ignored", "set_aside"})


def confirmed_so_stored(night: Night) -> Iterator[str]:
    """Each update that Telegram will not hand out again is kept, as long as it was said."""
    marks, evidence = night.marks, night.evidence
    marks.confirming += [one.update_id for one in evidence.received[marks.heard :]]
    waiting = list(evidence.confirmed) if night.whole else marks.confirming
    marks.confirming = []
    for update_id in waiting:
        if update_id not in evidence.confirmed:
            marks.confirming.append(update_id)
            continue
        found = night.rows("SELECT body FROM inbox_update WHERE update_id = ?", update_id)
        if len(found) != 1:
            yield f"update {update_id} was confirmed and is kept {len(found)} times"
        elif found[0][0] and update_id in night.memory.heard and not _is_whole(night.memory.heard[update_id], found):
            yield f"update {update_id} is kept with another body"


def _is_whole(received: Received, found: list[Any]) -> bool:
    """The body is sealed; its length tells whether all of it is there."""
    sealed = found[0][0].rpartition(".")[2]
    length = len(sealed) // 4 * 3 - sealed.count("=") - SEAL_BYTES  # as base64 has it
    return bool(length == len(json.dumps(received.raw, ensure_ascii=False).encode()))


def stored_so_settled(night: Night) -> Iterator[str]:
    """Each kept update comes to an end; one that is set aside has told staff."""
    marks = night.marks
    marks.settling += [one.update_id for one in night.evidence.received[marks.heard :]]
    waiting = list(night.memory.heard) if night.whole else marks.settling
    marks.settling, ends = [], night.ends(waiting)
    for update_id in waiting:
        state, done_at, reason = ends.get(update_id, ("missing", "", ""))
        if state in SETTLED:
            marks.settled.setdefault(update_id, (state, done_at))
            yield from _ended(night, update_id, state, reason)
        elif state == "missing" and _let_go(night, night.memory.heard[update_id]):
            continue
        elif night.whole and update_id not in marks.settled:
            yield f"update {update_id} is {state} though all is quiet"
        else:
            marks.settling.append(update_id)


def _let_go(night: Night, received: Received) -> bool:
    """Whether Telegram keeps it no longer: nobody could fetch it for a day."""
    return any(start <= received.at and end - received.at >= UPDATES_LIVE for start, end in night.evidence.down)


def _ended(night: Night, update_id: int, state: str, reason: str) -> Iterator[str]:
    if state == "ignored" and not reason:
        yield f"update {update_id} is ignored without a reason"
    told = "SELECT 1 FROM alert WHERE kind = 'bad_update' AND cause_key LIKE ?"
    if state == "set_aside" and not night.rows(told, f"bad_update|%|{update_id}"):
        yield f"nobody was told that update {update_id} lies apart unread"


def settled_once(night: Night) -> Iterator[str]:
    """What is settled stays settled: an update that comes again finds its end."""
    settled = night.marks.settled
    looked_at = list(islice(reversed(settled), None if night.whole else YOUNG_UPDATES))
    ends = night.ends(looked_at)
    for update_id in looked_at:
        now = ends.get(update_id, ("gone", "", ""))[:2]
        if now != settled[update_id]:
            yield f"update {update_id} was {settled[update_id]} and is {now}"


def one_effect_as_said(night: Night) -> Iterator[str]:
    """An event says what its tap or text says, about the dose of that button, of the participant whose phone it is."""
    for row in night.fresh("said", "dose_event", "id"):
        event = night.event_by_rowid.get(row[0])
        if event is None or not event.cause_key.startswith("telegram:"):
            continue
        received = night.memory.heard.get(int(event.cause_key.split(":")[1]))
        if received is None:
            yield f"{event} has no update that caused it"
            continue
        person = night.people[event.participant_id]
        if received.chat not in night.evidence.chats.get(person.code, ()):
            yield f"{event} of {person.code} was said by phone {received.chat}"
        yield from (f"{event} was caused by {received.raw}: {why}" for why in _differs(night, event, received))


def _differs(night: Night, event: Event, received: Received) -> Iterator[str]:
    query, message = received.raw.get("callback_query"), received.raw.get("message")
    if isinstance(query, Mapping):
        tap = tap_of(str(query.get("data", "")))
        yield from _tap_differs(night, event, tap) if tap else ["a button that does not read"]
    elif isinstance(message, Mapping):
        text = str(message.get("text", "")).lower()
        if event.answer in TOOK and any(word in text for word in DENIALS):
            yield "the words do not say that it was taken"
        yield from _not_asked_about(night, event, "")


def _tap_differs(night: Night, event: Event, tap: Tap) -> Iterator[str]:
    means = {"t": TOOK, "a": TOOK, "r": {"not_taken"}, "u": {"undone"}, "fn": {"not_taken"}}
    if event.answer not in means.get(tap.verb, ()):
        yield "the button says something else"
    if tap.verb != "fn" and event.dose_id != tap.record:
        yield "the button belongs to another dose"
    said = tap.argument.partition("@")[0]
    if tap.verb in ("t", "a") and said.isdigit() and int(said) in range(1, UNITS_MAX + 1) and int(said) != event.units:
        yield "the button names another number"
    if tap.verb == "t" and "d" not in tap.sure:
        yield from _older_than_asked(night, event)
    if event.answer in TOOK:
        yield from _not_asked_about(night, event, tap.sure)
        yield from _more_than_ordered(night, event, tap.sure)


def _more_than_ordered(night: Night, event: Event, sure: str) -> Iterator[str]:
    """More tablets than ordered are asked about. A dose that was thought to be the first may have called for two."""
    dose = night.dose_by_id.get(event.dose_id)
    if dose is not None and not event.superseded and "x" not in sure and event.units > max(dose.units, FIRST_UNITS):
        yield f"more tablets than the {dose.units} ordered, and nobody asked"


def _older_than_asked(night: Night, event: Event) -> Iterator[str]:
    """An old button asks which day is meant, once the next dose has opened."""
    query = (
        "SELECT newer.id FROM scheduled_dose AS newer JOIN scheduled_dose AS own ON own.id = ?"
        " WHERE newer.participant_id = own.participant_id AND newer.ordinal = own.ordinal + 1"
        " AND newer.state <> 'held' AND newer.cancelled_at IS NULL AND newer.nominal_at <= ?"
    )
    for newer in night.rows(query, event.dose_id, stored(moment(event.recorded_at) + OPENS_BEFORE)):
        yield f"an old button, and dose {newer[0]} had opened"


def _not_asked_about(night: Night, event: Event, sure: str) -> Iterator[str]:
    """Two doses within the minimum gap are asked about before they are recorded."""
    if "x" in sure or event.taken_at is None:
        return
    if event.answer == "extra":
        yield "a second one, and nobody asked"
    low, high = (stored(moment(event.taken_at) + way * MINIMUM_GAP) for way in (-1, 1))
    for other in night.events_by[event.participant_id]:
        if other.rowid >= event.rowid or other.dose_id == event.dose_id or other.answer not in TOOK:
            continue
        if low < (other.taken_at or "") < high and not _gone(night, other, event):
            yield f"too close to {other}, and nobody asked"


def _gone(night: Night, other: Event, event: Event) -> bool:
    """Whether `other` had been superseded when `event` was recorded."""
    later = night.events_of[other.dose_id]
    return bool(other.superseded) and any(other.rowid < one.rowid < event.rowid for one in later)


def nothing_overwritten(night: Night) -> Iterator[str]:
    """An event never changes but for its mark, and none goes; corrections are a list."""
    heads: dict[str, str] = {}
    by_id = {event.id: event for event in night.events}
    for event in night.events:
        content = hash(event._replace(superseded=0))
        before = night.marks.events.setdefault(event.id, (content, event.superseded))
        if before[0] != content or event.superseded < before[1]:
            yield f"{event} was written over"
        night.marks.events[event.id] = (content, event.superseded)
        earlier = by_id.get(event.supersedes_id or "")
        if event.supersedes_id in heads:
            yield f"{event} and {heads[event.supersedes_id]} supersede the same event"
        elif earlier is not None and not _follows(event, earlier):
            yield f"{event} cannot supersede {earlier}"
        if event.supersedes_id:
            heads[event.supersedes_id] = event.id
        last = night.events_of[event.dose_id][-1]
        if event.superseded and last is event:
            yield f"{event} is superseded by nothing"
    if night.whole:
        yield from (f"event {one} is gone" for one in night.marks.events.keys() - by_id.keys())


def _follows(event: Event, earlier: Event) -> bool:
    return earlier.dose_id == event.dose_id and earlier.rowid < event.rowid and bool(earlier.superseded)


def in_order_of_saying(night: Night) -> Iterator[str]:
    """One phone's words take effect in the order in which they were said; a wrong clock tells no order."""
    if night.evidence.faults.get(CLOCK_FAULT):
        return
    of_chat: dict[int, list[tuple[int, str]]] = {}
    settled = night.marks.settled
    for update_id in islice(reversed(settled), None if night.whole else YOUNG_UPDATES):
        if settled[update_id][0] == "done":
            of_chat.setdefault(night.memory.heard[update_id].chat, []).append((update_id, settled[update_id][1]))
    for done in of_chat.values():
        for (before, before_at), (after, after_at) in pairwise(sorted(done)):
            if after_at < before_at:
                yield f"update {after} took effect at {after_at}, and {before} before it only at {before_at}"


def whoever_speaks_is_answered(night: Night) -> Iterator[str]:
    """When all is quiet each word and each press of a participant has been followed by an answer."""
    if not night.whole:
        return
    mute = night.rows("SELECT participant_id FROM chat_link WHERE refused_at IS NOT NULL OR unlinked_at IS NOT NULL")
    blocked = {night.people[row[0]].code for row in mute}
    for update_id, received in night.memory.heard.items():
        owner = night.memory.owner(night.evidence, received.chat)
        spoken = "message" in received.raw or "callback_query" in received.raw
        if (
            not spoken
            or owner.startswith("stranger")
            or owner in blocked
            or night.marks.settled.get(update_id, ("",))[0] != "done"
        ):
            continue
        shown = night.shown.get(received.chat, ())
        if (not shown or shown[-1].number < received.number) and not _refused_since(night, received):
            yield f"update {update_id} of {owner} was never answered: {received.raw}"


def _refused_since(night: Night, received: Received) -> bool:
    """Whether the simulation had what was to be shown refused with 400: no trying again brings it. A message that
    cannot be edited any more is no fault of ours either.
    """
    calls = reversed(night.evidence.calls)
    after = takewhile(lambda call: call.number > received.number, calls)
    refused = (call for call in after if call.chat == received.chat and call.status == HTTPStatus.BAD_REQUEST)
    return any(call.staged or call.method == EDITS for call in refused)


def _speaks(received: Received) -> bool:
    """Not a change of the chat, and not an invitation: wrong ones get no answer in the end."""
    message = received.raw.get("message")
    invited = isinstance(message, Mapping) and str(message.get("text", "")).startswith("/start ")
    return "callback_query" in received.raw or (message is not None and not invited)


def answers_are_shown(night: Night) -> Iterator[str]:
    """When all is quiet no answer waits."""
    if night.whole:
        query = "SELECT update_id, done_at FROM inbox_update WHERE answers IS NOT NULL AND done_at < ?"
        for update_id, done_at in night.rows(query, night.before(timedelta(minutes=10))):
            yield f"the answers to update {update_id} wait since {done_at}"
