"""One delivered message as the checks see it: whose it is, what it asks, and the rows that stand at this instant."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, NamedTuple

from simulation.evidence import Delivered, Evidence, Received
from simulation.invariants.rules import (
    CLOCK_FAULT,
    CLOCK_OFF,
    EMERGENCY,
    LEASE,
    OF_A_VISIT,
    UPDATES_LIVE,
    Tap,
    moment,
    stored,
    tap_of,
)

NO_DOSE = OF_A_VISIT | {"b", "gu", "tl"}  # verbs whose record is no dose, or that have none
PENDING_LOOKED_AT = 500  # of what came in while nobody listened


class Dose(NamedTuple):
    """One row of scheduled_dose."""

    id: str
    participant_id: str
    ordinal: int
    nominal_at: str
    due_at: str
    due_on: str
    due_tz: str
    dose_mg: float
    units: int
    order_version: int
    is_first: int
    state: str
    cause: str | None
    units_taken: int
    taken_at: str | None
    cancelled_at: str | None


class Person(NamedTuple):
    """One row of participant."""

    id: str
    code: str
    state: str
    tz: str
    away_tz: str | None
    reminder_time: str
    messages_stopped_at: str | None
    blocked_at: str | None

    @property
    def wall(self) -> str:
        """The zone where they are."""
        return self.away_tz or self.tz


class Prompt(NamedTuple):
    """One row of prompt."""

    id: str
    participant_id: str
    dose_id: str | None
    kind: str
    rung: int
    due_at: str
    expires_at: str
    state: str
    reason: str
    lease_until: str | None
    sent_at: str | None
    settled_at: str | None
    message: str | None
    key: str


DOSE, PERSON, PROMPT = (", ".join(shape._fields) for shape in (Dose, Person, Prompt))

# Every answer is fetched whole: a cursor left open would hold the connection to the past.
_DOSE = f"SELECT {DOSE} FROM scheduled_dose WHERE id = ?"  # noqa: S608  names of our own
_PERSON = f"SELECT {PERSON} FROM participant WHERE id = ?"  # noqa: S608
_OWNER = f"SELECT {PERSON} FROM participant WHERE code = ?"  # noqa: S608
_SENDING = (
    f"SELECT {PROMPT} FROM prompt WHERE dose_id = ? AND state IN ('sending', 'unknown')"  # noqa: S608
    " ORDER BY state, lease_until DESC"
)
_NOTICES = (
    f"SELECT {PROMPT} FROM prompt WHERE state IN ('waiting', 'claimed', 'sending') AND state = 'sending'"  # noqa: S608
    " AND +participant_id = ? AND (kind IN ('order_notice', 'draw_notice', 'refill', 'guard') OR kind LIKE 'visit%')"
)
_OTHERS = "SELECT 1 FROM prompt WHERE participant_id = ? AND id <> ? AND message = ?"
_OFFERS = (
    f"SELECT {PROMPT} FROM prompt WHERE state IN ('waiting', 'claimed', 'sending') AND state = 'sending'"  # noqa: S608
    " AND +participant_id = ? AND kind IN ('symptom_check', 'symptom_again')"
)
_ORDER = "SELECT participant_id, version, kind, units, recorded_at, id FROM dose_order WHERE id = ?"
_ANSWER = "SELECT state, answers IS NOT NULL, done_at, answered_at FROM inbox_update WHERE update_id = ?"


@dataclass(slots=True)
class Memory:
    """What the checks remember from one look to the next."""

    phones: dict[int, str] = field(default_factory=dict)  # phone to participant's code
    heard: dict[int, Received] = field(default_factory=dict)  # every update by its number
    read: int = 0  # how much of evidence.received is in `heard`
    unshown: dict[str, list[int]] = field(default_factory=dict)  # updates of one owner that may still be answered
    became: dict[str, int] = field(default_factory=dict)  # prompt to the message that it became
    codes: dict[str, str] = field(default_factory=dict)  # participant to code
    versions: dict[tuple[str, int], tuple[int | None, str]] = field(default_factory=dict)  # orders
    asked: dict[str, Dose] = field(default_factory=dict)  # participant to the dose asked for last
    asked_at: dict[str, list[str]] = field(default_factory=dict)  # dose to the moments at which it was asked about

    def owner(self, evidence: Evidence, chat: int) -> str:
        """The participant whose phone it is, the member of staff, or the stranger."""
        if chat in evidence.staff:
            return f"staff {evidence.staff[chat][0]}"
        if chat not in self.phones:
            self.phones |= {phone: code for code, phones in evidence.chats.items() for phone in phones}
        return self.phones.get(chat) or f"stranger {chat}"

    def code_of(self, evidence: Evidence, participant_id: str) -> str:
        """A participant's code never changes."""
        if participant_id not in self.codes:
            rows = evidence.store.execute("SELECT id, code FROM participant").fetchall()
            self.codes |= {row[0]: row[1] for row in rows}
        return self.codes.get(participant_id, "")

    def ordered(self, evidence: Evidence, dose: Dose) -> tuple[int | None, str]:
        """Tablets and moment of the version that a dose follows; a version never changes."""
        key = dose.participant_id, dose.order_version
        if key not in self.versions:
            query = "SELECT units, recorded_at FROM dose_order WHERE participant_id = ? AND version = ?"
            rows = evidence.store.execute(query, key).fetchall()
            self.versions[key] = (rows[0][0], rows[0][1]) if rows else (None, "")
        return self.versions[key]

    def listen(self, evidence: Evidence) -> None:
        """Takes up the updates that have come since."""
        for received in evidence.received[self.read :]:
            self.heard[received.update_id] = received
            self.unshown.setdefault(self.owner(evidence, received.chat), []).append(received.update_id)
        self.read = len(evidence.received)


@dataclass
class Seen:
    """One delivered message. Rows are read when a check asks for them, and once."""

    evidence: Evidence
    memory: Memory
    sent: Delivered

    def rows(self, statement: str, *values: Any) -> list[Any]:
        return self.evidence.store.execute(statement, values).fetchall()

    @cached_property
    def owner(self) -> str:
        return self.memory.owner(self.evidence, self.sent.chat)

    @cached_property
    def taps(self) -> dict[str, Tap]:
        """The buttons by verb, the first of each."""
        found: dict[str, Tap] = {}
        for data in self.sent.buttons:
            tap = tap_of(data)
            if tap is not None:
                found.setdefault(tap.verb, tap)
        return found

    @cached_property
    def asks_now(self) -> bool:
        """Take it now: "taken" stands beside "remind me later" nowhere else."""
        return "t" in self.taps and "l" in self.taps

    @cached_property
    def urges(self) -> bool:
        """Says that it may still be taken: take now, an end-of-day question, or "not taken" that can be changed."""
        return self.asks_now or ("t" in self.taps and ("u" in self.taps or self.prompt is not None))

    @cached_property
    def dose(self) -> Dose | None:
        """The dose that the message is about; its own participant's, whoever reads it."""
        named = next((tap.record for verb, tap in self.taps.items() if tap.record and verb not in NO_DOSE), "")
        found = self.rows(_DOSE, named) if named else []
        return Dose(*found[0]) if found else None

    @cached_property
    def order(self) -> Any:
        """participant_id, version, kind, units, recorded_at and id of the order that the message tells."""
        found = self.rows(_ORDER, self.taps["b"].record) if "b" in self.taps else []
        return found[0] if found else None

    @cached_property
    def person(self) -> Person | None:
        """Whom the message is about; where it names no record, whose phone it is."""
        about = self.dose.participant_id if self.dose else self.order[0] if self.order else ""
        found = self.rows(_PERSON, about) if about else self.rows(_OWNER, self.owner)
        return Person(*found[0]) if found else None

    @cached_property
    def _answer(self) -> tuple[str | None, bool]:
        """When an update of this owner took effect whose answers wait to be shown; and whether some were just now."""
        pending = self.memory.unshown.get(self.owner, [])
        wrong = CLOCK_OFF if self.evidence.faults.get(CLOCK_FAULT) else LEASE
        lately, shown_lately = "", False
        for update_id in pending[:PENDING_LOOKED_AT]:
            for state, waits, done_at, answered_at in self.rows(_ANSWER, update_id):
                if waits:
                    return str(done_at), True
                lately = lately or stored(self.sent.at - wrong)
                if answered_at is not None and answered_at >= lately:
                    shown_lately = True
                elif state != "new":
                    pending.remove(update_id)
        return None, shown_lately

    @property
    def answer_since(self) -> str | None:
        return self._answer[0]

    @property
    def is_answer(self) -> bool:
        return self._answer[0] is not None

    @property
    def may_be_answer(self) -> bool:
        """An answer may arrive twice: what was on its way when the same one was shown again."""
        return self._answer[1]

    @cached_property
    def is_flash(self) -> bool:
        """The emergency text alone, to a phone that has said something: it waits for nothing that is stored."""
        if self.sent.is_edit or self.sent.buttons or not self.sent.text.startswith(EMERGENCY):
            return False
        earliest = self.sent.at - UPDATES_LIVE - LEASE
        return any(said.chat == self.sent.chat and said.at >= earliest for said in reversed(self.evidence.received))

    @cached_property
    def sending(self) -> list[Prompt]:
        """The planned messages about this matter that may be under way, the latest claim first.

        A process that stood still may send what another one has meanwhile written down as unknown.
        """
        if self.sent.is_edit:
            return []
        if self.dose is not None:
            found = self.rows(_SENDING, self.dose.id)
        elif self.person is not None and set(self.taps) <= NO_DOSE:
            found = self.rows(_NOTICES, self.person.id)
        elif self.person is not None and "sg" in self.taps:
            found = self.rows(_OFFERS, self.person.id)
        else:
            found = []
        return [Prompt(*row) for row in found]

    @cached_property
    def prompt(self) -> Prompt | None:
        """The planned message that this one is; None for an answer, and for what nobody planned."""
        if self.sent.is_edit or self.is_answer:
            return None
        free = (row for row in self.sending if row.id not in self.memory.became or self._was_another(row))
        return next(free, None)

    def _was_another(self, row: Prompt) -> bool:
        """Two notices look alike: what was taken for this one stands in the store by now as the message of another."""
        number = self.memory.became[row.id]
        earlier = next((one for one in reversed(self.evidence.delivered) if one.number == number), None)
        return earlier is not None and bool(self.rows(_OTHERS, row.participant_id, row.id, str(earlier.message)))

    @cached_property
    def under_way_since(self) -> str:
        """What was committed later than this may have met the message on its way: since it was claimed or answered."""
        if self.prompt is not None and self.prompt.lease_until is not None:
            return stored(moment(self.prompt.lease_until) - LEASE)
        return max(self.answer_since or "", stored(self.sent.at - LEASE))

    def late(self, limit: timedelta) -> bool:
        """Whether the message came later than `limit` after the dose was due, and not only by being under way."""
        return self.dose is not None and self.sent.at >= moment(self.dose.due_at) + limit + LEASE

    def remember(self) -> None:
        """What later messages are compared with."""
        if self.prompt is not None:
            self.memory.became[self.prompt.id] = self.sent.number
        if self.asks_now and self.dose is not None:
            self.memory.asked[self.dose.participant_id] = self.dose
        if self.dose is not None and self.prompt is not None:
            self.memory.asked_at.setdefault(self.dose.id, []).append(stored(self.sent.at))
