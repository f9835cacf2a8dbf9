"""When each loop has work, asked with plain SQL: the metronome's calls in between would find nothing."""

import sqlite3
from contextlib import suppress
from datetime import UTC, datetime, timedelta

QUESTIONS = {
    "handle": ("SELECT min(visible_at) FROM inbox_update WHERE state = 'new'", timedelta()),
    "plan": ("SELECT min(plan_due_at) FROM participant", timedelta()),
    "checks": (
        (
            "SELECT min(due_at) FROM (SELECT min(check_at) AS due_at FROM participant "
            "UNION ALL SELECT min(closes_at) FROM symptom_check "
            "UNION ALL SELECT min(self_rated_at) FROM participant "
            "UNION ALL SELECT min(tablets_at) FROM participant "
            "UNION ALL SELECT min(guards_at) FROM participant "
            "UNION ALL SELECT min(closes_at) FROM self_rated_check)"
        ),
        timedelta(),
    ),
    "alarms": ("SELECT min(next_call_at) FROM alert WHERE next_call_at IS NOT NULL", timedelta()),
    "send": ("SELECT min(visible_at) FROM prompt WHERE state IN ('waiting', 'claimed', 'sending')", timedelta()),
    "settle": ("SELECT min(settle_at) FROM scheduled_dose WHERE settle_at IS NOT NULL", timedelta()),
    "answers": ("SELECT min(done_at) FROM inbox_update WHERE answers IS NOT NULL", timedelta(seconds=30)),
}
LISTENED = "UPDATE note SET at = ? WHERE name = 'listening' AND at < ?"
OWED = "SELECT min(visible_at) FROM outbox_entry WHERE sent_at IS NULL"


def due_times(store: sqlite3.Connection) -> dict[str, datetime]:
    """The loops that something waits for, and when it is due."""
    found: dict[str, datetime] = {}
    for name, (question, after) in QUESTIONS.items():
        (text,) = store.execute(question).fetchone()
        if text is not None:
            found[name] = moment_of(text) + after
    return found


def owed_at(store: sqlite3.Connection) -> datetime | None:
    """When the study is to get the next of what it waits for; None where it waits for nothing."""
    (text,) = store.execute(OWED).fetchone()
    return moment_of(text) if text is not None else None


def moment_of(text: str) -> datetime:
    """A moment as SQLite keeps it."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def note_listened(store: sqlite3.Connection, at: datetime | None) -> None:
    """Writes what the empty long polls until then would have left; another's lock only makes a gap look longer."""
    if at is None:
        return
    text = at.replace(tzinfo=None).isoformat(" ", "microseconds")
    with suppress(sqlite3.OperationalError):
        store.execute(LISTENED, (text, text))
