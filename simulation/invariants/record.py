"""The record and its walls: the audit chain, what may not be in it, and whose chat is bound to whom."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from simulation.evidence import Received
from simulation.invariants.night import Night
from simulation.invariants.rules import CLOCK_FAULT, CLOCK_OFF, EMERGENCY, moment, stored, tap_of

NUMBER = re.compile(r"(?<![0-9A-Za-z])\+?\d{6,}(?![0-9A-Za-z])")
AUDIT = "at, actor, action, record_type, record_id, participant_id, header, payload, salt, payload_hash, previous_hash"
RED_WORDS = ("胸口疼", "chest pain")
AT_ONCE = timedelta(seconds=5)
TRIES, CALLS_AFTER = 3, 30  # of the emergency text; calls among which they are looked for
OWED = ("dose_event", "dose_order", "consent", "alert", "scheduled_dose", "receiving_gap")
CHANGES = {  # table to the moment of its transaction, and whose it is
    "dose_event": "recorded_at",
    "dose_order": "recorded_at",
    "consent": "recorded_at",
    "chat_link": "linked_at",
    "alert": "opened_at",
}


def chain_verifies(night: Night) -> Iterator[str]:
    """Numbers without a gap, each entry bound to the one before, its texts as they were hashed, the head the last."""
    seq, previous = (0, "0" * 64) if night.whole else night.marks.chain
    entries = night.rows(f"SELECT seq, hash, {AUDIT} FROM audit_entry WHERE seq > ? ORDER BY seq", seq)  # noqa: S608
    for number, own_hash, *fields in entries:
        *_, header, payload, salt, payload_hash, previous_hash = fields
        if (number, previous_hash) != (seq + 1, previous):
            yield f"audit entry {number} does not follow {seq}"
        if payload is not None and _sha256(f"{salt}|{payload}") != payload_hash:
            yield f"audit entry {number}: the payload was altered"
        if _sha256(f"{previous_hash}|{number}|{_sha256(header)}|{payload_hash}") != own_hash:
            yield f"audit entry {number} was altered"
        yield from _header_differs(number, fields)
        seq, previous = number, own_hash
    night.marks.chain = seq, previous
    head = night.rows("SELECT seq, hash FROM audit_head")
    if [tuple(row) for row in head] != ([(seq, previous)] if seq else []):
        yield f"the head of the audit chain is {head}, its last entry {seq}"


def _header_differs(number: int, fields: list[Any]) -> Iterator[str]:
    at, actor, action, record_type, record_id, participant_id, header, *_ = fields
    told = json.loads(header)
    columns = (f"{at[:10]}T{at[11:23]}Z", actor, action, record_type, record_id, participant_id)
    if columns != tuple(told[name] for name in ("at", "actor", "action", "record_type", "record_id", "participant_id")):
        yield f"audit entry {number} says {columns} and hashed {header}"
    if header != json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")):
        yield f"audit entry {number}: its header is not canonical"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def each_change_is_audited(night: Night) -> Iterator[str]:
    """Beside each regulated row stands an audit entry of its own or its participant's, at the moment it was written."""
    for table, column in CHANGES.items():
        lack = (
            f"SELECT 1 FROM audit_entry AS a WHERE a.record_id = t.id AND a.at = t.{column} UNION ALL"  # noqa: S608
            f" SELECT 1 FROM audit_entry AS a WHERE a.participant_id = t.participant_id AND a.at = t.{column}"
        )
        for own_id, at in night.lacking("audited", table, f"t.id, t.{column}", lack):
            yield f"{table} {own_id} was written at {at} without an audit entry"


def each_change_is_owed(night: Night) -> Iterator[str]:
    """What the study needs is in the outbox from the transaction that made it."""
    for table in OWED:
        lack = f"SELECT 1 FROM outbox_entry AS o WHERE o.record_type = '{table}' AND o.record_id = t.id"  # noqa: S608
        for (own_id,) in night.lacking("owed", table, "t.id", lack):
            yield f"{table} {own_id} is not owed to the study"


def no_identity_crosses(night: Night) -> Iterator[str]:
    """No name, phone number, chat or free word stands in the audit trail, in the outbox or in the study."""
    texts = [("audit", f"{row[1]} {row[2]}") for row in night.fresh("secret", "audit_entry", "header, payload", "seq")]
    texts += [("outbox", row[1]) for row in night.fresh("secret", "outbox_entry", "payload", "seq")]
    if night.whole:
        texts += list(_study_texts(night))
    for place in sorted({place for place, _ in texts}):
        found = _secrets_in("\n".join(text for where, text in texts if where == place), night.evidence.secrets)
        yield from (f"the {place} holds {secret!r}" for secret in sorted(found))


def _secrets_in(text: str, secrets: set[str]) -> set[str]:
    numbers = {found.lstrip("+") for found in NUMBER.findall(text)}
    return {
        secret
        for secret in secrets
        if (secret.lstrip("+") in numbers if secret.lstrip("+").isdigit() else len(secret) > 1 and secret in text)
    }


def _study_texts(night: Night) -> Iterator[tuple[str, str]]:
    for (table,) in night.study("SELECT name FROM sqlite_master WHERE type = 'table'"):
        for row in night.study(f'SELECT * FROM "{table}"'):  # noqa: S608  names of its own
            yield f"study's {table}", " ".join(str(value) for value in row)


def bound_by_invitation(night: Night) -> Iterator[str]:
    """Each chat was bound by an invitation of its participant, used once, at that moment, before its end."""
    used: dict[tuple[str, str, str], int] = {}
    query = "SELECT participant_id, role, used_at FROM invitation WHERE used_at <= expires_at"
    for key in night.rows(query):
        used[tuple(key)] = used.get(tuple(key), 0) + 1
    for participant_id, role, linked_at in night.rows("SELECT participant_id, role, linked_at FROM chat_link"):
        used[participant_id, role, linked_at] = used.get((participant_id, role, linked_at), 0) - 1
        if used[participant_id, role, linked_at] < 0:
            yield f"a chat was bound to {participant_id} as {role} at {linked_at} without an invitation"
    chats = "SELECT p.code, count(DISTINCT l.chat_index) FROM chat_link AS l JOIN participant AS p"
    for code, count in night.rows(f"{chats} ON p.id = l.participant_id GROUP BY p.code"):
        if count > len(night.evidence.chats.get(code, ())):
            yield f"{count} chats were bound to {code}, who has {night.evidence.chats.get(code)}"


def one_chat_each(night: Night) -> Iterator[str]:
    """One own chat to a participant, and one participant to a chat."""
    bound = "FROM chat_link WHERE unlinked_at IS NULL"
    for row in night.rows(f"SELECT participant_id, count(*) {bound} AND role = 'own' GROUP BY 1 HAVING count(*) > 1"):
        yield f"participant {row[0]} has {row[1]} own chats"
    for row in night.rows(f"SELECT chat_index, count(*) {bound} GROUP BY 1 HAVING count(*) > 1"):
        yield f"chat {row[0]} is bound {row[1]} times"


def red_flag_with_its_alert(night: Night) -> Iterator[str]:
    """Feeling unwell and its alert are stored together; a second dose and its alert too."""
    for update_id in night.newly_settled():
        received = night.memory.heard[update_id]
        state, done_at = night.marks.settled[update_id]
        owner = night.memory.owner(night.evidence, received.chat)
        if state != "done" or owner.startswith(("stranger", "staff")):
            continue
        if feels_unwell(received):
            yield from _without_alert(night, owner, "feels_unwell", done_at)
        if writes_red(received):  # also as the answer to a question of a check
            yield from _without_alert(night, owner, "words", done_at, or_kind="symptom")
    for rowid, participant_id, at in night.fresh(
        "red", "dose_event", "participant_id, recorded_at", where="answer = 'extra'"
    ):
        yield from (f"{told} (event row {rowid})" for told in _without_alert(night, participant_id, "double_dose", at))


def _without_alert(night: Night, whose: str, kind: str, at: str, or_kind: str = "") -> Iterator[str]:
    query = (
        "SELECT 1 FROM alert AS a JOIN participant AS p ON p.id = a.participant_id"
        " WHERE ? IN (p.id, p.code) AND a.kind IN (?, ?) AND a.level = 'red' AND a.opened_at <= ? AND a.last_at >= ?"
    )
    wrong = CLOCK_OFF if night.evidence.faults.get(CLOCK_FAULT) else timedelta()
    if not night.rows(query, whose, kind, or_kind or kind, stored(moment(at) + wrong), stored(moment(at) - wrong)):
        yield f"{whose} said at {at} what calls for {kind}, and no alert was opened"


def feels_unwell(received: Received) -> bool:
    """The button, in any message."""
    query = received.raw.get("callback_query") or {}
    tap = tap_of(str(query.get("data", ""))) if isinstance(query, Mapping) else None
    return tap is not None and tap.verb == "U"


def writes_red(received: Received) -> bool:
    """Free words that no triage may pass over."""
    message = received.raw.get("message")
    text = str(message.get("text", "")) if isinstance(message, Mapping) else ""
    return any(words in text for words in RED_WORDS)


def shown_at_once(night: Night) -> Iterator[str]:
    """Where nothing goes wrong around us, red words are answered by the emergency text within seconds."""
    if not night.whole or night.evidence.faults:
        return
    for update_id, received in night.memory.heard.items():
        owner = night.memory.owner(night.evidence, received.chat)
        if not writes_red(received) or owner.startswith(("stranger", "staff")):
            continue
        shown = (one for one in night.shown.get(received.chat, ()) if one.number > received.number)
        first = next((one for one in shown if one.text.startswith(EMERGENCY)), None)
        if first is None or first.at - received.at > AT_ONCE:
            yield f"{owner} wrote red words at {received.at} (update {update_id}) and was shown {first}"


def never_left_alone(night: Night) -> Iterator[str]:
    """When all is quiet, whoever felt unwell has read what to do now."""
    if not night.whole:
        return
    shut = {row[0] for row in night.rows(_SHUT)}
    for update_id, received in night.memory.heard.items():
        owner = night.memory.owner(night.evidence, received.chat)
        unwell = feels_unwell(received) or writes_red(received)
        if not unwell or owner.startswith(("stranger", "staff")) or owner in shut:
            continue
        shown = night.shown.get(received.chat, ())
        if any("120" in one.text and one.number > received.number for one in shown):
            continue
        if not _refused_all(night, received):
            yield f"{owner} felt unwell (update {update_id}) and was not told what to do"


def _refused_all(night: Night, received: Received) -> bool:
    """The text was tried on arrival and twice more, and each time a refusal was staged: staff call then."""
    calls = night.evidence.calls
    since = next((one for one in range(len(calls)) if calls[one].number > received.number), len(calls))
    tried = [one for one in calls[since : since + CALLS_AFTER] if one.chat == received.chat and one.staged]
    return len(tried) >= TRIES


_SHUT = (
    "SELECT p.code FROM chat_link AS l JOIN participant AS p ON p.id = l.participant_id"
    " WHERE l.refused_at IS NOT NULL OR l.unlinked_at IS NOT NULL"
)
