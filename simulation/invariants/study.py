"""The study against the store: every record owed is there once, as it stands, and never goes back."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from simulation.invariants.night import Night

MICROSECONDS = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3})\d{3}$")
OWED_WITHIN = timedelta(hours=7)  # long simulations sync every six
KEPT_AS = {
    "consent": "disposition",
    "disposition": "disposition_event",
    "dose_order": "dose_order",
    "scheduled_dose": "scheduled_dose",
    "dose_event": "dose_event",
    "alert": "alert",
    "prompt": "message_delivery",
    "receiving_gap": "receiving_gap",
    "alert_call": "alert_call",
    "safety_event": "safety_event",
    "symptom_check": "symptom_check",
    "symptom_answer": "symptom_answer",
    "self_rated_check": "self_rated_check",
    "self_rated_answer": "self_rated_answer",
    "staff_message": "staff_message",
    "participant_message": "participant_message",
    "adverse_event": "adverse_event",
    "medication": "medication",
    "pregnancy": "pregnancy",
    "form_signature": "form_signature",
    "guard_note": "guard_note",
    "journey": "journey",
    "tablet_movement": "tablet_movement",
    "draw": "draw",
    "lab_result": "lab_result",
    "month_six_decision": "month_six_decision",
    "transfusion": "transfusion",
    "visit": "visit",
    "order_proposal": "order_proposal",
}
PERSON = "site_code, state, channel, language, tz, reminder_time, food, enrolled_at, starts_at, protocol_version"
DAY = "dose_id, ordinal, due_on, due_at, is_first, state, cause, units, dose_mg, units_taken"
OWED_STATES = frozenset({"delivered", "unknown", "failed"})


def nothing_goes_back(night: Night) -> Iterator[str]:
    """What was sent is there: no record of the study stands behind a change that it has been given."""
    newest: dict[str, dict[str, int]] = {}
    for seq, record_type, record_id in night.sent():
        newest.setdefault(record_type, {})[record_id] = seq
    for record_type, records in newest.items():
        table, key = ("participant", "record_id") if record_type == "participant" else (KEPT_AS[record_type], "id")
        marks = ", ".join("?" * len(records))
        query = f"SELECT {key}, source_seq FROM {table} WHERE {key} IN ({marks})"  # noqa: S608  our own names
        stands = {row[0]: row[1] for row in night.study(query, *records)}
        for record_id, seq in records.items():
            if stands.get(record_id, seq if night.whole else 0) < seq:
                yield f"change {seq} of {record_type} {record_id} counts as sent; the study has {stands.get(record_id)}"


def exactly_once(night: Night) -> Iterator[str]:
    """When all is quiet the study holds every record as the store does, and nothing else; what waits is young."""
    if not night.whole:
        return
    query = "SELECT seq, record_type, reason FROM outbox_entry WHERE sent_at IS NULL AND created_at < ?"
    for seq, record_type, reason in night.rows(query, night.before(OWED_WITHIN)):
        yield f"change {seq} of {record_type} still waits: {reason}"
    for record_type, table in KEPT_AS.items():
        yield from _table_differs(night, record_type, table)
    ours = dict(_keyed(night.rows(f"SELECT id, code, {PERSON} FROM participant")))  # noqa: S608
    theirs = dict(_keyed(night.study(f"SELECT record_id, participant_code, {PERSON} FROM participant")))  # noqa: S608
    yield from _differences("participant", ours, theirs, _on_their_way(night, "participant"))


def _on_their_way(night: Night, *record_types: str) -> set[str]:
    query = "SELECT record_type, record_id FROM outbox_entry WHERE sent_at IS NULL"
    return {row[1] for row in night.rows(query) if row[0] in record_types}


def _keyed(rows: list[Any]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    return ((row[0], tuple(_plain(value) for value in row[1:])) for row in rows)


def _plain(value: Any) -> Any:
    """The study is told moments in milliseconds."""
    return MICROSECONDS.sub(r"\1", value) if isinstance(value, str) else value


def _table_differs(night: Night, record_type: str, table: str) -> Iterator[str]:
    """Columns of one name hold one value; a message's reason is cleaned of digits on its way."""
    ours = [row[1] for row in night.rows(f"PRAGMA table_info({record_type})")]
    theirs = [row[1] for row in night.study(f"PRAGMA table_info({table})")]
    both = [name for name in theirs if name in ours and (record_type, name) != ("prompt", "reason")]
    columns = ", ".join(["id", *(name for name in both if name != "id")])
    whose = "participant_code" if "participant_code" in theirs else "NULL"
    code = "(SELECT code FROM participant AS p WHERE p.id = r.participant_id)" if whose != "NULL" else "NULL"
    told = dict(_keyed(night.rows(f"SELECT {columns}, {code} FROM {record_type} AS r")))  # noqa: S608
    held = dict(_keyed(night.study(f"SELECT {columns}, {whose} FROM {table}")))  # noqa: S608
    if record_type == "prompt":
        place = both.index("state") - 1 if both[0] == "id" else both.index("state")
        told = {key: row for key, row in told.items() if key in held or row[place] in OWED_STATES}
    yield from _differences(record_type, told, held, _on_their_way(night, record_type))


def _differences(what: str, told: dict[str, Any], held: dict[str, Any], coming: set[str]) -> Iterator[str]:
    for key in sorted((told.keys() | held.keys()) - coming):
        if told.get(key) != held.get(key):
            yield f"{what} {key}: the store says {told.get(key)}, the study {held.get(key)}"


def days_are_the_doses(night: Night) -> Iterator[str]:
    """When all is quiet the study counts each dose that is called for once, with its state and its tablets."""
    if night.whole:
        doses = DAY.replace("dose_id", "id", 1)
        ours = dict(_keyed(night.rows(f"SELECT {doses} FROM scheduled_dose WHERE cancelled_at IS NULL")))  # noqa: S608
        theirs = dict(_keyed(night.study(f"SELECT {DAY} FROM participant_day")))  # noqa: S608
        coming = _on_their_way(night, "scheduled_dose")
        for (dose_id,) in night.rows(_EVENTS_ON_THEIR_WAY):
            coming.add(dose_id)
        yield from _differences("day of dose", ours, theirs, coming)


_EVENTS_ON_THEIR_WAY = (
    "SELECT e.dose_id FROM outbox_entry AS o JOIN dose_event AS e ON e.id = o.record_id"
    " WHERE o.sent_at IS NULL AND o.record_type = 'dose_event'"
)
