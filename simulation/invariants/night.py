"""The rows that one midnight looks at: what is young enough to change, read once; everything when all is quiet."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from simulation.evidence import Delivered, Evidence
from simulation.invariants.rules import stored
from simulation.invariants.sight import DOSE, PERSON, PROMPT, Dose, Memory, Person, Prompt

YOUNG = {"scheduled_dose": timedelta(days=6), "dose_event": timedelta(days=7), "prompt": timedelta(days=4)}
"""A row older than this does not change by what a chat can still say; the last look reads it again all the same."""


class Event(NamedTuple):
    """One row of dose_event."""

    rowid: int
    id: str
    dose_id: str
    participant_id: str
    answer: str
    units: int
    dose_mg: float
    taken_at: str | None
    recorded_at: str
    reported_at: str
    source: str
    reported_by: str
    reason: str | None
    supersedes_id: str | None
    superseded: int
    correction_reason: str
    is_late: int
    cause_key: str


class Order(NamedTuple):
    """One row of dose_order."""

    id: str
    participant_id: str
    version: int
    kind: str
    from_on: str
    until_on: str | None
    units: int
    every_days: int
    recorded_at: str
    read_back_at: str | None


SENT = "record_type, record_id, sent_at"
EVENT, ORDER = (", ".join(shape._fields) for shape in (Event, Order))


@dataclass(slots=True)
class Marks:
    """How far each part has been looked at, and what later looks are compared with."""

    floors: dict[str, int] = field(default_factory=dict)  # table to the rowid below which all is old
    new: dict[tuple[str, str], int] = field(default_factory=dict)  # check and table to the last key it has seen
    unsent: list[int] = field(default_factory=list)  # changes that wait for the study
    settled_before: int = 0
    confirming: list[int] = field(default_factory=list)  # updates that may still be confirmed
    settling: list[int] = field(default_factory=list)  # updates that are not settled yet
    settled: dict[int, tuple[str, str]] = field(default_factory=dict)  # update to its end and its moment
    events: dict[str, tuple[int, int]] = field(default_factory=dict)  # event to its content and its mark
    unknown: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    chain: tuple[int, str] = (0, "0" * 64)
    calls: int = 0
    restarts: int = 0
    paused: tuple[float, float] = (0.0, 0.0)  # a pause that Telegram asked for: from when it was heard
    whole: dict[int, float] = field(default_factory=dict)  # chat to the moment at which its budget is whole again
    last_calls: list[float] = field(default_factory=list)
    heard: int = 0


@dataclass
class Night:
    """One look. `whole`: everything, after all has settled."""

    evidence: Evidence
    memory: Memory
    marks: Marks
    whole: bool = False

    def rows(self, statement: str, *values: Any) -> list[Any]:
        return self.evidence.store.execute(statement, values).fetchall()

    def study(self, statement: str, *values: Any) -> list[Any]:
        return self.evidence.study.execute(statement, values).fetchall()

    @cached_property
    def now(self) -> str:
        return stored(self.evidence.at)

    def before(self, length: timedelta) -> str:
        """The moment so long ago, as it is stored."""
        return stored(self.evidence.at - length)

    def fresh(self, who: str, table: str, columns: str, key: str = "rowid", where: str = "TRUE") -> list[Any]:
        """The rows added since this check has looked last, after their key; all of them in the last look."""
        after = 0 if self.whole else self.marks.new.get((who, table), 0)
        query = f"SELECT {key}, {columns} FROM {table} WHERE {key} > ? AND {where} ORDER BY {key}"  # noqa: S608
        found = self.rows(query, after)
        if found:
            self.marks.new[who, table] = found[-1][0]
        return found

    def lacking(self, who: str, table: str, columns: str, lack: str) -> list[Any]:
        """Of the rows added since this check has looked last, those for which `lack` finds nothing; `t` is the row."""
        after = 0 if self.whole else self.marks.new.get((who, table), 0)
        found = self.rows(
            f"SELECT {columns} FROM {table} AS t WHERE t.rowid > ? AND NOT EXISTS ({lack})",  # noqa: S608
            after,
        )
        self.marks.new[who, table] = max(after, self.rows(f"SELECT coalesce(max(rowid), 0) FROM {table}")[0][0])  # noqa: S608
        return found

    def ends(self, update_ids: Collection[int]) -> dict[int, tuple[str, str, str]]:
        """State, moment of the end and reason of these updates, where they are kept."""
        marks = ", ".join("?" * len(update_ids))
        query = "SELECT update_id, state, coalesce(done_at, ''), reason FROM inbox_update WHERE update_id IN"
        return {row[0]: (row[1], row[2], row[3]) for row in self.rows(f"{query} ({marks})", *update_ids)}

    def newly_settled(self) -> Iterator[int]:
        """Updates that have come to an end since the last look, the youngest first."""
        count = len(self.marks.settled) - (0 if self.whole else self.marks.settled_before)
        return islice(reversed(self.marks.settled), count)

    def sent(self) -> Iterator[Any]:
        """Changes that counted as sent since the last look; those that wait are looked at again."""
        found = self.fresh("sent", "outbox_entry", SENT, "seq")
        waited, self.marks.unsent = self.marks.unsent, []
        if not self.whole:
            query = f"SELECT seq, {SENT} FROM outbox_entry WHERE seq = ?"  # noqa: S608
            found = [row for seq in waited for row in self.rows(query, seq)] + found
        self.marks.unsent = [row[0] for row in found if row[-1] is None]
        return (row[:-1] for row in found if row[-1] is not None)

    def _young(self, table: str, columns: str, moment: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a table that may still change, without their rowid; the floor follows."""
        floor = 0 if self.whole else self.marks.floors.get(table, 0)
        query = f"SELECT rowid, {moment}, {columns} FROM {table} WHERE rowid > ? ORDER BY rowid"  # noqa: S608
        old, only_old = "" if self.whole else self.before(YOUNG[table]), True
        for rowid, at, *values in self.rows(query, floor):
            if at >= old:
                only_old = False
                yield tuple(values)
            elif only_old:
                floor = rowid
        self.marks.floors[table] = floor

    @cached_property
    def people(self) -> dict[str, Person]:
        return {row[0]: Person(*row) for row in self.rows(f"SELECT {PERSON} FROM participant")}  # noqa: S608

    @cached_property
    def orders(self) -> dict[tuple[str, int], Order]:
        """By participant and version."""
        found = (Order(*row) for row in self.rows(f"SELECT {ORDER} FROM dose_order ORDER BY version"))  # noqa: S608
        return {(order.participant_id, order.version): order for order in found}

    @cached_property
    def doses(self) -> list[Dose]:
        """By participant, in order."""
        found = [Dose(*row) for row in self._young("scheduled_dose", DOSE, "due_at")]
        return sorted(found, key=lambda dose: (dose.participant_id, dose.ordinal))

    @cached_property
    def dose_by_id(self) -> dict[str, Dose]:
        return {dose.id: dose for dose in self.doses}

    @cached_property
    def events(self) -> list[Event]:
        return [Event(*row) for row in self._young("dose_event", EVENT, "recorded_at")]

    @cached_property
    def events_of(self) -> dict[str, list[Event]]:
        """By dose, in the order of recording."""
        return grouped(self.events, "dose_id")

    @cached_property
    def events_by(self) -> dict[str, list[Event]]:
        """By participant, in the order of recording."""
        return grouped(self.events, "participant_id")

    @cached_property
    def event_by_rowid(self) -> dict[int, Event]:
        return {event.rowid: event for event in self.events}

    @cached_property
    def prompts(self) -> list[Prompt]:
        return [Prompt(*row) for row in self._young("prompt", PROMPT, "due_at")]

    @cached_property
    def shown(self) -> dict[int, list[Delivered]]:
        """Everything that reached a phone, by phone; for the last look."""
        return grouped(self.evidence.delivered, "chat")


def grouped(rows: Iterable[Any], name: str) -> dict[Any, list[Any]]:
    """Rows by one of their fields."""
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found
