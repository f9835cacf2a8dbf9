"""What must stand at the end: the witness, the people, the store and the study tell the same story."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.process.raw import Raw, Row
from tests.process.tappers import Tapper
from tests.process.witness import Witness

SHARED = ("dose_event", "scheduled_dose", "dose_order")
GENESIS = "0" * 64
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")


async def problems(store: Raw, study: Raw, witness: Witness, people: list[Tapper], first_update: int) -> list[str]:
    """Every way in which they disagree, in words; all updates have been handled and the outbox is empty."""
    found = [*witness.lies, *await _updates(store, witness, first_update), *await _reports(store, people)]
    found += [*await _prompts(store, witness), *await _study(store, study), *await _audit(store)]
    return found + await _whole(store) + await _whole(study)


async def _updates(store: Raw, witness: Witness, first: int) -> list[str]:
    """Confirmed is stored, stored is settled."""
    states = {row["update_id"]: row["state"] for row in await store.rows("SELECT update_id, state FROM inbox_update")}
    issued = range(first, witness.world.updates.next_id)
    lost = [number for number in issued if number < witness.confirmed and number not in states]
    unsettled = {number: state for number, state in states.items() if state not in ("done", "ignored")}
    return [f"confirmed and not stored: {lost}"] * bool(lost) + [f"not settled: {unsettled}"] * bool(unsettled)


async def _reports(store: Raw, people: list[Tapper]) -> list[str]:
    """Each report has its one event, and the last one of a dose is what stands."""
    events = await store.rows("SELECT dose_id, answer, cause_key, superseded FROM dose_event")
    by_cause = {row["cause_key"]: row for row in events}
    found: list[str] = []
    said = [report for person in people for report in person.said]
    for report in said:
        row = by_cause.pop(f"telegram:{report.update_id}", None)
        if row is None or (row["dose_id"], row["answer"]) != (report.dose, report.answer):
            found.append(f"said {report}, recorded {row}")
    found += [f"recorded and never said: {row}" for row in by_cause.values()]
    last = {report.dose: report.answer for report in said}
    stands = [(row["dose_id"], row["answer"]) for row in events if not row["superseded"]]
    if sorted(stands) != sorted(last.items()):
        found.append(f"what stands differs: {set(stands) ^ set(last.items())}")
    return found


async def _prompts(store: Raw, witness: Witness) -> list[str]:
    """No dose was asked about twice; what is delivered arrived; nothing that was due hangs."""
    rows = await store.rows("SELECT dose_id, state, reason FROM prompt WHERE kind = 'dose_reminder'")
    found = [f"asked {times} times about {dose}" for dose, times in witness.asked.items() if times > 1]
    for row in rows:
        arrived = witness.asked.get(row["dose_id"], 0)
        ends = {"delivered": {1}, "unknown": {0, 1}}.get(row["state"], {0})
        if arrived not in ends:
            found.append(f"{row} and {arrived} messages")
    return found


async def _study(store: Raw, study: Raw) -> list[str]:
    """Every record that the study holds is ours, value for value, and none is missing."""
    found = []
    theirs, ours = await study.tables(), await store.tables()
    for table in SHARED:
        columns = [name for name in theirs[table] if name in ours[table]]
        query = f"SELECT {', '.join(columns)} FROM {table} ORDER BY id"  # noqa: S608  names of our own
        differing = _differing(await store.rows(query), await study.rows(query))
        found += [f"{table}: {row}" for row in differing]
    owed = await store.number("SELECT count(*) FROM outbox_entry WHERE sent_at IS NULL")
    return found + [f"{owed} records still owed"] * bool(owed)


def _differing(ours: list[Row], theirs: list[Row]) -> Iterator[str]:
    held = {row["id"]: row for row in theirs}
    for row in ours:
        found = held.pop(row["id"], {})
        if differing := {
            name: (value, found.get(name)) for name, value in row.items() if not _same(value, found.get(name))
        }:
            yield f"{row['id']}: the study differs in {differing}"
    yield from (f"the study alone holds {row}" for row in held.values())


def _same(ours: Any, theirs: Any) -> bool:
    """Moments travel to the study in milliseconds."""
    if isinstance(ours, datetime) and isinstance(theirs, datetime):
        return ours.replace(microsecond=ours.microsecond // 1000 * 1000) == theirs
    if isinstance(ours, str) and isinstance(theirs, str) and MOMENT.fullmatch(ours):
        return ours[:-3] + "000" == theirs
    return bool(ours == theirs)


async def _audit(store: Raw) -> list[str]:
    """The chain, recomputed from the texts that were hashed."""
    previous = GENESIS
    rows: list[Any] = await store.rows("SELECT * FROM audit_entry ORDER BY seq")
    for number, row in enumerate(rows, start=1):
        payload = _sha256(f"{row['salt']}|{row['payload']}")
        whole = _sha256(f"{previous}|{number}|{_sha256(row['header'])}|{payload}")
        if (row["seq"], row["previous_hash"], row["payload_hash"], row["hash"]) != (number, previous, payload, whole):
            return [f"the audit chain breaks at {row['seq']}, expected {number}"]
        previous = whole
    ((seq, head),) = [(row["seq"], row["hash"]) for row in await store.rows("SELECT seq, hash FROM audit_head")]
    events = {row["id"] for row in await store.rows("SELECT id FROM dose_event")}
    silent = events - {row["record_id"] for row in rows if row["record_type"] == "dose_event"}
    return [f"the head is {seq}"] * ((seq, head) != (len(rows), previous)) + [f"not audited: {silent}"] * bool(silent)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def _whole(database: Raw) -> list[str]:
    if not database.on_sqlite:
        return []
    told = await database.rows("PRAGMA integrity_check")
    broken = await database.rows("PRAGMA foreign_key_check")
    return [json.dumps(row) for row in told if row != {"integrity_check": "ok"}] + [json.dumps(row) for row in broken]
